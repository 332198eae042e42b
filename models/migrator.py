"""Runs migrations so that nothing is lost: one process at a time, all of them in one transaction, never on a newer database.

The stock runner drops child rows and indexes on SQLite, records what it did outside the transaction that did it, and lets two
instances race.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, PlanStep
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor

from models.address import SqliteAddress
from models.engines import postgres, sqlite
from models.engines.sqlite_schema import SqliteEditor
from models.failures import DatabaseError

if TYPE_CHECKING:
    from models.address import Address

LOCK = 0x6E63_0002
"""Key of the advisory lock. Any constant; 'nc' and a number."""

PATIENCE = 120
"""Seconds that one process waits for another's migrations."""

Apps = dict[str, dict[str, Any]]


async def pending(apps: Apps) -> list[str]:
    """Names of the migrations not applied yet. DatabaseError when some are applied that this program does not know."""
    return [step.migration.name for step in await plan(get_connection('default'), apps)]


async def migrate(address: Address, apps: Apps) -> list[str]:
    """Apply what is pending and return its names."""
    async with alone(address):
        steps = await plan(get_connection('default'), apps)
        if not steps:
            return []
        if isinstance(address, SqliteAddress) and await applied(get_connection('default')):
            await back_up(address.path, steps[0].migration.name)
        try:
            async with client_for(address) as client:
                await apply(client, apps)
        finally:
            EXECUTOR_CACHE.clear()  # a migration's historical models would make the live ones lose columns
    live: Any = get_connection('default')
    if not isinstance(address, SqliteAddress):
        await live.expire_connections()  # their prepared statements know the old tables
    return [step.migration.name for step in steps]


@asynccontextmanager
async def alone(address: Address) -> AsyncIterator[None]:
    """One process at a time: a lock file beside SQLite's, an advisory lock on a connection of its own in PostgreSQL."""
    late = DatabaseError(
        f'Another process has been migrating the database for {PATIENCE} seconds: wait for it or end it, then try again.'
    )
    if isinstance(address, SqliteAddress):
        async with file_lock(Path(f'{address.path}.migrate.lock'), late):
            yield
        return
    live: Any = get_connection('default')
    connection = await asyncpg.connect(live.dsn, timeout=postgres.CONNECT_WAIT)
    try:
        await connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
        try:
            await connection.execute(f'SELECT pg_advisory_lock({LOCK})')
        except asyncpg.LockNotAvailableError:
            raise late from None
        yield
    finally:
        connection.terminate()  # the lock ends with its session


@asynccontextmanager
async def file_lock(path: Path, late: DatabaseError) -> AsyncIterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for attempt in range(PATIENCE * 20 + 1):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == PATIENCE * 20:
                    raise late from None
                await asyncio.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


async def applied(client: Any) -> list[str]:
    """Names of the applied migrations, none for an empty database. Tortoise's own reader takes any error for "none"."""
    if client.capabilities.dialect == 'sqlite':
        _, found = await client.execute_query("SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'")
    else:
        _, found = await client.execute_query("SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL")
    if not found:
        return []
    _, rows = await client.execute_query('SELECT name FROM tortoise_migrations ORDER BY name')
    return [row['name'] for row in rows]


async def plan(client: Any, apps: Apps) -> list[PlanStep]:
    executor = MigrationExecutor(client, apps)
    done = await applied(client)
    steps = await executor.plan(None)
    unknown = sorted(set(done) - {key.name for key in executor.loader.graph.nodes})
    if unknown:
        raise DatabaseError(
            f'The database was made by a newer Nicegate (it has {unknown[-1]}): install that version, or restore a backup.'
        )
    return steps


async def back_up(path: Path, before: str) -> None:
    """A whole copy beside the file, named after the migration that it was taken before and the moment."""
    target = Path(f'{path}.before-{before}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}')
    partial = Path(f'{target}.partial')
    try:
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        connection = await sqlite.open_connection(str(path))
        try:
            await connection.execute_fetchall('VACUUM INTO ?', [str(partial)])
        finally:
            await connection.close()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@asynccontextmanager
async def client_for(address: Address) -> AsyncIterator[Any]:
    """A client of its own for the migrations, so that no other task of this process meets its settings."""
    if isinstance(address, SqliteAddress):
        # Outside a transaction or never: inside one this pragma does nothing.
        client: Any = sqlite.Client(str(address.path), connection_name='default', foreign_keys='OFF')
    else:
        live: Any = get_connection('default')
        client = postgres.Client(live.dsn, connection_name='default', command_timeout=None)
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
        state = await executor._project_state(set(await executor.recorder.applied_migrations()))
        for step in steps:
            await step.migration.apply(state, schema_editor=editor)
            await executor.recorder.record_applied(step.migration.app_label, step.migration.name)
        await check_references(transaction)


def editor_for(transaction: Any) -> BaseSchemaEditor:
    editor = SqliteEditor if transaction.capabilities.dialect == 'sqlite' else AsyncpgSchemaEditor
    return editor(transaction, atomic=True)


async def check_references(transaction: Any) -> None:
    if transaction.capabilities.dialect != 'sqlite':
        return  # PostgreSQL checks them itself
    _, broken = await transaction.execute_query('PRAGMA foreign_key_check')
    if broken:
        tables = ', '.join(sorted({row['table'] for row in broken}))
        raise DatabaseError(
            f'The upgrade would have left rows without their owner in {tables}: nothing was changed, report this.'
        )
