"""Where people sign in, sign up, verify an email and get over a forgotten password: our own pages, or those that a
pages file names. Nothing else says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from auth.access import Access
from auth.declared import did_you_mean
from ui.gate import registry
from ui.gate.caller import caller
from ui.gate.registry import DeclarationError, Page

LOGIN: Final = '/login'
SIGNUP: Final = '/signup'
VERIFY: Final = '/verify'
FORGOT: Final = '/forgot'
"""Our own pages. They stay where they are when others are named: the way in when one of those is broken."""


@dataclass(frozen=True, slots=True)
class _Named:
    """What a pages file names: {what the page is for: its path}."""

    paths: Mapping[str, str]
    source: str


_named: _Named | None = None


def account_pages(
    *, login: str | None = None, signup: str | None = None, verify: str | None = None, forgot: str | None = None
) -> None:
    """Name pages of your own as those to sign in, to sign up, to verify an email and to get over a forgotten password:
    every door and every link leads there from then on.

    People arrive with `?next=`, the way back. Our own pages stay where they are.

    Raises:
        DeclarationError: nothing is named, or it was done before; at the start when such a page is not there, is not
            public, or needs a parameter
    """
    global _named
    source = caller()
    if _named is not None:
        raise DeclarationError(f'{source}: account_pages stands already at {_named.source}: keep one of the two')
    given = {'login': login, 'signup': signup, 'verify': verify, 'forgot': forgot}
    if all(path is None for path in given.values()):
        raise DeclarationError(f"{source}: account_pages names a page: write account_pages(login='/enter')")
    for what, path in given.items():
        if path is not None and not isinstance(path, str):
            raise DeclarationError(f"{source}: {what} is the path of a page such as '/enter', not {path!r}")
    _named = _Named({what: path for what, path in given.items() if path is not None}, source)


def check() -> None:
    """Refuse named pages that would not let a stranger in. Called once all pages are declared.

    Raises:
        DeclarationError: one line, with the cure
    """
    if _named is not None:
        for what, path in _named.paths.items():
            _check(what, path, _named.source)


def _check(what: str, path: str, source: str) -> None:
    pages = {page.path: page for page in registry.pages()}
    page = pages.get(path)
    if page is None:
        raise DeclarationError(f'{source}: there is no page "{path}" for {what}: {did_you_mean(path, pages)}')
    if page.gate is None or page.gate.access is not Access.PUBLIC:
        raise DeclarationError(
            f'{source}: strangers must get to "{path}" of {page.source}: declare it with access=\'public\''
        )
    if needed := [parameter.name for parameter in page.parameters if parameter.required]:
        raise DeclarationError(
            f'{source}: "{path}" of {page.source} cannot open without "{needed[0]}": give that a default'
        )


def login_path() -> str:
    """The page to sign in."""
    return _path('login', LOGIN)


def signup_path() -> str:
    """The page to sign up."""
    return _path('signup', SIGNUP)


def sign_in_location(target: str = '/') -> str:
    """Where a signed-out person goes, with the way back."""
    return with_next(login_path(), target)


def sign_up_location(target: str = '/') -> str:
    """Where somebody new goes, with the way back."""
    return with_next(signup_path(), target)


def verify_location(target: str = '/') -> str:
    """Where the code of a sign-up is asked for, with the way on."""
    return with_next(_path('verify', VERIFY), target)


def forgot_location(target: str = '/') -> str:
    """Where somebody goes who forgot their password, with the way on."""
    return with_next(_path('forgot', FORGOT), target)


def is_way_in(page: Page | None) -> bool:
    """Whether people come to this page to sign in or up, and go on from there."""
    return page is not None and page.path in (
        LOGIN,
        SIGNUP,
        VERIFY,
        login_path(),
        signup_path(),
        _path('verify', VERIFY),
    )


def with_next(path: str, target: str) -> str:
    """A path with the way on in its query."""
    return path if target == '/' else f'{path}?next={quote(target, safe="/")}'


def _path(what: str, ours: str) -> str:
    return _named.paths.get(what, ours) if _named else ours
