"""The server under proof with doors taken out: `python -m tests.prove.sabotage DOOR+DOOR REPORT run …`.

Each function takes out what one door asks, and nothing else.
"""

from __future__ import annotations

import re
import sys
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auth import access
from auth.access import Decision
from auth.current_user import CurrentUser

if TYPE_CHECKING:
    from ui.gate.registry import Page
    from ui.prove.facts import PageFacts


def replace_in(owner: object, name: str, value: object) -> None:
    """Put something else in the place of what is there."""
    assert hasattr(owner, name), f'{owner} has no {name}: this takes nothing out'
    setattr(owner, name, value)


def address() -> None:
    """The HTTP door takes whoever is signed in for a member of every group."""
    from auth import sessions
    from ui.gate import document, http

    class Sessions:
        seen = staticmethod(sessions.seen)

        @staticmethod
        async def resume(digest: str | None) -> CurrentUser | None:
            user = await sessions.resume(digest)
            return user and replace(user, groups=frozenset({'Premium', access.SITE_ADMINS}))

    for door in (http, document):  # which asks again when the first answer is old by then
        replace_in(door, 'sessions', Sessions)


def spelling() -> None:
    """A letter in disguise is the letter."""
    from ui.gate import locations

    replace_in(locations, '_SECOND_SPELLING', re.compile('(?!)'))


def move() -> None:
    """Moves in the open page are not decided."""
    from ui.gate.navigation import PageArea
    from ui.gate.registry import Match
    from ui.gate.visit import Visit

    moving: ContextVar[bool] = ContextVar('moving', default=False)
    original, decide = PageArea._move, Visit.decide

    async def moved(self: PageArea, *args: Any, **options: Any) -> None:
        moving.set(True)
        await original(self, *args, **options)

    def decided(self: Visit, match: Match | None = None) -> Decision:
        return Decision.ALLOW if moving.get() else decide(self, match)

    replace_in(PageArea, '_move', moved)
    replace_in(Visit, 'decide', decided)


def left() -> None:
    """A page that is left takes nothing with it."""
    from ui.gate.scopes import Scope

    replace_in(Scope, 'end', lambda _: None)


def section() -> None:
    """Sections are drawn for everybody."""
    from ui.gate.sections import Section

    replace_in(Section, '_may_open', lambda _: True)


def guard() -> None:
    """Guarded handlers run for everybody."""
    from ui.gate import sections

    replace_in(sections, '_admits', lambda *_: True)


def replay() -> None:
    """A client id is a credential, as in NiceGUI itself."""
    from ui.gate import visit as visits
    from ui.gate.socket import SocketDoor

    replace_in(SocketDoor, '_sender', lambda _, __, message: visits.find(message['client_id']))


def cookie() -> None:
    """Nobody asks whose browser a page was served to."""
    from ui.gate.socket import SocketDoor

    async def belongs(*_: object) -> bool:
        return True

    replace_in(SocketDoor, '_belongs', belongs)


def origin() -> None:
    """Every site is one's own."""
    from ui.origin import Site

    replace_in(Site, 'is_own_origin', lambda *_: True)


def upload() -> None:
    """Uploads ask nobody."""
    from ui.gate import uploads

    async def may(*_: object) -> bool:
        return True

    replace_in(uploads, '_may', may)


def revoke() -> None:
    """Open pages never hear who their person is by now."""
    from ui.gate import live

    replace_in(live, 'settle', lambda *_: None)


def sign_out() -> None:
    """Signing out ends no session."""
    from auth import sessions

    async def end(_: str) -> None:
        """Nothing ends."""

    replace_in(sessions, 'end', end)


def route() -> None:
    """Routes and folders are open."""
    _let_through('_all_of')


def local() -> None:
    """Local files that a page shows are open."""
    _let_through('_any_of')


def _let_through(decision: str) -> None:
    from ui.gate.http import HttpDoor

    async def allow(*_: object) -> None:
        """No refusal."""

    replace_in(HttpDoor, decision, allow)


def decision() -> None:
    """Whoever is signed in is in every group."""
    original = access.decide

    def decide(gate: access.Gate | None, user: CurrentUser | None) -> Decision:
        decided = original(gate, user)
        return Decision.ALLOW if decided is Decision.NO_ACCESS else decided

    replace_in(access, 'decide', decide)


def observer() -> None:
    """Not a door: prove itself sees no click."""
    from ui.prove.server import Observer

    replace_in(Observer, '_event', lambda _, original: lambda *__: None)


def take_out(doors: str) -> None:
    """Each of these functions, before anything of the gate is loaded."""
    for door in doors.split('+'):
        globals()[door]()


def leave_out_our_own_pages() -> None:
    """They have the same doors, and take half of the time."""
    from ui.prove.server import Observer

    describe = Observer._page

    def of_the_developer(self: Observer, number: int, page: Page) -> PageFacts | None:
        facts = describe(self, number, page)
        return facts if page.builder.__module__.startswith('pages_') else None

    replace_in(Observer, '_page', of_the_developer)


if __name__ == '__main__':
    take_out(sys.argv.pop(1))
    leave_out_our_own_pages()
    from ui.prove import server

    server.start()
