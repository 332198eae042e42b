"""The worker: takes mails out of the outbox and hands them to the server, several side by side, in every process.

It wakes when a mail is queued, by whichever process, and looks by itself every few seconds. What is wrong with one mail
is that mail's; what is wrong with the server makes the worker pause, at no mail's cost, so that all go out soon after
it is back.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from auth import blocks, events, pruning
from auth.mail import asked_for, console, housekeeping, leases, message, smtp
from auth.mail.health import Health
from auth.mail_server import MailServer
from auth.settings import get_settings
from models.change import Changed
from models.mail import Mail

LANES: Final = 4
"""Deliveries side by side, each on a connection of its own: one slow mail leaves three, and few servers allow a client
less.
"""
LOOK: Final = 5.0
"""Seconds between looks that nothing asked for: how late a second try can be."""
PRUNE: Final = 3600.0
"""Seconds between looks for mails that are old enough to be deleted."""
PATIENCE: Final = 3.0
"""Seconds that a stop waits for deliveries under way: a supervisor waits for ten or more."""

log = structlog.get_logger()


class Worker:
    """Delivers until it is stopped. Without a server it prints instead."""

    def __init__(self, server: MailServer | None) -> None:
        self._server = server
        self._health = Health(f'{server.host}:{server.port}' if server else '')
        self._woken = asyncio.Event()
        self._lanes: set[asyncio.Task[None]] = set()
        self._claiming = asyncio.Lock()
        self._failing = self._stopping = False
        self._prune_at = 0.0
        self._unsubscribe: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._unsubscribe = events.subscribe(self._hear)
        self._task = asyncio.create_task(self._run(), name='mail worker')

    async def stop(self) -> None:
        """Let deliveries come to their end for PATIENCE; what is cut off then can be tried again at once."""
        self._unsubscribe()
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._lanes:
            await asyncio.wait(self._lanes, timeout=PATIENCE)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    def _hear(self, changes: Sequence[Changed]) -> None:
        if any(changed.kind in ('mail', 'lost') for changed in changes):
            self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._round()
                self._failing = False
            except Exception as error:
                if not self._failing:  # once, and not every few seconds while the database is away
                    log.error('mails cannot be looked for, trying again', exc_info=error)
                self._failing = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK, self._health.rest or LOOK)):
                    await self._woken.wait()

    async def _round(self) -> None:
        await housekeeping.end_late()
        await blocks.lift_over()
        if time.monotonic() >= self._prune_at:
            await pruning.prune()  # here because this is what comes by every hour
            self._prune_at = time.monotonic() + PRUNE
        if await asked_for.resolve():
            self._woken.set()
        if self._server is None:
            await console.show_new()
        elif not self._health.rest:
            await self._open_lanes(self._server)

    async def _open_lanes(self, server: MailServer) -> None:
        free = (1 if self._health.is_failing else LANES) - len(self._lanes)
        for _ in range(await leases.due(free) if free > 0 else 0):
            lane = asyncio.create_task(self._lane(server), name='mail lane')
            self._lanes.add(lane)
            lane.add_done_callback(self._close_lane)

    def _close_lane(self, lane: asyncio.Task[None]) -> None:
        self._lanes.discard(lane)
        self._woken.set()  # what was queued as it closed has to be looked for

    async def _lane(self, server: MailServer) -> None:
        """Deliver one mail after the other as long as there are any and the server takes them."""
        connection = smtp.Connection(server)
        try:
            while mail := await self._next():
                await self._deliver(connection, mail)
        except Exception as error:
            log.error('a mail could not be delivered, trying again', exc_info=error)
        finally:
            await connection.close()

    async def _next(self) -> Mail | None:
        if self._stopping or self._health.rest:
            return None
        async with self._claiming:  # lanes that looked at once would all see the same mail
            return await leases.claim()

    async def _deliver(self, connection: smtp.Connection, mail: Mail) -> None:
        try:
            envelope = message.envelope_of(mail)
            async with leases.kept(mail):
                await connection.send(envelope)
        except asyncio.CancelledError:
            await leases.put_back(mail)
            raise
        except message.UnwritableError as error:
            await leases.unwritable(mail, error)
        except smtp.ServerDownError as error:
            self._health.failed(str(error))
            await leases.put_back(mail, str(error))
        except smtp.TryLaterError as error:
            self._health.worked()
            await leases.later(mail, str(error))
        except smtp.RefusedError as error:
            self._health.worked()
            log.warning('a mail was refused', template=mail.template, message_id=mail.message_id, reason=str(error))
            await leases.refused(mail, str(error))
        else:
            self._health.worked()
            await leases.sent(mail)


_worker: Worker | None = None


def start() -> None:
    """Deliver from now on, in this process; after `events.start()`."""
    global _worker
    _worker = Worker(get_settings().mail_server)
    _worker.start()


async def stop() -> None:
    """Before `events.stop()`, while the database is open."""
    global _worker
    worker, _worker = _worker, None
    if worker is not None:
        await worker.stop()
