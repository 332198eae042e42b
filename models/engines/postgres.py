"""PostgreSQL: a pool, and transactions that take the write lock first and give their connection back whatever happens.

One transaction at a time, in all processes, as SQLite has it: what is read in a transaction holds until its COMMIT,
and no two can wait for each other. A verb that is right on one database is right on the other. It costs throughput
that signing in does not need: a transaction takes 2 ms, a password check 250.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from models.engines.common import WAIT, Owned, Savepoint, TooSlowError, finish, take

CONNECT_WAIT = 10.0
"""Seconds for a connection to the server: an unreachable one must not hang the start."""

COMMAND_WAIT = 60.0
"""Seconds for one statement: a server that no longer answers must not hang a task for ever."""

CLOSE_WAIT = 3.0
"""Seconds that a closing pool gives to statements still running: the whole program has 10 to end."""

WRITE_LOCK = 0x6E63_0001
"""Key of the advisory lock that every transaction takes first. Any constant; 'nc' and a number."""

SESSION = {
    'application_name': 'nicegate',
    'lock_timeout': '10s',  # as SQLite's busy_timeout
    'idle_in_transaction_session_timeout': '60s',  # a frozen process must not hold its locks for ever
}

BOUNDED = """
    BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL jit = off;
    SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
"""
"""Around a statement that was written to walk indexes: a guess of the planner's must not make it read whole tables."""


async def translated(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The driver's errors as Tortoise's, all of them, so that both databases raise the same classes."""
    try:
        return await function(*args, **kwargs)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise OperationalError(error) from error


async def acquire(pool: Any) -> Any:
    """A connection of the pool, or an OperationalError after WAIT seconds."""
    return await translated(pool.acquire, timeout=WAIT)


class Client(AsyncpgDBClient):
    """The database of one process. `dsn` is the URL as PostgreSQL's own tools take it."""

    def __init__(self, dsn: str, *, command_timeout: float | None = COMMAND_WAIT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dsn = dsn
        self._command_timeout = command_timeout
        self.writing = asyncio.Lock()
        """Taken before a connection: transactions that wait their turn leave the pool to those who only read."""

    async def create_connection(self, with_db: bool) -> None:
        """Open the pool. Called once, by who made the client: a closed one stays closed."""
        pool = await asyncpg.create_pool(
            self.dsn,
            min_size=0,  # with more, the driver reports a lost server on its own, a stack trace a second
            max_size=10,
            timeout=CONNECT_WAIT,
            command_timeout=self._command_timeout,
            server_settings=SESSION,
        )
        self._pool = pool  # so that a failed start closes it
        await pool.release(await pool.acquire())  # is anybody there?
        await self._post_connect()

    def pool(self) -> Any:
        if self._pool is None:
            raise OperationalError('the database is closed')
        return self._pool

    async def expire_connections(self) -> None:
        """Let every connection be replaced when it is next free."""
        await self.pool().expire_connections()

    async def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WAIT):
                await pool.close()  # which breaks off what still runs when it is cancelled

    def acquire_connection(self) -> Any:
        return self._connection_for_one()

    @asynccontextmanager
    async def _connection_for_one(self) -> AsyncIterator[Any]:
        pool = self.pool()
        connection = await acquire(pool)
        try:
            yield connection
        finally:
            await finish(pool.release(connection))

    async def execute_within(self, seconds: float, query: str, values: list[Any]) -> list[Any]:
        """Rows of a SELECT that may take long.

        Raises:
            TooSlowError: it was broken off
        """
        async with self._connection_for_one() as connection:  # which rolls back what a cancellation leaves open
            await translated(connection.execute, BOUNDED.format(milliseconds=max(int(seconds * 1000), 1)))
            try:
                return list(await translated(connection.fetch, query, *values))
            except OperationalError as error:
                if isinstance(error.__cause__, asyncpg.QueryCanceledError):
                    raise TooSlowError from error
                raise
            finally:
                await finish(translated(connection.execute, 'ROLLBACK'))

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await translated(func, self, *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Outermost(Transaction(self))


class Transaction(Owned, TransactionWrapper):
    """An open transaction, or a savepoint in one."""

    root: Client

    def __init__(self, connection: 'Client | Transaction') -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()
        self.root = connection.root if isinstance(connection, Transaction) else connection
        self.outermost = connection.outermost if isinstance(connection, Transaction) else self

    def acquire_connection(self) -> Any:
        return self._used_connection()

    @asynccontextmanager
    async def _used_connection(self) -> AsyncIterator[Any]:
        with self.used():
            async with super().acquire_connection() as connection:
                yield connection

    async def execute_within(self, seconds: float, query: str, values: list[Any]) -> list[Any]:
        """As the client's, with what this transaction has written, to its end however long it takes."""
        return list((await self.execute_query(query, values))[1])

    async def commit(self) -> None:
        self.may_commit()
        await super().commit()

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await translated(func, self, *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(Transaction(self))


class Outermost(TransactionContext):
    """BEGIN … COMMIT on a connection of its own."""

    client: Transaction

    def __init__(self, client: Transaction) -> None:
        self.client = client
        self.connection_name = client.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        await take(client.root.writing)
        try:
            self.pool = client.root.pool()
            client._connection = await acquire(self.pool)
            client.owner = asyncio.current_task()
            await self._begin(client)
        except BaseException:
            client.root.writing.release()
            raise
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def _begin(self, client: Transaction) -> None:
        try:
            await client.begin()
            await client.execute_query(f'SELECT pg_advisory_xact_lock({WRITE_LOCK})')
        except BaseException:
            await finish(self.pool.release(client._connection))  # which rolls back
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await finish(self._end(failed=exc_type is not None))
        finally:
            get_connections().reset(self.token)
            self.client.root.writing.release()

    async def _end(self, *, failed: bool) -> None:
        client = self.client
        try:
            if not client._finalized:
                await translated(client.rollback if failed else client.commit)
        finally:
            client._finalized = True
            await self.pool.release(client._connection)  # rolls back what a failed COMMIT left open


client_class = Client
