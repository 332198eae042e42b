"""Connect, migrate, close, and the one way to open a transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models import address, change, migrator, scope
from models.engines.common import Context, finish
from models.failures import DatabaseError, explained

__all__ = ['DatabaseError', 'close', 'connect', 'migrate', 'pending', 'ping', 'transaction']

_FILES = 'user access session token code mail throttle audit attribute setting page change'
TABLES = [f'models.{name}' for name in _FILES.split()]

APPS: migrator.Apps = {
    'models': {'models': TABLES, 'migrations': 'models.migrations', 'default_connection': 'default'},
}

_context: Context | None = None
_address: address.Address | None = None


async def connect(url: str) -> None:
    """Open the database at `url`: `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3` or `postgresql://…`.

    A missing SQLite file is made, and its folder. What is open already is closed first. DatabaseError when it cannot be
    opened: nothing stays open then.
    """
    global _context, _address
    await close()
    place = address.parse(url)
    with explained(place.explain):
        place.prepare()
        _context, _address = Context(), place
        try:
            await _open(_context, place)
        except BaseException:
            await close()
            raise


async def _open(context: Context, place: address.Address) -> None:
    with context:  # while it loads the tables; afterwards every task finds it as the global one
        await context.init({'connections': {'default': place.connection()}, 'apps': APPS}, _enable_global_fallback=True)
    client: Any = get_connection('default')
    await client.create_connection(with_db=True)  # now and not at the first query: a bad start is found at the start


async def close() -> None:
    """Close what is open, a running feed first. Something left open would keep the process from ending."""
    global _context, _address
    if change.feed is not None:
        await change.feed.stop()
    context, _context, _address = _context, None, None
    EXECUTOR_CACHE.clear()  # keyed by table alone: another database would get this one's statements
    if context is not None:
        await finish(context.close_connections())


async def migrate() -> list[str]:
    """Bring the tables up to date; the names of the migrations applied now. DatabaseError when that cannot be done."""
    place = _connected()
    with explained(place.explain):
        return await migrator.migrate(place, APPS)


async def pending() -> list[str]:
    """Names of the migrations not applied yet. DatabaseError for a database that a newer Nicegate made."""
    with explained(_connected().explain):
        return await migrator.pending(APPS)


async def ping() -> None:
    """Ask the database for an answer; DatabaseError when it gives none."""
    with explained(_connected().explain):
        await get_connection('default').execute_query('SELECT 1')


def _connected() -> address.Address:
    if _address is None:
        raise DatabaseError('The database is not open: connect first.')
    return _address


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All or nothing. SQLite's write lock is taken first; inside another transaction this is a savepoint.

    When changes were recorded, the outermost block is left only after this process's feed has delivered them. The
    transaction belongs to the task that opened it: inside, never wait for another task that uses the database
    (`gather`, `wait_for`), for it would wait for this one.
    """
    outer, mine = scope.current(), scope.Scope()
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
