"""SQLite: one connection that writes, a second that only reads, and transactions that take the write lock first."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from models.engines.common import Owned, Savepoint, TooSlowError, finish, held, take

PRAGMAS = {
    'busy_timeout': 10_000,  # ms to wait for another process's write; first, because the next line may have to wait
    'journal_mode': 'WAL',  # readers and the one writer do not stop each other
    'synchronous': 'FULL',  # a commit that was reported survives a power cut
    'foreign_keys': 'ON',
    'journal_size_limit': 16 * 1024 * 1024,  # bytes that the log keeps on disk after a large transaction
    'temp_store': 'MEMORY',
}

SEARCH_CACHE = -32 * 1024
"""KiB of the file, as the pragma takes it, that a connection for long reads keeps at hand: a list jumps about in it."""

STEPS = 20_000
"""Steps of SQLite's machine, about a millisecond, between looks at the clock."""


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as Tortoise's, all of them, so that both databases raise the same classes."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except (sqlite3.Error, OverflowError, ValueError) as error:  # ValueError: a closed connection, or no Unicode
        raise OperationalError(error) from error


def refuse_nul(values: Sequence[Any]) -> None:
    """PostgreSQL refuses text with a NUL; so does this, or it would be found only there."""
    if any(isinstance(value, str) and '\0' in value for value in values):
        raise OperationalError('text with a NUL character cannot be stored or looked for')


def statements(script: str) -> Iterator[str]:
    """The single statements of `script`; a `;` in a trigger's body or a literal ends none."""
    statement = ''
    for part in script.split(';'):
        statement += part
        if sqlite3.complete_statement(statement + ';'):
            if statement.strip():
                yield statement.strip()
            statement = ''
        else:
            statement += ';'
    if statement.strip(' \n;'):
        yield statement


async def open_connection(path: str, **pragmas: object) -> aiosqlite.Connection:
    """A connection in autocommit mode with PRAGMAS, of which `pragmas` replace some or add others."""
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
    """Statements that count what they themselves changed; the stock client counts cascades and triggers too."""

    def opened(self) -> aiosqlite.Connection:
        if self._connection is None:
            raise OperationalError('the database is closed')
        return self._connection

    @asynccontextmanager
    async def connection_for(self, query: str) -> AsyncIterator[aiosqlite.Connection]:
        async with held(self._lock):
            with translated():
                yield self.opened()

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with self.connection_for(query) as connection:
            refuse_nul(values)
            row = await connection.execute_insert(query, values)
            return int(row[0]) if row else 0

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        async with self.connection_for(query) as connection:
            refuse_nul(values or ())
            rows = list(await connection.execute_fetchall(query, values))
            if query.lstrip()[:6].upper() not in ('UPDATE', 'DELETE', 'INSERT'):
                return len(rows), rows
            ((changed,),) = await connection.execute_fetchall('SELECT changes()')
            return changed, rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_script(self, query: str) -> None:
        """Statement by statement: the driver's own script runner commits the open transaction."""
        async with self.connection_for(query) as connection:
            for statement in statements(query):
                await connection.execute_fetchall(statement)


class Client(Statements):
    """The database of one process. A migration's own client has `foreign_keys='OFF'`."""

    def __init__(self, file_path: str, *, foreign_keys: str = 'ON', **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._foreign_keys = foreign_keys
        self._reader: aiosqlite.Connection | None = None
        self._searcher: aiosqlite.Connection | None = None
        self._searching = asyncio.Lock()
        self._until = 0.0

    async def create_connection(self, with_db: bool) -> None:
        """Open both connections. Called once, by who made the client: a closed one stays closed."""
        self._connection = await open_connection(self.filename, foreign_keys=self._foreign_keys)
        try:
            self._reader = await open_connection(self.filename, query_only='ON')
        except BaseException:
            await self.close()
            raise
        await self._post_connect()

    async def close(self) -> None:
        connections = (self._searcher, self._reader, self._connection)
        self._connection = self._reader = self._searcher = None
        for connection in connections:
            if connection is not None:
                await finish(connection.close())

    @asynccontextmanager
    async def connection_for(self, query: str) -> AsyncIterator[aiosqlite.Connection]:
        """A SELECT outside a transaction goes to the reader: it waits for no writer, of this process or another."""
        if self._reader is not None and query.lstrip()[:6].upper() == 'SELECT':
            with translated():
                yield self._reader
            return
        async with super().connection_for(query) as connection:
            yield connection

    async def execute_within(self, seconds: float, query: str, values: list[Any]) -> list[Any]:
        """Rows of a SELECT that may take long, on a connection of its own: nobody else's read waits for it.

        Raises:
            TooSlowError: it was broken off
        """
        refuse_nul(values)
        async with held(self._searching):
            connection = await self._open_searcher()
            self._until = time.monotonic() + seconds
            try:
                with translated():
                    return list(await connection.execute_fetchall(query, values))
            except OperationalError as error:
                if time.monotonic() > self._until:
                    raise TooSlowError from error
                raise

    async def _open_searcher(self) -> aiosqlite.Connection:
        self.opened()
        if self._searcher is None:
            searcher = await open_connection(self.filename, query_only='ON', cache_size=SEARCH_CACHE)
            await searcher.set_progress_handler(lambda: time.monotonic() > self._until, STEPS)
            self._searcher = searcher
        return self._searcher

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    def _in_transaction(self) -> TransactionContext:
        return Outermost(Transaction(self), self._lock)


class Transaction(Owned, Statements, SqliteTransactionWrapper):
    """An open transaction, or a savepoint in one."""

    root: Client

    def __init__(self, connection: 'Client | Transaction') -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()
        self.root = connection.root if isinstance(connection, Transaction) else connection
        self.outermost = connection.outermost if isinstance(connection, Transaction) else self

    @asynccontextmanager
    async def connection_for(self, query: str) -> AsyncIterator[aiosqlite.Connection]:
        with self.used():
            async with super().connection_for(query) as connection:
                yield connection

    async def execute_within(self, seconds: float, query: str, values: list[Any]) -> list[Any]:
        """As the client's, with what this transaction has written, to its end however long it takes."""
        return list((await self.execute_query(query, values))[1])

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self.connection_for(query) as connection:
            for row in values:
                refuse_nul(row)
            await connection.executemany(query, values)

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(Transaction(self))

    async def begin(self) -> None:
        """Take the write lock now, waiting busy_timeout for it: a deferred BEGIN fails at once when it must upgrade."""
        with translated():
            await self._connection.execute_fetchall('BEGIN IMMEDIATE')

    async def savepoint(self) -> None:
        with translated():
            await super().savepoint()

    async def savepoint_rollback(self) -> None:
        with translated():
            await super().savepoint_rollback()

    async def rollback(self) -> None:
        with translated():
            await self._connection.rollback()
        self._finalized = True

    async def commit(self) -> None:
        """COMMIT as a statement: it fails when SQLite has rolled back by itself (disk full), the driver's does not."""
        self.may_commit()
        with translated():
            await self._connection.execute_fetchall('COMMIT')
        self._finalized = True


class Outermost(SqliteTransactionContext):
    """BEGIN IMMEDIATE … COMMIT on the one writing connection, which it holds from beginning to end."""

    connection: Transaction

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.connection
        await take(self._trxlock)
        try:
            client._connection = client.root.opened()
            client.owner = asyncio.current_task()
            await self._begin(client)
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def _begin(self, client: Transaction) -> None:
        try:
            await client.begin()
        except BaseException:
            await finish(client.rollback())  # a BEGIN whose task was cancelled is carried out all the same
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await finish(self._end(failed=exc_type is not None))
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _end(self, *, failed: bool) -> None:
        client = self.connection
        try:
            if not failed and not client._finalized:
                await client.commit()
        finally:
            if not client._finalized:
                await client.rollback()


client_class = Client
