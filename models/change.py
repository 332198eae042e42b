"""Change rows: what a verb changed, written in its own transaction, read by every process in the order of the commits.

A row cannot be lost by a kill between commit and publish, because it is committed with its cause. The doors' snapshots
follow this feed, so that what must be closed is closed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from tortoise import Model, fields
from tortoise.exceptions import BaseORMException

from models import scope, watch
from models.clock import now
from models.fields import UtcDatetimeField

log = logging.getLogger(__name__)

KEPT = timedelta(days=1)
"""How long rows are kept: far longer than any reader lags, short enough that the table stays small."""

BATCH = 1000
"""Rows read and delivered at once."""

RETRY = 1.0
"""Seconds until a failed read or delivery is tried again."""

HEARD_WITHIN = 10.0
"""Seconds that `catch_up` waits for a reader at most: one that hangs must not hang every verb."""

SWEEP = 5.0
"""Seconds between looks that no signal asked for: the design's "never older than 5 s"."""


# One change. It refers to users and sessions by number only: they may be gone when it is read.
class Change(Model):
    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16)
    user_id = fields.IntField(null=True)
    session_id = fields.IntField(null=True)
    at = UtcDatetimeField(default=now, db_index=True)

    class Meta:
        table = 'change_log'


@dataclass(frozen=True, slots=True)
class Changed:
    """A change as a reader gets it.

    kind: 'user' (this user's row, roles or sessions), 'session' (one session ended), 'replaced' (one ended for another
    in the same browser), 'started' (one began), 'mail' (one is in the outbox), 'mailed' (something has become of one),
    'mail_template' (what mails say), 'settings' (those of the site, or its attributes), 'access' (roles, groups or
    gates themselves), or 'lost' (never a row: signals may have been missed or a delivery failed, so everything must be
    read again).
    """

    id: int
    kind: str
    user_id: int | None
    session_id: int | None


async def record(kind: str, *, user_id: int | None = None, session_id: int | None = None) -> None:
    """Note a change in this task's open `database.transaction()`; RuntimeError when there is none.

    The row is written just before the COMMIT. Transactions run one at a time, so ids become visible in their order and
    a reader that asks for those above its last one skips none.
    """
    open_scope = scope.current()
    if open_scope is None:
        raise RuntimeError('change.record needs an open transaction of this task')
    open_scope.changes.append(Change(kind=kind, user_id=user_id, session_id=session_id))


async def write(changes: Sequence[Change]) -> None:
    """Insert `changes` and signal other processes, inside the transaction that is about to commit."""
    for row in changes:
        await row.save(force_create=True)
    await watch.announce()


class _Delivery:
    """Marks a running delivery in the context of everything that it calls or starts."""

    over = False


_delivery: ContextVar[_Delivery | None] = ContextVar('delivery', default=None)

feed: 'Feed | None' = None
"""The running feed of this process."""


class Feed:
    """Delivers every change committed after `start()`, in order, one delivery at a time, each at least once.

    Deliveries run in a task of the feed's own: who waits in `catch_up()` can be cancelled without harm to them. A read
    or delivery that fails is logged and tried again, and what is delivered then ends with a 'lost'.
    """

    def __init__(self, deliver: Callable[[Sequence[Changed]], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._last = 0
        self._lost = False
        self._failing = False
        self._wake = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._watcher: watch.Watcher | None = None

    async def start(self) -> None:
        """Begin at the newest row and prune old ones. RuntimeError when this process has a running feed."""
        global feed
        if feed is not None:
            raise RuntimeError('this process has a running feed')
        feed = self
        try:
            self._watcher = watch.watcher(self._signal)
            await self._watcher.open()
            self._last = await newest()
            await Change.filter(at__lt=now() - KEPT).delete()
        except BaseException:
            await self.stop()
            raise
        self._tasks = [
            asyncio.create_task(self._run(), name='change feed'),
            asyncio.create_task(self._watcher.run(), name='change watcher'),
        ]

    async def stop(self) -> None:
        """End the feed; who waits in `catch_up()` goes on."""
        global feed
        if feed is self:
            feed = None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _release(self._waiting)
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            await watcher.close()

    async def catch_up(self) -> None:
        """Return when every change committed before this call was delivered here, or could not be (see the class).

        Called from inside a delivery it only asks for another round: waiting would be waiting for itself.
        """
        delivery = _delivery.get()
        if not self._tasks or (delivery is not None and not delivery.over):
            self._wake.set()
            return
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        self._wake.set()
        try:
            async with asyncio.timeout(HEARD_WITHIN):
                await done
        except TimeoutError:
            log.error('changes were not taken in within %s s: what reads them hangs', HEARD_WITHIN)

    def _signal(self, lost: bool) -> None:
        self._lost = self._lost or lost
        self._wake.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._wake.wait()
            self._wake.clear()
            waiting, self._waiting = self._waiting, []
            try:
                await self._round()
                self._failing = False
            except Exception as error:
                unexpected = None if isinstance(error, BaseORMException) else error
                if not self._failing:  # once, and not every second while the database is away
                    log.error('changes cannot be read or taken in, trying again: %r', error, exc_info=unexpected)
                self._failing = self._lost = True
                asyncio.get_running_loop().call_later(RETRY, self._wake.set)
            finally:
                _release(waiting)

    async def _round(self) -> None:
        full = True
        while full:
            rows = await Change.filter(id__gt=self._last).order_by('id').limit(BATCH)
            batch = [Changed(row.id, row.kind, row.user_id, row.session_id) for row in rows]
            last = batch[-1].id if batch else self._last
            full = len(batch) == BATCH
            if self._lost and not full:
                self._lost = False
                batch.append(Changed(last, 'lost', None, None))
            if batch:
                await self._hand_over(batch)
            self._last = last

    async def _hand_over(self, batch: Sequence[Changed]) -> None:
        delivery = _Delivery()
        token = _delivery.set(delivery)
        try:
            await self._deliver(batch)
        finally:
            delivery.over = True
            _delivery.reset(token)


def _release(waiting: list['asyncio.Future[None]']) -> None:
    for done in waiting:
        if not done.done():
            done.set_result(None)


async def newest() -> int:
    """The highest id, 0 when there is no row."""
    row = await Change.all().order_by('-id').first()
    return 0 if row is None else row.id
