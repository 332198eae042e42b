"""PostgreSQL: a pool, and transactions that give their connection back whatever happens."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from models.engines.common import WAIT, Owned, finish

CONNECT_WAIT = 10.0
"""Seconds for a connection to the server: an unreachable one must not hang the start."""

COMMAND_WAIT = 60.0
"""Seconds for one statement: a server that no longer answers must not hang a task for ever."""

SESSION = {
    'application_name': 'nicegate',
    'lock_timeout': '10s',  # as SQLite's busy_timeout
    'idle_in_transaction_session_timeout': '60s',  # a frozen process must not hold its locks for ever
}


class Acquired:
    """A pooled connection for one statement."""

    def __init__(self, client: 'Client') -> None:
        self.pool = client.pool()

    async def __aenter__(self) -> Any:
        self.connection = await acquire(self.pool)
        return self.connection

    async def __aexit__(self, *_: object) -> None:
        await self.pool.release(self.connection)


async def acquire(pool: Any) -> Any:
    try:
        return await pool.acquire(timeout=WAIT)
    except TimeoutError:
        raise OperationalError('no connection was free for too long') from None


class Client(AsyncpgDBClient):
    """The database of one process. `dsn` is the URL as PostgreSQL's own tools take it."""

    def __init__(self, dsn: str, *, command_timeout: float | None = COMMAND_WAIT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dsn = dsn
        self._command_timeout = command_timeout

    async def create_connection(self, with_db: bool) -> None:
        """Open the pool. Called once, by `database.connect`: a closed client stays closed."""
        pool = asyncpg.create_pool(
            self.dsn,
            min_size=1,
            max_size=10,
            timeout=CONNECT_WAIT,
            command_timeout=self._command_timeout,
            server_settings=SESSION,
        )
        try:
            self._pool = await pool
        except BaseException:
            pool.terminate()
            raise
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
        try:
            async with asyncio.timeout(3):  # seconds for statements that still run
                await pool.close()
        except TimeoutError:
            pool.terminate()

    def acquire_connection(self) -> Any:
        return Acquired(self)

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await translated(func, self, *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return Outermost(Transaction(self), self._pool_init_lock)


async def translated(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The driver's errors as Tortoise's, all of them, so that both databases raise the same classes."""
    try:
        return await func(*args, **kwargs)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise OperationalError(error) from error


class Transaction(Owned, TransactionWrapper):
    """An open transaction, or a savepoint in one."""

    def __init__(self, connection: AsyncpgDBClient) -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()
        self.root = connection.root if isinstance(connection, Transaction) else connection

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await translated(func, self, *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))


class Outermost(TransactionContext):
    """BEGIN … COMMIT on a connection of its own."""

    def __init__(self, client: Transaction, _: asyncio.Lock) -> None:
        self.client = client
        self.connection_name = client.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        self.pool = client.root.pool()
        client._connection = await acquire(self.pool)
        client.owner = asyncio.current_task()
        try:
            await client.begin()
        except BaseException:
            await finish(self.pool.release(client._connection))  # which rolls back
            raise
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await finish(self._end(failed=exc_type is not None))
        finally:
            get_connections().reset(self.token)

    async def _end(self, *, failed: bool) -> None:
        client = self.client
        try:
            if not client._finalized:
                await (client.rollback() if failed else client.commit())
        finally:
            client._finalized = True
            await self.pool.release(client._connection)  # rolls back what a failed COMMIT left open


client_class = Client
