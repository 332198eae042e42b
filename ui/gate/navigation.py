"""The place in the shell where pages are shown, and the door for moves inside an open document.

NiceGUI's own matching and rendering are not used: a move is matched by the one matcher, decided by the one function,
and everything the page before it made is gone first, wherever it was parented.
"""

import asyncio
import inspect
import secrets
from collections.abc import Awaitable
from functools import partial
from typing import Any
from urllib.parse import quote

import structlog
from nicegui import Client, background_tasks, json, ui
from nicegui.element import Element

from auth import sessions
from auth.access import Decision
from ui.gate import live, registry
from ui.gate.registry import Match
from ui.gate.visit import Visit

log = structlog.get_logger()

LOGIN = '/login'
NO_ACCESS = 'No access'
"""Title of a document whose page is closed to this person."""
HIDE_NOTICES = "document.querySelectorAll('.q-notification').forEach((notice) => (notice.style.display = 'none'))"
"""What a page said in passing goes with it."""
PATIENCE = 10.0
"""Seconds an async page function may take before what there is of the page is sent: people wait about so long
(Nielsen's limit for keeping attention)."""


def sign_in_location(target: str) -> str:
    """Where a signed-out person goes, with the way back."""
    return f'{LOGIN}?next={quote(target, safe="/")}'


class PageArea(ui.sub_pages):
    """Shows one page at a time; a subclass only for the browser's half of in-page navigation."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._task: asyncio.Task[Any] | None = None
        super().__init__()
        router = visit.client.sub_pages_router
        router._handle_open = self._on_open  # type: ignore[assignment]  # the one entrance for back, forward, forged events
        router._handle_navigate = self._on_navigate  # type: ignore[assignment]  # links and ui.navigate.to
        self._open_elements = {e.id for e in self.ancestors()} | {self.id} | _layout_of(visit.client)
        self._recorded = _Recorded(visit.client)

    def _show(self) -> None:
        """NiceGUI would match and render here, by looser rules and without asking anybody."""

    def seal(self) -> None:
        """Everything that exists now is the shell's; whatever comes later belongs to the page that is open then."""
        self._recorded = _Recorded(self._visit.client)

    # ------------------------------------------------------------------ whose listener is it

    def is_shells(self, element: Element, listener_id: str) -> bool:
        """Whether a listener was made by the shell. All others are the open page's, dialogs and `ui.on` included."""
        if element.id in self._recorded.elements:
            return element.id not in self._open_elements or listener_id in self._recorded.listeners
        return self._is_inside_shell(element)

    def _is_inside_shell(self, element: Element) -> bool:
        for ancestor in element.ancestors():
            if ancestor.id in self._recorded.elements:
                return ancestor.id not in self._open_elements
        return False

    def _clear_page(self) -> None:
        """Take away all that the page before made: its elements, and what it hung on the shell's."""
        self.cancel()
        client, recorded = self._visit.client, self._recorded
        self.clear()
        for element in list(client.elements.values()):
            if element.id in recorded.elements or element.is_deleted or self._is_inside_shell(element):
                continue
            if element.parent_slot is not None:
                element.delete()
        recorded.restore(client, self._open_elements)

    def cancel(self) -> None:
        """Stop a page function that is still running."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    # ------------------------------------------------------------------ showing

    async def show(self, match: Match, address: str | None = None, *, replace: bool = False) -> None:
        """Show a page as its gate says now: the page, or why not. A signed-out person is sent to sign in.

        `address` is what the address bar is to say, at once: a slow page is a page on its way, not the one before.
        """
        visit = self._visit
        decision = visit.decide(match)
        if decision is Decision.SIGN_IN:
            await self._send_to_sign_in(match.location.url)
            return
        visit.match, visit.shown = match, decision
        self._clear_page()
        ui.context.client.title = None
        if address is not None:
            self._set_address(address, replace=replace)
        visit.shell.follow()
        with self:
            ui.page_title(match.page.title if decision is Decision.ALLOW else NO_ACCESS)
            if decision is Decision.ALLOW:
                await self._build(match)
            else:
                visit.client.status_code = 403  # counts for the first answer only
                visit.client.run_javascript(HIDE_NOTICES)
                visit.shell.no_access()

    async def _build(self, match: Match) -> None:
        visit = self._visit
        try:
            if match.page.heading:
                visit.shell.title_bar(match.page.title)
            result = match.page.builder(**self._arguments(match))
            if inspect.isawaitable(result):
                await self._finish(match, result)
        except Exception as error:
            self._fail(match, error)

    def _fail(self, match: Match, error: BaseException) -> None:
        """Show that a page's own code raised; what, stands in the log only."""
        visit, reference = self._visit, secrets.token_hex(4)
        log.error('page failed', path=match.page.path, reference=reference, exc_info=error)
        if visit.match is match and not visit.over and not visit.client.is_deleted:
            self._clear_page()
            visit.client.status_code = 500
            with self:
                visit.shell.failed(reference)

    async def _finish(self, match: Match, result: Awaitable[Any]) -> None:
        """Run an async page function in a task that can be stopped when its page is closed meanwhile.

        A slow one is waited for only so long: then the page is sent as far as it is, and grows in the browser.
        """

        async def run() -> None:
            with self:
                await result

        self._task = task = background_tasks.create(run(), name=f'page {self._visit.location}')
        try:
            done, _ = await asyncio.wait([task], timeout=PATIENCE)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.add_done_callback(partial(self._finished_late, match))
        elif not task.cancelled():
            task.result()

    def _finished_late(self, match: Match, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            with self._visit.client:
                self._fail(match, error)

    def _arguments(self, match: Match) -> dict[str, Any]:
        visit = self._visit
        given = {name: visit if kind == 'visit' else visit.user for name, kind in match.page.injected.items()}
        return {**given, **match.values}

    # ------------------------------------------------------------------ moving

    async def _on_open(self, location: object) -> bool:
        """Back, forward, reload from code, or a forged event: the address bar shows the location already."""
        with self._visit.client:
            await self._move(location)
        return True

    async def _on_navigate(self, location: object) -> None:
        """A link or `ui.navigate.to`: the address bar follows once the page is shown."""
        with self._visit.client:
            await self._move(location, set_address=True)

    async def _move(self, location: object, *, set_address: bool = False) -> None:
        """Re-read the session, match, decide, show; or send the browser elsewhere."""
        visit = self._visit
        if visit.bound and visit.digest:
            await sessions.seen(visit.digest)
            user = await sessions.resume(visit.digest)
            if user is None:
                await live.close(visit)
                return
            live.settle(visit, user)
        match = registry.match(location)
        if match is None:
            if isinstance(location, str) and location.startswith('/') and location.isprintable():
                visit.client.open(location)  # outside of the shell, or nowhere: an ordinary request tells which
            return
        await self.show(match, match.location.url + _fragment(location) if set_address else None)
        if not visit.over:
            visit.client.run_javascript('window.nicegate?.arrived?.()')

    async def _send_to_sign_in(self, target: str) -> None:
        location = sign_in_location(target)
        if (match := registry.match(location)) is not None:
            await self.show(match, location, replace=True)

    def _set_address(self, location: str, *, replace: bool = False) -> None:
        how = 'replaceState' if replace else 'pushState'
        here = json.dumps(location)
        self._visit.client.run_javascript(
            f'if (location.pathname + location.search + location.hash !== {here})'
            f' history.{how}({{page: {here}}}, "", {here})'
        )

    def refresh(self) -> None:
        """Show the open page anew."""
        background_tasks.create(self._refresh(), name='refresh page')

    async def _refresh(self) -> None:
        visit = self._visit
        if visit.match is not None and not visit.over and not visit.client.is_deleted:
            with visit.client:
                await self.show(visit.match)


class _Forgiving(list[Any]):
    """A list from which what is gone already may be removed: `await event` takes its handler back at its end."""

    def remove(self, value: Any) -> None:
        if value in self:
            super().remove(value)


class _Recorded:
    """What the shell has made, so that the rest can be told from it and taken away."""

    def __init__(self, client: Client) -> None:
        self.elements = frozenset(client.elements)
        self.listeners = frozenset(i for e in client.elements.values() for i in e._event_listeners)
        client.delete_handlers = _Forgiving(client.delete_handlers)
        self._at_end = len(client.delete_handlers)
        self._handlers = {id(handlers): len(handlers) for handlers in self._lists(client)}

    @staticmethod
    def _lists(client: Client) -> list[list[Any]]:
        return [
            client.connect_handlers,
            client.disconnect_handlers,
            client._exception_handlers,
            client.sub_pages_router._path_changed_handlers,
        ]

    def restore(self, client: Client, open_elements: set[int]) -> None:
        """Take from the layout and the lists of the client what a page has hung there."""
        for element_id in open_elements:
            listeners = client.elements[element_id]._event_listeners
            for listener_id in [i for i in listeners if i not in self.listeners]:
                del listeners[listener_id]
        for handlers in self._lists(client):
            del handlers[self._handlers[id(handlers)] :]
        # The page is gone for good: what it asked for at its end is done now (NiceGUI's Event unsubscribes so).
        at_end = client.delete_handlers[self._at_end :]
        del client.delete_handlers[self._at_end :]
        for handler in at_end:
            client.safe_invoke(handler)


def _layout_of(client: Client) -> set[int]:
    return {client.layout.id, client.page_container.id, client.content.id}


def _fragment(location: object) -> str:
    return '#' + location.partition('#')[2] if isinstance(location, str) and '#' in location else ''
