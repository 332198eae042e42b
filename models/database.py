"""Connect, migrate, close, and the one way to open a transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models import change, migrator, scope
from models.address import Address, parse
from models.engines.common import Context
from models.failures import DatabaseError, explained

__all__ = ['DatabaseError', 'close', 'connect', 'migrate', 'pending', 'ping', 'transaction']

TABLES = ['models.user', 'models.access', 'models.session', 'models.code', 'models.setting', 'models.change']

APPS: dict[str, dict[str, Any]] = {
    'models': {'models': TABLES, 'migrations': 'models.migrations', 'default_connection': 'default'}
}

_context: Context | None = None
_address: Address | None = None


async def connect(url: str) -> None:
    """Open the database at `url`: `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3` or `postgresql://…`.

    A missing SQLite file is made, and its folder. DatabaseError when that fails: nothing stays open then.
    """
    global _context, _address
    await close()
    address = parse(url)
    with explained(address):
        address.prepare()
        _context = Context()
        _address = address
        try:
            with _context:  # while it loads the tables; afterwards every task finds it as the global one
                await _context.init(
                    {'connections': {'default': address.connection()}, 'apps': APPS}, _enable_global_fallback=True
                )
            client: Any = get_connection('default')
            await client.create_connection(with_db=True)
        except BaseException:
            await close()
            raise


async def close() -> None:
    """Close what is open; a running feed is stopped first. An open connection would keep the process from ending."""
    global _context, _address
    if change.feed is not None:
        await change.feed.stop()
    context, _context, _address = _context, None, None
    EXECUTOR_CACHE.clear()  # keyed by table alone: another database's would be used
    if context is not None:
        await context.close_connections()


async def migrate() -> list[str]:
    """Bring the tables up to date; returns the names of the migrations applied now. DatabaseError when that cannot be."""
    address = _connected()
    with explained(address):
        return await migrator.migrate(address, APPS)


async def pending() -> list[str]:
    """Names of the migrations not applied yet. DatabaseError for a database that a newer Nicegate made."""
    address = _connected()
    with explained(address):
        return await migrator.pending(APPS)


async def ping() -> None:
    """Ask the database for an answer; DatabaseError when it gives none."""
    address = _connected()
    with explained(address):
        await get_connection('default').execute_query('SELECT 1')


def _connected() -> Address:
    if _address is None:
        raise DatabaseError('The database is not connected.')
    return _address


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All or nothing. SQLite's write lock is taken first; inside another transaction this is a savepoint.

    After the outermost COMMIT, when changes were recorded, this process's feed has delivered them before the block is left. The
    transaction belongs to the task that opened it: in it, never wait for other tasks that use the database (`gather`, `wait_for`).
    """
    outer = scope.current()
    mine = scope.Scope(asyncio.current_task())
    token = scope.enter(mine)
    try:
        async with in_transaction('default'):
            yield
            if outer is None and mine.changes:
                await change.write(mine.changes)
    finally:
        scope.leave(token)
    if outer is not None:
        outer.changes += mine.changes
    elif mine.changes and change.feed is not None:
        await change.feed.catch_up()
