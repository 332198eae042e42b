"""SQLite: one connection that writes, a second one that only reads, and transactions that take the write lock first."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.engines.common import WAIT, Owned, finish

P = ParamSpec('P')
T = TypeVar('T')

PRAGMAS = {
    'busy_timeout': 10_000,  # ms to wait for another process's write; first, because the next line may have to wait
    'journal_mode': 'WAL',  # readers and the one writer do not stop each other
    'synchronous': 'FULL',  # a commit that was reported survives a power cut
    'foreign_keys': 'ON',
    'journal_size_limit': 16 * 1024 * 1024,  # bytes that the WAL keeps on disk after a large transaction
    'temp_store': 'MEMORY',
}


def translated(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """The driver's errors as Tortoise's, all of them, so that both databases raise the same classes."""

    @wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
            raise OperationalError(error) from error

    return call


async def open_connection(path: str, **pragmas: object) -> aiosqlite.Connection:
    """A connection in autocommit mode with our pragmas; `pragmas` are added to or replace them."""
    connection = aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    connection._thread.daemon = True  # a connection that nobody closed must not hang the process at its exit
    await connection
    try:
        connection._conn.row_factory = sqlite3.Row
        for name, value in {**PRAGMAS, **pragmas}.items():
            await connection.execute_fetchall(f'PRAGMA {name}={value}')
    except BaseException:
        await finish(connection.close())
        raise
    return connection


class Statements(SqliteClient):
    """Statements that count what they themselves changed: the stock client counts the rows of cascades and triggers too."""

    @asynccontextmanager
    async def connection_for(self, query: str) -> AsyncIterator[aiosqlite.Connection]:
        if self._connection is None:
            raise OperationalError('the database is closed')
        if self._lock.locked():
            try:
                async with asyncio.timeout(WAIT):
                    await self._lock.acquire()
            except TimeoutError:
                raise OperationalError('the connection was busy for too long') from None
        else:
            await self._lock.acquire()
        try:
            if self._connection is None:
                raise OperationalError('the database is closed')
            yield self._connection
        finally:
            self._lock.release()

    @translated
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with self.connection_for(query) as connection:
            row = await connection.execute_insert(query, values)
            return int(row[0]) if row else 0

    @translated
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        async with self.connection_for(query) as connection:
            rows = list(await connection.execute_fetchall(query, values))
            if query.lstrip()[:6].upper() in ('UPDATE', 'DELETE', 'INSERT'):
                ((changed,),) = await connection.execute_fetchall('SELECT changes()')
                return changed, rows
            return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    @translated
    async def execute_script(self, query: str) -> None:
        async with self.connection_for(query) as connection:
            await connection.executescript(query)


class Client(Statements):
    """The database of one process."""

    def __init__(self, file_path: str, *, foreign_keys: str = 'ON', **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._foreign_keys = foreign_keys
        self._reader: aiosqlite.Connection | None = None

    async def create_connection(self, with_db: bool) -> None:
        """Open both connections. Called once, by `database.connect`: a closed client stays closed."""
        self._connection = await open_connection(self.filename, foreign_keys=self._foreign_keys)
        try:
            self._reader = await open_connection(self.filename, query_only='ON')
        except BaseException:
            await self.close()
            raise
        await self._post_connect()

    async def close(self) -> None:
        opened = [connection for connection in (self._connection, self._reader) if connection is not None]
        self._connection = self._reader = None
        for connection in opened:
            await finish(connection.close())

    @asynccontextmanager
    async def connection_for(self, query: str) -> AsyncIterator[aiosqlite.Connection]:
        """A SELECT outside a transaction goes to the reader: it never waits for a writer, of this process or another."""
        if self._reader is not None and query.lstrip()[:6].upper() == 'SELECT':
            yield self._reader
            return
        async with super().connection_for(query) as connection:
            yield connection

    def _in_transaction(self) -> TransactionContext:
        return Outermost(Transaction(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class Transaction(Owned, Statements, SqliteTransactionWrapper):
    """An open transaction, or a savepoint in one."""

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()
        self.root = connection.root if isinstance(connection, Transaction) else connection

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))

    @translated
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self.connection_for(query) as connection:
            await connection.executemany(query, values)

    @translated
    async def begin(self) -> None:
        """Take the write lock now, waiting busy_timeout for it: a deferred BEGIN fails at once when it must upgrade later."""
        await self._connection.execute_fetchall('BEGIN IMMEDIATE')

    @translated
    async def commit(self) -> None:
        """COMMIT as a statement: it fails when SQLite has already rolled back (disk full); the driver's own would say nothing."""
        if self._finalized:
            raise TransactionManagementError('Transaction already finalised')
        await self._connection.execute_fetchall('COMMIT')
        self._finalized = True


class Outermost(SqliteTransactionContext):
    """BEGIN IMMEDIATE … COMMIT on the one writing connection, which it holds from beginning to end."""

    connection: Transaction

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.connection
        await self._trxlock.acquire()
        try:
            if client._parent._connection is None:
                raise OperationalError('the database is closed')
            client._connection = client._parent._connection
            client.owner = asyncio.current_task()
            try:
                await client.begin()
            except BaseException:
                await finish(client.rollback())  # a BEGIN whose task was cancelled is carried out all the same
                raise
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await finish(self._end(failed=exc_type is not None))
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _end(self, *, failed: bool) -> None:
        client = self.connection
        if client._finalized:
            return
        try:
            if not failed:
                await client.commit()
        finally:
            if not client._finalized:
                await client.rollback()


client_class = Client
