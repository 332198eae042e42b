"""The person behind an open page changes, and the page stays: signed in or out by one of its own handlers.

A socket cannot set a cookie, so the browser is asked to fetch it; then the page goes on under the new session. Nothing
that was made for somebody who has left stays on it.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nicegui import background_tasks
from nicegui.slot import Slot

from auth.current_user import CurrentUser
from ui.gate import handlers, live, scopes
from ui.gate import visit as visits
from ui.gate.caller import caller
from ui.gate.registry import DeclarationError
from ui.gate.visit import Visit

PATIENCE = 30.0
"""Seconds for the browser's part: as long as a ticket is good (auth/tickets.py)."""


def of_caller(action: str) -> Visit | None:
    """The page whose handler calls this action now; None when that page is gone.

    Raises:
        DeclarationError: it is called outside of a page, or before the page is in a browser
    """
    visit = visits.current() if Slot.get_stack() or scopes.here() else visits.here(f'{action}()')
    if visit is not None and visit.client.environ is None:
        raise DeclarationError(
            f'{caller()}: {action}() is called while the page is built, and opening an address changes '
            'nothing: call it in a handler of the page, such as on_click'
        )
    return None if visit is None or visit.is_gone() else visit


@asynccontextmanager
async def passing(visit: Visit) -> AsyncIterator[None]:
    """While this block runs, the end of the page's session does not take the page away; after it, it does."""
    visit.passage.open = True
    try:
        yield
    finally:
        visit.passage.open = False
        if visit.bound and visit.peek() is None:
            await live.close(visit)


class Request:
    """A piece of JavaScript for the page's browser. Its answer is let through even on a session that has ended
    meanwhile; it is a browser's, so it proves nothing.
    """

    def __init__(self, visit: Visit, code: str) -> None:
        self._client, question = visit.client, str(uuid.uuid4())
        self._answer, self._end = visit.passage.ask(question)
        if not visit.is_gone():
            data = {'code': code, 'request_id': question}
            self._client.outbox.enqueue_message('run_javascript', data, self._client.id)

    async def news(self) -> None:
        """Wait until it is answered, or the session of the page has ended, but not past its time or the page's end."""
        await self._first(self._answer, self._end)

    async def answer(self) -> object:
        """What the browser answers; None when it does not in time, or the page is gone."""
        await self._first(self._answer)
        return self.answered

    @property
    def answered(self) -> object:
        return self._answer.result() if self._answer.done() else None

    async def _first(self, *awaited: 'asyncio.Future[Any]') -> None:
        gone: asyncio.Future[Any] = asyncio.ensure_future(self._client._deleted_event.wait())
        try:
            await asyncio.wait([gone, *awaited], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()


def go_on(visit: Visit, digest: str | None, user: CurrentUser | None) -> bool:
    """Let the open page go on under this session, or under none; whether it stands as it was.

    Built for nobody, or for the same person, it stays, with all that was typed. What was built for somebody who has
    left is taken away at once, and stopped where it still runs: the page is empty until something is shown again.
    """
    left = visit.user
    visits.hand_over(visit, digest, bound=user is not None)
    stays = left is None or (user is not None and user.id == left.id)
    if not stays:
        handlers.stop(visit.running)
        visit.area.take_away()
    live.settle(visit, user)
    scope = scopes.here()
    if scope is not None and scope.over:
        scopes.go_on_in(visit.scope)  # what changed the person may say so, and lead on
    return stays


def ground(visit: Visit) -> None:
    """Let the handler that runs here go on where the page stands, if what it stood in is gone: it may yet notify,
    or navigate.
    """
    stack = Slot.get_stack()
    stack[:] = [slot if _stands(slot) else visit.area.default_slot for slot in stack]


def _stands(slot: Slot) -> bool:
    try:
        return not slot.parent.is_deleted
    except RuntimeError:  # nobody holds it any more
        return False


class Landing:
    """Where people are to be once the handler that runs here is done, unless it or they have moved by then."""

    def __init__(self, visit: Visit, location: str) -> None:
        self._visit, self._location, self._moves = visit, location, visit.moves
        visit.passage.landing = self  # a later one takes its place
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(lambda _: self._land())

    def _land(self) -> None:
        visit = self._visit
        if visit.passage.landing is self and visit.moves == self._moves and not visit.is_gone():
            with scopes.entered(None):  # on nobody's behalf: the page that goes must not take this task with it
                background_tasks.create(visit.area._on_navigate(self._location), name='land')
