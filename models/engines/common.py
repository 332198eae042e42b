"""What holds on both databases: who may use a transaction, and how an ending is carried through a cancellation."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext

T = TypeVar('T')

WAIT = 30.0
"""Seconds that a statement waits for its connection. Only a task that awaits another one's database work inside its own
transaction waits this long (for ever, without an end): well above SQLite's 10 s for the write lock of other processes."""

ENDING = 15.0
"""Seconds that a cancelled task still waits for its COMMIT or ROLLBACK: longer than SQLite's busy_timeout, so that only a database
that no longer answers is given up."""


async def finish(ending: Coroutine[Any, Any, T]) -> T:
    """Run `ending` to its end although this task is cancelled meanwhile, then let the cancellation through.

    A COMMIT, ROLLBACK or release that is left half-way keeps a lock or a connection for ever, and NiceGUI cancels page tasks.
    """
    task = asyncio.ensure_future(ending)
    cancelled: asyncio.CancelledError | None = None
    until = asyncio.get_running_loop().time() + ENDING
    while not task.done():
        try:
            await asyncio.wait(
                [task], timeout=None if cancelled is None else max(0.0, until - asyncio.get_running_loop().time())
            )
        except asyncio.CancelledError as error:
            cancelled, until = error, asyncio.get_running_loop().time() + ENDING
            continue
        if cancelled is not None and not task.done():
            task.cancel()
            break
    if cancelled is not None:
        with contextlib.suppress(BaseException):
            task.exception()  # looked at, so that it is not reported as never retrieved
        raise cancelled
    return task.result()


class Owned:
    """Mixed into a transaction's client: it serves the task that opened it, until it ends."""

    root: BaseDBAsyncClient
    owner: asyncio.Task[Any] | None
    _finalized: bool

    def serves(self, task: asyncio.Task[Any] | None) -> bool:
        return task is self.owner and not self._finalized


class Connections(ConnectionHandler):
    """Hands out the open transaction to its own task, and the database itself to every other.

    A task inherits the context of the one that started it, an open transaction included. The stock handler lets it write into that
    transaction (and be rolled back with it), or into a finished one.
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
