"""The place in the shell where pages are shown, and the door for moves inside an open document.

NiceGUI's own matching and rendering are not used: a move is matched by the one matcher, decided by the one function,
and everything the page before it made is gone first, wherever it was parented.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from nicegui import Client, background_tasks, json, ui

from auth import page_gates, sessions
from auth.access import Decision
from ui.gate import failures, live, registry, scopes
from ui.gate.caller import caller
from ui.gate.decisions import note
from ui.gate.registry import DeclarationError, Match
from ui.gate.scopes import Scope
from ui.gate.visit import Visit
from ui.gate.ways_in import no_access_location, signed_out_location

NO_ACCESS = 'No access'
"""Title of a document whose page is closed to this person."""
NOT_FOUND = 'Page not found'
"""Title of a document whose page says that there is nothing at this address."""
HIDE_NOTICES = "document.querySelectorAll('.q-notification').forEach((notice) => (notice.style.display = 'none'))"
"""What a page said in passing goes with it."""
PATIENCE = 10.0
"""Seconds an async page function may take before what there is of the page is sent: people wait about so long
(Nielsen's limit for keeping attention)."""


class NotFoundError(Exception):
    """Raise it in a page function when there is nothing at this address, no car of this number say: a 404."""


class PageArea(ui.sub_pages):
    """Shows one page at a time; a subclass only for the browser's half of in-page navigation."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._task: asyncio.Task[Any] | None = None
        super().__init__()
        router = visit.client.sub_pages_router
        router._handle_open = self._on_open  # type: ignore[assignment]  # the one entrance for back, forward, forged events
        router._handle_navigate = self._on_navigate  # type: ignore[assignment]  # links and ui.navigate.to
        visit.client.open = self._on_leave  # type: ignore[method-assign]  # the way out of the shell

    def _show(self) -> None:
        """NiceGUI would match and render here, by looser rules and without asking anybody."""

    def _open_scope(self, match: Match) -> Scope:
        """Take away all that the page before made, wherever it hangs; what comes up from now on is this page's."""
        self.cancel()
        visit = self._visit
        if visit.scope is not None:
            visit.scope.end()
        visit.session.unbind()
        self.clear()
        visit.scope = Scope(visit, match.page)
        return visit.scope

    def take_away(self) -> None:
        """Leave nothing of the open page until the next one is shown: it was somebody else's."""
        if self._visit.match is not None:
            self._open_scope(self._visit.match)
        self._visit.shown = None
        self._visit.client.outbox.message_history.clear()  # a browser can ask for all of it again
        self._visit.client.storage.clear()  # `app.storage.client`

    def cancel(self) -> None:
        """Stop a page function that is still running."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    # ------------------------------------------------------------------ showing

    async def show(self, match: Match, address: str | None = None, *, replace: bool = False) -> None:
        """Show a page as its gate says now: the page, or why not, or where people are led instead, who are signed out,
        say.

        `address` is what the address bar is to say, at once: a slow page is a page on its way, not the one before.
        """
        visit = self._visit
        decision = visit.decide(match)
        elsewhere = _elsewhere(decision, match)
        if elsewhere is not None and (target := registry.match(elsewhere)) is not None:
            await self.show(target, elsewhere, replace=address is None)
            return
        visit.match, visit.shown = match, decision
        scope = self._open_scope(match)
        visit.client.title = None
        if address is not None:
            self.set_address(address, replace=replace)
        visit.shell.follow()
        with scopes.entered(scope), self:
            ui.page_title(match.page.title if decision is Decision.ALLOW else NO_ACCESS)
            if decision is Decision.ALLOW:
                await self._build(match)
            else:
                visit.client.status_code = 403  # counts for the first answer only
                visit.client.run_javascript(HIDE_NOTICES)
                visit.shell.no_access()

    async def _build(self, match: Match) -> None:
        result: Any = None
        try:
            with self._layout(match):
                if match.page.heading:
                    self._visit.shell.title_bar(match.page.title)
                result = match.page.builder(**self._injected(match.page.injected), **match.values)
                if inspect.isawaitable(result):
                    result = self._start(match, result)
            if isinstance(result, asyncio.Task):
                await self._finish(match, result)
        except Exception as error:
            self._fail(match, error)

    def _layout(self, match: Match) -> AbstractContextManager[Any]:
        layout = match.page.layout
        return layout.draw(**self._injected(layout.injected)) if layout is not None else nullcontext()

    def _fail(self, match: Match, error: BaseException) -> None:
        """Show that a page's own code raised; what, stands in the log only. "Not found" is an answer and no fault."""
        visit, is_there = self._visit, not isinstance(error, NotFoundError)
        reference = failures.report('page failed', error, path=match.page.path) if is_there else ''
        if visit.match is match and not visit.over and not visit.client.is_deleted:
            scope = self._open_scope(match)
            visit.client.status_code = 500 if is_there else 404
            with scopes.entered(scope), self:
                if is_there:
                    visit.shell.failed(reference, failures.detail(error))
                else:
                    ui.page_title(NOT_FOUND)
                    visit.shell.not_found()

    def _start(self, match: Match, result: Awaitable[Any]) -> asyncio.Task[Any]:
        """Run an async page function in a task that can be stopped when its page is closed meanwhile. It draws where
        its layout has its place."""
        place = ui.context.slot

        async def run() -> None:
            with place:
                await result

        self._task = background_tasks.create(run(), name=f'page {match.page.path}', handle_exceptions=False)
        return self._task

    async def _finish(self, match: Match, task: asyncio.Task[Any]) -> None:
        """A slow page is waited for only so long: then it is sent as far as it is, and grows in the browser."""
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

    def _injected(self, kinds: Mapping[str, str]) -> dict[str, Any]:
        visit = self._visit
        values = {'visit': visit, 'session': visit.session, 'user': visit.user, 'user or none': visit.user}
        return {name: values[kind] for name, kind in kinds.items()}

    # ------------------------------------------------------------------ moving

    async def _on_open(self, location: object) -> bool:
        """Back, forward, reload from code, or a forged event: the address bar shows the location already."""
        with self._visit.client, scopes.entered(None):
            await self._move(location)
        return True

    async def _on_navigate(self, location: object) -> None:
        """A link or `ui.navigate.to`: the address bar follows once the page is shown."""
        with self._visit.client, scopes.entered(None):  # the page of whoever asks may close
            await self._move(location, set_address=True)

    def _on_leave(self, target: Any, new_tab: bool = False) -> None:
        """To another site, or to a path of ours that is no page."""
        self._visit.moves += not new_tab
        Client.open(self._visit.client, target, new_tab)

    async def _move(self, location: object, *, set_address: bool = False) -> None:
        """Re-read the session, match, decide, show; or send the browser elsewhere."""
        visit = self._visit
        visit.moves += 1
        await page_gates.refresh()
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
        note('move', match.location.url, match.page.gate, visit.user, visit.decide(match))
        await self.show(match, match.location.url + _fragment(location) if set_address else None)
        if not visit.over:
            visit.client.run_javascript('window.nicegate?.arrived?.()')

    def set_address(self, location: str, *, replace: bool = False) -> None:
        """Let the address bar show this, in place of what it shows or as a step to go back from."""
        how = 'replaceState' if replace else 'pushState'
        here = json.dumps(location)
        self._visit.client.run_javascript(
            f'if (location.pathname + location.search + location.hash !== {here})'
            f' history.{how}({{page: {here}}}, "", {here})'
        )

    def refresh(self) -> None:
        """Show the open page anew, on nobody's behalf: the page before it must not take this task with it."""
        with scopes.entered(None):
            background_tasks.create(self._refresh(), name='refresh page')

    async def _refresh(self) -> None:
        visit = self._visit
        if visit.match is not None and not visit.over and not visit.client.is_deleted:
            with visit.client:
                await self.show(visit.match)


def refuse_nested() -> None:
    """Refuse a developer's own `ui.sub_pages`: it would show pages by its own matching, and ask no gate."""
    original = ui.sub_pages.__init__

    def init(self: ui.sub_pages, *args: Any, **options: Any) -> None:
        if not isinstance(self, PageArea):
            raise DeclarationError(
                f'{caller()}: ui.sub_pages would show pages beside the gate: declare each with page(…), and '
                'what they share with section(path, groups=[…], layout=…)'
            )
        original(self, *args, **options)

    ui.sub_pages.__init__ = init  # type: ignore[method-assign]  # NiceGUI has no hook here


def _elsewhere(decision: Decision, match: Match) -> str | None:
    """Where somebody is led to whom this page is closed; None: they are told at its own address."""
    if decision is Decision.SIGN_IN:
        return signed_out_location(match.location.url)
    return no_access_location() if decision is Decision.NO_ACCESS else None


def _fragment(location: object) -> str:
    return '#' + location.partition('#')[2] if isinstance(location, str) and '#' in location else ''
