"""What the code declares: pages, groups, and other routes with a gate. Filled while a pages file is loaded."""

import contextlib
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Gate
from auth.current_user import CurrentUser
from ui.gate.locations import Location, Parameter, Template, arguments, parse

Builder = TypeVar('Builder', bound=Callable[..., Any])

RESERVED = ('_nicegui', '_nicegui_ws', 'auth', 'api', 'static', 'healthz', '.well-known', 'docs', 'favicon.ico')
"""First path segments that are ours or NiceGUI's."""


class DeclarationError(Exception):
    """A declaration is wrong; the text is one line that names file, line and cure."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page as declared. `gate` None: nobody said who may open it, so all but site admins are kept out."""

    path: str
    title: str
    gate: Gate | None
    builder: Callable[..., Any]
    order: float
    icon: str | None
    nav: bool
    locked: bool
    heading: bool
    source: str
    template: Template
    parameters: tuple[Parameter, ...]
    injected: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """A location that a page answers, with the converted values of its parameters."""

    page: Page
    location: Location
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A group as declared: its key and the keys of its roles."""

    key: str
    roles: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A developer's own HTTP route or folder of files, with its gate."""

    template: Template
    gate: Gate
    is_folder: bool
    source: str


_pages: dict[tuple[str, ...], Page] = {}
_groups: dict[str, Group] = {}
_routes: list[Route] = []


def page(
    path: str,
    *,
    title: str | None = None,
    access: Literal['public', 'signed-in'] | None = None,
    groups: Iterable[str] | None = None,
    order: float | None = None,
    icon: str | None = None,
    nav: bool = True,
    locked: bool = False,
    heading: bool = True,
) -> Callable[[Builder], Builder]:
    """Declare a page and who may open it: `access='public'`, `access='signed-in'` or `groups=[...]` (any one opens it).

    Args:
        title: the document's title, the page's h1 and its name in the navigation; made from the path when left out
        order: place in the navigation; pages without one follow in the order of declaration
        icon: name of a Material icon for the navigation
        nav: whether the navigation shows the page (pages with parameters never are)
        locked: whether an admin may not loosen the gate at run time
        heading: whether the title is drawn as the page's h1

    Raises:
        DeclarationError: something is wrong with it
    """
    source = _caller()

    def declare(builder: Builder) -> Builder:
        template = _template(path, source)
        if (other := _pages.get(template.shape)) is not None:
            raise DeclarationError(f'{source}: the page "{path}" stands already at {other.source}: change one path')
        injected, parameters = _parameters(builder, template, source)
        gate = _gate(access, groups, source)
        if gate and gate.access is Access.PUBLIC and 'user' in injected.values():
            raise DeclarationError(
                f'{source}: "{path}" is public, so nobody may be signed in: write "CurrentUser | None"'
            )
        _pages[template.shape] = Page(
            path=path,
            title=title or path.strip('/').rpartition('/')[2].replace('-', ' ').capitalize() or 'Home',
            gate=gate,
            builder=builder,
            order=order if order is not None else 1000 + len(_pages),
            icon=icon,
            nav=nav and not template.names,
            locked=locked,
            heading=heading,
            source=source,
            template=template,
            parameters=parameters,
            injected=injected,
        )
        return builder

    return declare


def group(name: str, *, roles: Iterable[str]) -> None:
    """Declare a group: its members hold ALL of these roles. Roles and group are made when they are missing.

    Raises:
        DeclarationError: it has no name or is declared twice with other roles, or touches who runs the site
    """
    source = _caller()
    keys = _names(roles, 'roles', source)
    if not name or not name.isprintable() or len(name) > 100:
        raise DeclarationError(f'{source}: a group needs a name of at most 100 printable characters')
    if name.casefold() == SITE_ADMINS.casefold() or SITE_ADMIN in keys:
        raise DeclarationError(f'{source}: "{SITE_ADMINS}" and "{SITE_ADMIN}" are fixed: choose other names')
    if (other := _groups.get(name)) is not None and other.roles != keys:
        raise DeclarationError(f'{source}: the group "{name}" has other roles at {other.source}: keep one of the two')
    _groups[name] = Group(name, keys, source)


def add_route(
    path: str,
    *,
    access: Literal['public', 'signed-in'] | None,
    groups: Iterable[str] | None,
    is_folder: bool,
    source: str,
) -> None:
    """Declare a route of another kind than a page; its gate is a must."""
    gate = _gate(access, groups, source)
    if gate is None:
        raise DeclarationError(f"{source}: say who may open \"{path}\": access='public', 'signed-in' or groups=[...]")
    if is_folder and path == '/':
        raise DeclarationError(f'{source}: a folder at "/" would hide every page: give it a path of its own')
    _routes.append(Route(_template(path, source), gate, is_folder, source))


def match(location: object) -> Match | None:
    """The page that answers a location, given as text of whatever type; None when there is none."""
    parsed = location if isinstance(location, Location) else parse(location)
    if parsed is None:
        return None
    for candidate in _candidates(parsed):
        path = candidate.template.match(parsed)
        if path is not None:
            values = arguments(candidate.parameters, path, parsed.query)
            return None if values is None else Match(candidate, parsed, values)
    return None


def _candidates(location: Location) -> Iterable[Page]:
    if (static := _pages.get(location.segments)) is not None:
        return [static]
    return [page for shape, page in sorted(_pages.items(), key=lambda item: item[0]) if page.template.names]


def routes_at(location: Location) -> list[Route]:
    """All declared routes and folders that a request might reach; every one of their gates must be open."""
    return [route for route in _routes if _reaches(route, location)]


def _reaches(route: Route, location: Location) -> bool:
    if not route.is_folder:
        return route.template.match(location) is not None
    prefix = () if route.template.path == '/' else tuple(route.template.path[1:].split('/'))
    return location.segments[: len(prefix)] == prefix


def pages() -> list[Page]:
    """All pages, in the order of the navigation."""
    return sorted(_pages.values(), key=lambda page: (page.order, page.path))


def groups() -> list[Group]:
    """All groups that code declares."""
    return sorted(_groups.values(), key=lambda group: group.key)


def routes() -> list[Route]:
    """All declared routes and folders."""
    return list(_routes)


def _gate(access: str | None, groups: Iterable[str] | None, source: str) -> Gate | None:
    if access is not None and groups is not None:
        raise DeclarationError(f'{source}: give either access or groups, not both')
    if groups is not None:
        return Gate(Access.GROUPS, _names(groups, 'groups', source))
    if access is None:
        return None
    if access not in (Access.PUBLIC, Access.SIGNED_IN):
        raise DeclarationError(f"{source}: access is 'public' or 'signed-in', not {access!r}")
    return Gate(Access(access))


def _names(names: Iterable[str], what: str, source: str) -> frozenset[str]:
    if isinstance(names, str):
        raise DeclarationError(f'{source}: {what} is a list: write {what}=[{names!r}]')
    keys = frozenset(names)
    if not keys or not all(isinstance(key, str) and key for key in keys):
        raise DeclarationError(f'{source}: {what} needs at least one name, each a text')
    return keys


def _template(path: str, source: str) -> Template:
    try:
        template = Template(path)
    except ValueError as error:
        raise DeclarationError(f'{source}: {error}') from error
    if path.strip('/').split('/')[0] in RESERVED:
        raise DeclarationError(f'{source}: "{path}" starts with a name that is taken: choose another path')
    return template


def _parameters(
    builder: Callable[..., Any], template: Template, source: str
) -> tuple[dict[str, str], tuple[Parameter, ...]]:
    """Which parameters are injected by type, and which come from the URL; nothing else is ever filled."""
    try:
        hints = typing.get_type_hints(builder)
    except (NameError, TypeError) as error:
        raise DeclarationError(f'{source}: a type of {builder.__name__} cannot be read: {error}') from error
    injected: dict[str, str] = {}
    found: list[Parameter] = []
    for name, parameter in inspect.signature(builder).parameters.items():
        annotation = hints.get(name, str)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise DeclarationError(f'{source}: {builder.__name__} takes {parameter}: name each parameter instead')
        if kind := _injected_kind(annotation):
            injected[name] = kind
            continue
        try:
            required = parameter.default is parameter.empty
            found.append(Parameter(name, annotation, in_path=name in template.names, required=required))
        except Exception as error:
            raise DeclarationError(f'{source}: the type of "{name}" cannot come from a URL') from error
    if missing := set(template.names) - {p.name for p in found}:
        raise DeclarationError(f'{source}: {builder.__name__} does not take {", ".join(sorted(missing))} of its path')
    return injected, tuple(found)


def _injected_kind(annotation: Any) -> str | None:
    from ui.gate.visit import Visit

    if annotation is CurrentUser:
        return 'user'
    if annotation is Visit:
        return 'visit'
    if typing.get_origin(annotation) in (Union, types.UnionType):
        members = set(typing.get_args(annotation))
        if members == {CurrentUser, type(None)}:
            return 'user or none'
    return None


def _caller() -> str:
    """File and line of the nearest caller outside this package, for messages."""
    here = str(Path(__file__).parent)
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    if frame is None:
        return 'somewhere'
    file = Path(frame.f_code.co_filename)
    with contextlib.suppress(ValueError):
        file = file.relative_to(Path.cwd())
    return f'{file}:{frame.f_lineno}'
