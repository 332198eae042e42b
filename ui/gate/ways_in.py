"""Where people sign in, sign up, verify an email and get over a forgotten password: our own pages, or those that a
pages file names; and where a site admin has them led. Nothing else says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, quote

from auth import page_gates
from auth.access import Access
from auth.declared import did_you_mean
from auth.page_gates import DeclaredPage, Use
from ui.gate import registry
from ui.gate.caller import caller
from ui.gate.registry import DeclarationError, Match, Page

LOGIN: Final = '/login'
SIGNUP: Final = '/signup'
VERIFY: Final = '/verify'
FORGOT: Final = '/forgot'
"""Our own pages. They stay where they are when others are named: the way in when one of those is broken."""
NO_ACCESS: Final = '/no-access'
PROFILE: Final = '/profile'
HOME: Final = '/'

_TARGETS: Final[Mapping[str, frozenset[Use]]] = {
    LOGIN: frozenset({Use.AFTER_SIGN_OUT}),  # signed-out people go there anyway
    SIGNUP: frozenset({Use.SIGNED_OUT, Use.AFTER_SIGN_OUT}),
    NO_ACCESS: frozenset({Use.NO_ACCESS}),
    PROFILE: frozenset({Use.AFTER_SIGN_IN}),
}
"""What redirects may lead to pages of ours: the others are a step of something, or ask for what is not there."""


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
    registry.keep_open(_named.paths.values() if _named else ())
    if _named is not None:
        for what, path in _named.paths.items():
            _check(what, path, _named.source)


def declared_pages() -> list[DeclaredPage]:
    """All pages as those know them who change gates and set redirects."""
    return [replace(page.declared, targets=_targets(page)) for page in registry.pages()]


def _targets(page: Page) -> frozenset[Use]:
    if page.is_ours:
        return _TARGETS.get(page.path, frozenset())
    if any(parameter.required for parameter in page.parameters):
        return frozenset()
    if not is_way_in(page):
        return frozenset(Use)
    return _TARGETS[LOGIN if page.path == login_path() else SIGNUP]


def _check(what: str, path: str, source: str) -> None:
    pages = {page.path: page for page in registry.pages()}
    page = pages.get(path)
    if page is None:
        raise DeclarationError(f'{source}: there is no page "{path}" for {what}: {did_you_mean(path, pages)}')
    if page.default_gate is None or page.default_gate.access is not Access.PUBLIC:
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


def signed_out_location(target: str) -> str:
    """Where a door leads a signed-out person, with the way back."""
    path = page_gates.redirect(Use.SIGNED_OUT)
    return sign_in_location(target) if path is None else _with_next(path, target)


def no_access_location() -> str | None:
    """Where a door leads somebody without access; None: nowhere, they are told so at the same address."""
    return page_gates.redirect(Use.NO_ACCESS)


def home() -> str:
    """Where people land who have signed in and wanted nothing in particular."""
    return page_gates.redirect(Use.AFTER_SIGN_IN) or HOME


def after_sign_out() -> str | None:
    """Where people land who have signed out; None: nothing was said."""
    return page_gates.redirect(Use.AFTER_SIGN_OUT)


def sign_in_location(target: str | None = None) -> str:
    """Where people sign in, with the way back."""
    return with_next(login_path(), target)


def sign_up_location(target: str | None = None) -> str:
    """Where somebody new goes, with the way back."""
    return with_next(signup_path(), target)


def verify_location(target: str | None = None) -> str:
    """Where the code of a sign-up is asked for, with the way on."""
    return with_next(_path('verify', VERIFY), target)


def forgot_location(target: str | None = None) -> str:
    """Where somebody goes who forgot their password, with the way on."""
    return with_next(_path('forgot', FORGOT), target)


def way_back(match: Match | None) -> str:
    """Where somebody comes back to who goes to sign in from this page: where it is, or what they wanted who were led
    here because they are signed out.
    """
    if match is None:
        return home()
    wanted = dict(parse_qsl(match.location.query)).get('next')
    led_here = match.page.path == page_gates.redirect(Use.SIGNED_OUT)
    return wanted if led_here and wanted and registry.match(wanted) is not None else match.location.url


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


def with_next(path: str, target: str | None) -> str:
    """A path with the way on in its query; it is left out where it leads by itself."""
    return path if target is None or target == home() else _with_next(path, target)


def _with_next(path: str, target: str) -> str:
    return f'{path}?next={quote(target, safe="/")}'


def _path(what: str, ours: str) -> str:
    return _named.paths.get(what, ours) if _named else ours
