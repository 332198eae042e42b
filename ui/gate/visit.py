"""A visit: one open page of one browser, the person behind it, and what the gate says about the two right now."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

from nicegui import Client, ui
from nicegui.slot import Slot

from auth import page_gates, snapshots
from auth.access import Decision, decide
from auth.current_user import CurrentUser
from ui.gate import registry, scopes
from ui.gate.caller import caller
from ui.gate.declarations import DeclarationError
from ui.gate.handlers import Running
from ui.gate.passage import Passage
from ui.gate.registry import Match, Page
from ui.gate.scopes import Ownership, Scope

if TYPE_CHECKING:
    from ui.gate.navigation import PageArea
    from ui.gate.session import Session


class Shell(Protocol):
    """What stands around pages, as the gate needs it; `ui/app.py` hands one over."""

    def main(self) -> ui.element: ...
    def follow(self) -> None: ...
    def title_bar(self, title: str) -> None: ...
    def no_access(self) -> None: ...
    def not_found(self) -> None: ...
    def failed(self, reference: str, detail: str) -> None: ...
    def part_failed(self, reference: str, detail: str) -> None: ...
    def denied(self, decision: Decision) -> None: ...


class Visit:
    """One open page. `digest` is of the cookie that its document was asked for with, valid or not; `bound` says
    whether that was a live session, which this page then stands and falls with.
    """

    def __init__(self, client: Client, digest: str | None, user: CurrentUser | None, match: Match) -> None:
        self.client = client
        self.digest = digest
        self.user = user
        self.bound = user is not None
        self.match: Match | None = match
        self.over = False
        self.shown: Decision | None = None
        self.gates = page_gates.version  # that what is shown follows
        self.running: Running = set()
        self.document: str | None = None
        self.moves = 0  # to other pages, so far
        self.passage = Passage()
        self.scope: Scope | None = None
        self.session: Session
        self.area: PageArea
        self.shell: Shell
        self.ownership: Ownership

    @property
    def page(self) -> Page | None:
        return self.match.page if self.match else None

    @property
    def location(self) -> str:
        """Path and query of the open page."""
        return self.match.location.url if self.match else '/'

    def menu(self) -> list[Page]:
        """The pages of the navigation that this person may open now."""
        return [page for page in registry.pages() if page.nav and decide(page.gate, self.user) is Decision.ALLOW]

    def note_query(self, query: Mapping[str, str]) -> None:
        """Let the address say this of the open page from now on, without a move: what a page shows can then be found
        again, and handed on.
        """
        if self.match is None or self.is_gone():
            return
        path = self.match.location.url.partition('?')[0]
        match = registry.match(f'{path}?{urlencode(query)}' if query else path)
        if match is not None and match.page is self.match.page:
            self.match = match
            self.area.set_address(match.location.url, replace=True)

    def decide(self, match: Match | None = None) -> Decision:
        """The gate's answer for the open page, or for another one, and the person as last read."""
        match = match or self.match
        return decide(match.page.gate if match else None, self.user)

    def is_gone(self) -> bool:
        """Whether the page was taken away, or its tab was closed."""
        return self.over or self.client.is_deleted

    def peek(self) -> 'CurrentUser | snapshots.Stale | None':
        """Who is behind the page as memory has it: a bound session that is over answers None."""
        return snapshots.peek(self.digest) if self.bound and self.digest else None


_visits: Final[dict[str, Visit]] = {}
_by_digest: Final[dict[str, set[Visit]]] = {}


def add(visit: Visit) -> None:
    """Follow this page until its client is gone."""
    _keep(visit)
    visit.client.on_delete(lambda: remove(visit))


def hand_over(visit: Visit, digest: str | None, *, bound: bool) -> None:
    """Follow this page under another session from now on, or under none."""
    remove(visit)
    visit.digest, visit.bound = digest, bound
    if not visit.is_gone():
        _keep(visit)


def _keep(visit: Visit) -> None:
    _visits[visit.client.id] = visit
    if visit.bound and visit.digest:
        _by_digest.setdefault(visit.digest, set()).add(visit)


def remove(visit: Visit) -> None:
    _visits.pop(visit.client.id, None)
    if visit.digest and (siblings := _by_digest.get(visit.digest)):
        siblings.discard(visit)
        if not siblings:
            del _by_digest[visit.digest]


def find(client_id: object) -> Visit | None:
    """The visit of a client id as a browser sent it, of whatever type."""
    return _visits.get(client_id) if isinstance(client_id, str) else None


def current() -> Visit | None:
    """The visit in whose page this code runs, or None outside of one.

    A task that Python itself started has no slot; it knows its page by the scope it inherited.
    """
    element = place()
    if element is not None:
        return _visits.get(element.client.id)
    scope = scopes.here()
    return _visits.get(scope.visit.client.id) if scope is not None else None


def here(what: str) -> Visit:
    """The visit in whose page `what`, such as "login()", is called.

    Raises:
        DeclarationError: there is none
    """
    visit = current()
    if visit is None:
        raise DeclarationError(
            f'{caller()}: {what} is called outside of a page: call it in a page function, in a handler, a timer or a '
            'task of one, or inside "with" an element of the page'
        )
    return visit


def current_scope() -> Scope | None:
    """Whose something is that comes up where this code runs; None outside of a page."""
    visit = current()
    return visit.ownership.of_new(place()) if visit is not None else None


def place() -> ui.element | None:
    """The element that this code fills, as NiceGUI has it noted for each task. All threads share one such note, in
    which one person's code would find another's page: they have none."""
    try:
        asyncio.get_running_loop()
        stack = Slot.get_stack()  # not NiceGUI's `context`: before the start it makes up a page where there is none
        return stack[-1].parent if stack and stack[-1].parent.client else None
    except RuntimeError:  # a thread; or the element, or its client, is gone
        return None


def everybody() -> tuple[Visit, ...]:
    """All open pages, of strangers too."""
    return tuple(_visits.values())


def digests() -> list[str]:
    """The sessions with an open page."""
    return list(_by_digest)


def at(path: str) -> list[Visit]:
    """Who has this page open, or the view that it is closed to them."""
    return [visit for visit in _visits.values() if visit.page is not None and visit.page.path == path]


def some() -> bool:
    """Whether anybody has a page open."""
    return bool(_visits)


def of_nobody() -> list[Visit]:
    """The open pages of people who are signed out."""
    return [visit for visit in _visits.values() if not visit.bound]


def of_session(digest: str) -> Iterator[Visit]:
    return iter(tuple(_by_digest.get(digest, ())))
