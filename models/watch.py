"""How a process notices another one's commits: a poll of SQLite's data_version, or PostgreSQL's LISTEN and NOTIFY."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

import aiosqlite
import asyncpg
from tortoise.connection import get_connection

from models.engines.sqlite import open_connection

log = logging.getLogger(__name__)

CHANNEL = 'nicegate_change'

POLL = 0.1
"""Seconds between looks at SQLite's data_version. One look takes microseconds."""

ALIVE = 5.0
"""Seconds between checks that the listening connection still answers, and the longest that one may take."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before the first attempt to listen again, and the most that doubling makes of it."""

UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

Signal = Callable[[bool], None]
"""Called on news; with True when news may have been missed."""


async def announce() -> None:
    """Signal the listeners when the open transaction commits. SQLite needs no signal: its data_version moves."""
    client = get_connection('default')
    if client.capabilities.dialect == 'postgres':
        await client.execute_query(f"SELECT pg_notify('{CHANNEL}', '')")


class Watcher(Protocol):
    """Calls its signal when there may be news."""

    async def open(self) -> None:
        """Begin: no news after this is missed."""

    async def run(self) -> None:
        """Signal until cancelled."""

    async def close(self) -> None:
        """Let go of the connection."""


class SqliteWatcher:
    """Polls on a connection of its own: data_version moves when any other connection commits, whosever it is."""

    def __init__(self, signal: Signal, path: str) -> None:
        self._signal = signal
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._version = 0

    async def open(self) -> None:
        self._connection = await open_connection(self._path, query_only='ON')
        self._version = await self._look(self._connection)

    async def run(self) -> None:
        while self._connection is not None:
            await asyncio.sleep(POLL)
            version = await self._look(self._connection)
            if version != self._version:
                self._version = version
                self._signal(False)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _look(self, connection: aiosqlite.Connection) -> int:
        """The version; on an error one that differs, so that whoever follows looks for itself."""
        try:
            ((version,),) = await connection.execute_fetchall('PRAGMA data_version')
        except Exception:
            log.exception('the database file could not be watched: trying again')
            return -1
        return int(version)


class PostgresWatcher:
    """Listens on a connection of its own, and makes a new one when it is lost."""

    def __init__(self, signal: Signal, dsn: str) -> None:
        self._signal = signal
        self._dsn = dsn
        self._connection: Any = None

    async def open(self) -> None:
        connection = await asyncpg.connect(
            self._dsn, timeout=ALIVE, server_settings={'application_name': 'nicegate feed'}
        )
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._signal(False))
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    async def run(self) -> None:
        while True:
            await self._until_lost()
            log.warning('the connection that listens for changes was lost: making a new one')
            await self.close()
            await self._again()
            self._signal(True)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*UNREACHABLE):
                await connection.close(timeout=1)

    async def _until_lost(self) -> None:
        """Return when the connection has ended or no longer answers."""
        connection, ended = self._connection, asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        while not connection.is_closed():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE):
                    await ended.wait()
                return
            try:
                await connection.execute('SELECT 1', timeout=ALIVE)
            except UNREACHABLE:
                return

    async def _again(self) -> None:
        pause = FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
            with contextlib.suppress(*UNREACHABLE):
                await self.open()
                return


def watcher(signal: Signal) -> Watcher:
    """The watcher that fits the connected database."""
    client: Any = get_connection('default')
    if client.capabilities.dialect == 'sqlite':
        return SqliteWatcher(signal, client.filename)
    return PostgresWatcher(signal, client.dsn)
