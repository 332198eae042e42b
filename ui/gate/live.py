"""Open pages follow the people behind them: one worker decides again for every page that a change may touch.

It wakes at each change and once a second, so that revocations, ends of sessions and of roles, and the five-second
sweep are one and the same step.
"""

import asyncio
import contextlib

import structlog
from nicegui import background_tasks, core, json

from auth import page_gates, snapshots
from auth.access import Decision
from auth.current_user import CurrentUser
from ui.gate import handlers, scopes
from ui.gate import visit as visits
from ui.gate.decisions import note
from ui.gate.visit import Visit

log = structlog.get_logger()

TICK = 1.0
"""Seconds between looks at the clock: how late the end of a session may come to an idle open page."""
GRACE = 1.0
"""Seconds that a closed page's socket has to deliver its last message before it is cut."""

_wake = asyncio.Event()
_worker: asyncio.Task[None] | None = None


async def start() -> None:
    global _worker
    snapshots.subscribe(_wake.set)
    _worker = asyncio.create_task(_follow(), name='live pages')


async def stop() -> None:
    if _worker is not None:
        _worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await _worker


async def _follow() -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TICK):
                await _wake.wait()
        _wake.clear()
        try:
            await decide_again()
        except Exception:
            # The database is away, say. Snapshots grow stale meanwhile, and stale ones open no door.
            log.exception('open pages could not be decided again: trying again')


async def decide_again() -> None:
    """Bring every open page in line with who is behind it: first close what is over, then read once, then the rest."""
    digests = visits.digests()
    await _close_ended(digests)
    if visits.some():
        await page_gates.refresh()
    stale = [digest for digest in digests if snapshots.peek(digest) is snapshots.STALE]
    if stale:
        await snapshots.read(stale)
        await _close_ended(stale)
    for digest in digests:
        user = snapshots.peek(digest)
        if isinstance(user, CurrentUser):
            for visit in visits.of_session(digest):
                await _settle_or_close(visit, user)
    for visit in visits.of_nobody():
        await _settle_or_close(visit, None)


async def _settle_or_close(visit: Visit, user: CurrentUser | None) -> None:
    """A page whose own code does not let it follow (an element that cannot be deleted, say) is taken away."""
    try:
        settle(visit, user)
    except Exception:  # whatever it is of: it must not hold up the pages of others
        log.exception('page could not follow', page=visit.page.path if visit.page else '')
        await close(visit)


async def _close_ended(digests: list[str]) -> None:
    ended = [d for d in digests if snapshots.peek(d) is None and not snapshots.is_just_replaced(d)]
    over = [visit for digest in ended for visit in visits.of_session(digest)]
    if over and (count := await close(*over)):
        log.info('pages closed', count=count)


def settle(visit: Visit, user: CurrentUser | None) -> None:
    """Take in who the person is now. A page whose decision stays is never rebuilt: what was typed in it stays."""
    if visit.over:
        return
    before, visit.user = visit.user, user
    decision = visit.decide()
    # Compared with what is shown, whoever the person was before: another door may have read the news already.
    if visit.shown is not None and decision is not visit.shown:
        note('live', visit.location, visit.page.gate if visit.page else None, user, decision)
        if decision is not Decision.ALLOW:
            if visit.scope is not None:
                visit.scope.barred = True
            visit.area.cancel()
            handlers.stop(visit.running)
        visit.session.unbind()
        visit.session.follow()
        visit.area.refresh()
    elif user != before or visit.session.user != user:
        with visit.client, scopes.entered(visit.scope):
            _follow_in_place(visit)
    elif visit.gates != page_gates.version:  # the same page for the same person: the way to other pages may differ
        with visit.client, scopes.entered(None):
            visit.shell.follow()
    visit.gates = page_gates.version


def _follow_in_place(visit: Visit) -> None:
    """Sections that lost their right go first; what runs of a developer's code afterwards sees the person as now."""
    sections = list(visit.scope.sections) if visit.scope else []
    for section in sections:
        section.close()
    visit.session.follow()
    visit.shell.follow()
    for section in sections:
        section.follow()
    for watcher in list(visit.scope.watchers_within()) if visit.scope else []:
        watcher.call(visit.session)


async def close(*over: Visit) -> int:
    """Take pages away from browsers whose session is over: the content at once, then a look at the same address,
    where the HTTP door decides. All are told before the first is cleared up. Returns how many.

    A page that may be passing to another session is left to who waits for that, and is woken (ui/gate/rebind.py).
    """
    for visit in over:
        if visit.passage.open:
            visit.passage.end()
    over = tuple(visit for visit in over if not visit.over and not visit.passage.open)
    for visit in over:
        visit.over, visit.user = True, None
        visit.session.unbind()
        visit.session.follow()
    await asyncio.gather(*(_send_away(visit) for visit in over), return_exceptions=True)
    for visit in over:
        _clear_up(visit)
        await asyncio.sleep(0)  # others have their turn in between
    return len(over)


async def _send_away(visit: Visit) -> None:
    here = json.dumps(visit.location)
    # NiceGUI's own notice stays: its script looks for it when the socket is cut before the browser has left.
    code = (
        "document.body.replaceChildren(...document.querySelectorAll('#popup')); "
        f'window.onbeforeunload = null; location.replace({here})'
    )
    # Not through the outbox, which may stop before it is emptied.
    await core.sio.emit('run_javascript', {'code': code}, room=visit.client.id)


def _clear_up(visit: Visit) -> None:
    client = visit.client
    visits.remove(visit)
    if visit.shown is not None:
        visit.area.cancel()
    handlers.stop(visit.running)
    for task in client._delete_tasks.values():  # else NiceGUI deletes the client a second time: KeyError
        task.cancel()
    client._delete_tasks.clear()
    client.outbox.updates.clear()
    client.outbox.messages.clear()
    background_tasks.create(_cut(list(client._socket_to_document_id)), name='cut sockets')
    if not client.is_deleted:
        client.delete()


async def _cut(sockets: list[str]) -> None:
    await asyncio.sleep(GRACE)
    for sid in sockets:
        with contextlib.suppress(KeyError, ValueError):
            await core.sio.disconnect(sid)
