"""Checks of what a developer declares: each wrong value is one line that names file, line and cure."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from auth.access import Access, Gate
from auth.declared import did_you_mean
from ui.gate.locations import Template

RESERVED = (
    '_nicegui',
    '_nicegui_ws',
    '_nicegate',
    'auth',
    'api',
    'static',
    'healthz',
    '.well-known',
    'favicon.ico',
)
"""First path segments that are ours or NiceGUI's."""
NAME_LENGTH = 100
"""Most characters of a name of a group or a role: what the admin area allows, too."""
TITLE_LENGTH = 200
"""Most characters of a title or an icon: longer ones fit no navigation."""


PERSONAL = frozenset({'user', 'current_user', 'session'})
"""Names that every reader takes for the signed-in person."""


class DeclarationError(Exception):
    """A declaration is wrong; the text is one line that names file, line and cure."""


def is_text(value: object, most: int) -> bool:
    """Whether it is a text that people can read: something to see, no control characters, no half characters."""
    return isinstance(value, str) and value.isprintable() and bool(value.strip()) and len(value) <= most


def name(value: object, what: str, source: str) -> str:
    """The name of a group or a role."""
    if not isinstance(value, str) or not is_text(value, NAME_LENGTH):
        raise DeclarationError(
            f'{source}: the name of a {what} is a text of 1 to {NAME_LENGTH} printable characters, not {value!r}'
        )
    return value


def names(values: object, what: str, source: str) -> frozenset[str]:
    """The names in `groups=` or `roles=`; at least one."""
    if isinstance(values, str):
        raise DeclarationError(f'{source}: {what} is a list: write {what}=[{values!r}]')
    if not isinstance(values, Iterable):
        raise DeclarationError(f"{source}: {what} is a list of names such as ['Premium'], not {values!r}")
    if not (keys := [name(value, what.removesuffix('s'), source) for value in values]):
        raise DeclarationError(f'{source}: {what} needs at least one name')
    return frozenset(keys)


def gate(access: object, groups: object, source: str) -> Gate | None:
    """The gate that was declared; None when nothing was said."""
    if access is not None and groups is not None:
        raise DeclarationError(f'{source}: give either access or groups, not both')
    if groups is not None:
        return Gate(Access.GROUPS, names(groups, 'groups', source))
    if access is None:
        return None
    if access not in (Access.PUBLIC, Access.SIGNED_IN):
        raise DeclarationError(f"{source}: access is 'public' or 'signed-in', not {access!r}")
    return Gate(Access(str(access)))


def options(function: Callable[..., Any], misplaced: Mapping[str, object], source: str) -> None:
    """Refuse options that a function of ours does not take, with how to write what was meant.

    Functions collect them in `**misplaced: Never`: a type checker refuses each one, too.
    """
    taken, what = inspect.signature(function).parameters, function.__name__
    for key, value in misplaced.items():
        named = given(value)
        if f'{key}s' in taken and named:
            cure = f'write {key}s={named!r}, not {key}='
        elif key in ('role', 'roles') and 'groups' in taken:
            roles = named or ['…']
            declared = f'group({roles[0]!r}, roles={roles!r})'
            cure = f"{what} takes groups=['…'], not {key}: declare {declared} and write groups={roles[:1]!r}"
        else:
            keywords = [name for name, option in taken.items() if option.kind is option.KEYWORD_ONLY]
            cure = f'{what} does not take {key}=: {did_you_mean(key, keywords)}'
        raise DeclarationError(f'{source}: {cure}')


def given(value: object) -> list[str]:
    """The names that somebody has written, as one text or as a list, in a place where they cannot stand."""
    values = [value] if isinstance(value, str) else value if isinstance(value, list | tuple | set | frozenset) else []
    return [one for one in values if is_text(one, NAME_LENGTH)]


def template(path: object, source: str, decorator: str = 'page') -> Template:
    """The path, read."""
    if callable(path):
        raise DeclarationError(f"{source}: @{decorator} needs brackets and a path: write @{decorator}('/cars', …)")
    if not isinstance(path, str):
        raise DeclarationError(f"{source}: a path is a text such as '/cars', not {path!r}")
    try:
        read = Template(path)
    except ValueError as error:
        raise DeclarationError(f'{source}: {error}') from error
    if path.strip('/').split('/')[0] in RESERVED:
        raise DeclarationError(f'{source}: "{path}" starts with a name that is taken: choose another path')
    return read


def page_options(title: object, order: object, icon: object, switches: dict[str, object], source: str) -> None:
    """Refuse options of a page that could not be shown or sorted; they would fail only once somebody comes."""
    if title is not None and title != '' and not is_text(title, TITLE_LENGTH):
        raise DeclarationError(f'{source}: title is a text of at most {TITLE_LENGTH} printable characters')
    if icon is not None and not is_text(icon, TITLE_LENGTH):
        raise DeclarationError(f"{source}: icon is the name of a Material icon such as 'home', not {icon!r}")
    is_number = isinstance(order, int | float) and not isinstance(order, bool)
    if order is not None and not (is_number and math.isfinite(order)):  # type: ignore[arg-type]  # a number by then
        raise DeclarationError(f'{source}: order is a number such as 10, not {order!r}')
    for key, value in switches.items():
        if not isinstance(value, bool):
            raise DeclarationError(f'{source}: {key} is True or False, not {value!r}')


def builder(candidate: Callable[..., Any], source: str, what: str, decorator: str) -> None:
    """Refuse what NiceGUI could not build a page, or a part of one, with: it would stay empty without a word."""
    if not inspect.isroutine(candidate):
        raise DeclarationError(f'{source}: {what} is a function: put {decorator} right above a "def" or an "async def"')
    if inspect.isgeneratorfunction(candidate) or inspect.isasyncgenfunction(candidate):
        raise DeclarationError(
            f'{source}: {candidate.__name__} has a "yield", so it would build nothing: {what} builds as it runs'
        )


def url_parameter(name: str, parameter: inspect.Parameter, *, in_path: bool, source: str) -> None:
    """A parameter that is filled from the address: it says so by its type, and is not named like the person.

    `def page(user)` is how somebody forgets a type, and then `?user=admin` would be believed.
    """
    if not in_path and name in PERSONAL:
        raise DeclarationError(f'{source}: "{name}" would be read from the address: give it the type CurrentUser')
    if not in_path and parameter.annotation is parameter.empty and name in ('self', 'cls'):
        raise DeclarationError(f'{source}: a page is a function, not a method: move it out of its class')
    if not in_path and parameter.annotation is parameter.empty:
        raise DeclarationError(
            f'{source}: give "{name}" a type: CurrentUser for the person, or str, int and the like for a query'
        )
