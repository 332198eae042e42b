"""Runs migrations so that nothing is lost: one process at a time, all in one transaction, never on a newer database.

The stock runner drops child rows and indexes on SQLite, records what it did outside the transaction that did it, and
lets two instances race.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, PlanStep

from models.address import Address, SqliteAddress
from models.engines import postgres, sqlite
from models.engines.schema import editor_for
from models.failures import DatabaseError

LOCK = 0x6E63_0002
"""Key of the advisory lock. Any constant; 'nc' and a number."""

PATIENCE = 120
"""Seconds that one process waits for another's migrations."""

LATE = f'Another process has been migrating the database for {PATIENCE} seconds: wait for its end, then try again.'

Apps = dict[str, dict[str, Any]]


async def pending(apps: Apps) -> list[str]:
    """Names of the migrations not applied yet. DatabaseError when some are applied that this program does not know."""
    return [step.migration.name for step in await plan(get_connection('default'), apps)]


async def migrate(address: Address, apps: Apps) -> list[str]:
    """Apply what is pending; its names."""
    live: Any = get_connection('default')
    async with alone(address):
        names = await pending(apps)
        if not names:
            return []
        if isinstance(address, SqliteAddress) and await applied(live):
            await asyncio.to_thread(back_up, address.path, names[0])
        try:
            async with client_for(address) as client:
                await apply(client, apps)
        finally:
            EXECUTOR_CACHE.clear()  # a migration's historical models would make the live ones lose columns
    if isinstance(live, postgres.Client):
        await live.expire_connections()  # their prepared statements know the old tables
    return names


@asynccontextmanager
async def alone(address: Address) -> AsyncIterator[None]:
    """One process at a time: a lock file beside SQLite's, an advisory lock on a connection of its own in PostgreSQL."""
    if isinstance(address, SqliteAddress):
        async with file_lock(f'{address.path}.migrate.lock'):
            yield
        return
    connection = await asyncpg.connect(address.url, timeout=postgres.CONNECT_WAIT)
    try:
        await connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
        try:
            await connection.execute(f'SELECT pg_advisory_lock({LOCK})')
        except asyncpg.LockNotAvailableError:
            raise DatabaseError(LATE) from None
        yield
    finally:
        connection.terminate()  # the lock ends with its session


@asynccontextmanager
async def file_lock(path: str) -> AsyncIterator[None]:
    """The file stays: removing it would let two processes hold two locks of one name."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not locked(descriptor):
            if loop.time() > until:
                raise DatabaseError(LATE)
            await asyncio.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def applied(client: Any) -> list[str]:
    """Names of the applied migrations, none in an empty database. Tortoise's own reader takes any error for "none"."""
    if client.capabilities.dialect == 'sqlite':
        _, found = await client.execute_query("SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'")
    else:
        _, found = await client.execute_query("SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL")
    if not found:
        return []
    _, rows = await client.execute_query("SELECT name FROM tortoise_migrations WHERE app = 'models' ORDER BY name")
    return [row['name'] for row in rows]


async def plan(client: Any, apps: Apps) -> list[PlanStep]:
    executor = MigrationExecutor(client, apps)
    done = await applied(client)
    steps = await executor.plan(None)
    unknown = sorted(set(done) - {key.name for key in executor.loader.graph.nodes})
    if unknown:
        raise DatabaseError(
            f'The database was made by a newer Nicegate (it has {unknown[-1]}): install that one or restore a backup.'
        )
    return steps


def back_up(path: Path, before: str) -> None:
    """A whole copy beside the file, named after the migration that it was taken before and the moment."""
    target = Path(f'{path}.before-{before}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}')
    partial = Path(f'{target}.partial')
    partial.touch(mode=0o600)  # VACUUM INTO takes an empty file, and this one nobody else can read
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
            connection.execute('VACUUM INTO ?', [str(partial)])
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@asynccontextmanager
async def client_for(address: Address) -> AsyncIterator[Any]:
    """A client of its own for the migrations, so that no other task of this process meets its settings."""
    if isinstance(address, SqliteAddress):
        # The pragma does nothing inside a transaction: it must be set on the connection before.
        client: Any = sqlite.Client(str(address.path), connection_name='default', foreign_keys='OFF')
    else:
        client = postgres.Client(address.url, connection_name='default', command_timeout=None)
    await client.create_connection(with_db=True)
    try:
        yield client
    finally:
        await client.close()


async def apply(client: Any, apps: Apps) -> None:
    """Everything pending and its bookkeeping in ONE transaction."""
    async with client._in_transaction() as transaction:
        executor = MigrationExecutor(transaction, apps)
        editor = editor_for(transaction)
        table = editor._get_model_sql_data(executor.recorder.model).table_sql
        await editor._run_sql(table.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS', 1))
        steps = await plan(transaction, apps)
        await executor.loader.build_graph()
        state = await executor._project_state(set(await executor.recorder.applied_migrations()))
        for step in steps:
            await step.migration.apply(state, schema_editor=editor)
            await executor.recorder.record_applied(step.migration.app_label, step.migration.name)
        await check_references(transaction)


async def check_references(transaction: Any) -> None:
    if transaction.capabilities.dialect != 'sqlite':
        return  # PostgreSQL checks them itself
    _, broken = await transaction.execute_query('PRAGMA foreign_key_check')
    if broken:
        tables = ', '.join(sorted({row['table'] for row in broken}))
        raise DatabaseError(
            f'The upgrade would leave rows without their owner in {tables}: nothing was changed. Report this.'
        )
