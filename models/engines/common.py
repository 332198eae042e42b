"""What holds on both databases: who may use a transaction, and how its end is carried through a cancellation."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from tortoise import context
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError, TransactionManagementError

T = TypeVar('T')

WAIT = 30.0
"""Seconds that a statement or transaction waits for its connection: well above the 10 s for another process's lock.
Who waits longer waits for itself: a task inside its own transaction for another one's database work."""

ENDING = 15.0
"""Seconds that a cancelled task still waits for its COMMIT or ROLLBACK: longer than SQLite's busy_timeout, so that only
a database that no longer answers is given up."""


class TooSlowError(Exception):
    """A statement was broken off at the end of the time that it had."""


async def finish(ending: Coroutine[Any, Any, T]) -> T:
    """Run `ending` to its end although this task is cancelled meanwhile, then let the cancellation through.

    A COMMIT, ROLLBACK or release that is left half-way keeps a lock or a connection for ever, and NiceGUI cancels the
    tasks of a page that is left.
    """
    task = asyncio.ensure_future(ending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as cancelled:
        await _outlast(task)
        if task.done() and not task.cancelled() and task.exception() is not None:
            raise cancelled from task.exception()
        raise


async def _outlast(task: 'asyncio.Task[Any]') -> None:
    """Wait for `task` up to ENDING seconds, whatever happens to this one; then cancel it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ENDING
    while not task.done() and (left := until - loop.time()) > 0:
        try:
            await asyncio.wait([task], timeout=left)
        except asyncio.CancelledError:
            continue  # once is enough: it is raised when the ending is done
    task.cancel()


@asynccontextmanager
async def held(lock: asyncio.Lock) -> AsyncIterator[None]:
    """The lock, or an OperationalError after WAIT seconds."""
    await take(lock)
    try:
        yield
    finally:
        lock.release()


async def take(lock: asyncio.Lock) -> None:
    if not lock.locked():
        await lock.acquire()
        return
    try:
        async with asyncio.timeout(WAIT):
            await lock.acquire()
    except TimeoutError:
        raise OperationalError(f'a transaction held the database for more than {WAIT:.0f} s') from None


class Owned(TransactionalDBClient):
    """Mixed into a transaction's client: it serves the task that opened it, until it ends or a statement fails.

    PostgreSQL accepts nothing more after a failed statement, and a COMMIT then rolls back without a word. SQLite goes
    on, so a fault would show on PostgreSQL only: both stop here, and say so. What may fail goes into an inner
    transaction.
    """

    root: BaseDBAsyncClient
    owner: 'asyncio.Task[Any] | None'
    outermost: 'Owned'
    broken = False

    def serves(self, task: 'asyncio.Task[Any] | None') -> bool:
        return task is self.owner and not self._finalized

    @contextmanager
    def used(self) -> Iterator[None]:
        """Around each statement. One that was cancelled may have been done or not: that is a failure too."""
        if self._finalized:
            raise TransactionManagementError('this transaction is over')
        if self.outermost.broken:
            raise OperationalError('a statement of this transaction failed: it can only be rolled back')
        try:
            yield
        except BaseException:
            self.outermost.broken = True
            raise

    def may_commit(self) -> None:
        if self.broken:
            raise TransactionManagementError('a statement of this transaction failed: nothing of it was kept')


class Savepoint(TransactionContext):
    """A transaction inside another one.

    Leaving it well takes no statement: the outer COMMIT keeps it. A RELEASE that is cancelled would keep the rows
    while the block fails, and whoever goes on after the failure would commit half a verb.
    """

    client: Owned

    def __init__(self, client: Owned) -> None:
        self.client = client
        self.connection_name = client.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        with self.client.used():
            await self.client.savepoint()
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if exc_type is not None:
                await finish(self._take_back())
        finally:
            self.client._finalized = True

    async def _take_back(self) -> None:
        await self.client.savepoint_rollback()
        self.client.outermost.broken = False


class Connections(ConnectionHandler):
    """Hands out the open transaction to its own task, and the database itself to every other.

    A task inherits the context of the one that started it, an open transaction included. The stock handler lets it
    write into that transaction (and be rolled back with it), or into a finished one.
    """

    def get(self, conn_alias: str) -> BaseDBAsyncClient:
        client = super().get(conn_alias)
        if isinstance(client, Owned) and not client.serves(asyncio.current_task()):
            return client.root
        return client


class Context(TortoiseContext):
    """Tortoise's state with our connection handler."""

    def __init__(self) -> None:
        super().__init__()
        self._connections = Connections()

    async def close_connections(self) -> None:
        """As stock, but no longer the global context although closing failed: another could never be opened."""
        try:
            await super().close_connections()
        finally:
            if context._global_context is self:
                context._global_context = None
