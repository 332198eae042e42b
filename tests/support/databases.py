"""Real databases for tests: which kinds answer here, and an empty or migrated one of each, dropped afterwards.

A migrated one is a copy of a template that is made once per run: a file copy, or CREATE DATABASE … TEMPLATE.
"""

import asyncio
import atexit
import functools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

VARIABLE = 'NICEGATE_TEST_POSTGRES'
USUAL = 'postgresql://postgres@127.0.0.1:5432/postgres'
ROOT = Path(__file__).parents[2]

_MIGRATE = 'import asyncio, sys; from tests.support import databases; asyncio.run(databases.migrate(sys.argv[1]))'
_DROP = 'import asyncio, sys; from tests.support import databases; asyncio.run(databases.statement(sys.argv[1]))'


@functools.cache
def available() -> list[str]:
    """The kinds that answer: 'sqlite', and 'postgresql' when a server does.

    Raises RuntimeError when a server was named in the environment and does not answer: that is not "none here".
    """
    try:
        with ThreadPoolExecutor(1) as thread:  # there may be a running loop already
            thread.submit(asyncio.run, statement('SELECT 1')).result()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        if VARIABLE in os.environ:
            raise RuntimeError(f'{VARIABLE} is set, but nothing answers there: {error}') from error
        return ['sqlite']
    return ['sqlite', 'postgresql']


@asynccontextmanager
async def fresh(kind: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    if kind == 'sqlite':
        yield f'sqlite:///{folder / _name()}.sqlite3'
        return
    async with _database('template0') as url:
        yield url


@asynccontextmanager
async def migrated(kind: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a database with every table and no row."""
    template = await _template(kind)
    if kind == 'sqlite':
        path = folder / f'{_name()}.sqlite3'
        await asyncio.to_thread(shutil.copyfile, template, path)
        yield f'sqlite:///{path}'
        return
    async with _database(template) as url:
        yield url


async def migrate(url: str) -> None:
    from models import database

    try:
        await database.connect(url)
        await database.migrate()
    finally:
        await database.close()


async def statement(sql: str) -> None:
    """Run one statement on the test server."""
    connection = await asyncpg.connect(_server(), timeout=5)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def servers() -> list[str]:
    """The URL of the PostgreSQL server, when one answers."""
    return [_server()] if 'postgresql' in available() else []


def with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f'/{name}').geturl()


def with_user(url: str, user: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f'{user}@{parts.netloc.rpartition("@")[2]}').geturl()


def _server() -> str:
    return os.environ.get(VARIABLE, USUAL)


def _name() -> str:
    return f'nicegate_test_{secrets.token_hex(6)}'


@asynccontextmanager
async def _database(template: str) -> AsyncIterator[str]:
    name = _name()
    await statement(f'CREATE DATABASE {name} TEMPLATE {template}')
    try:
        yield with_name(_server(), name)
    finally:
        await statement(f'DROP DATABASE {name} WITH (FORCE)')


_templates: dict[str, asyncio.Task[str]] = {}


async def _template(kind: str) -> str:
    """A file's path or a database's name, made by the first who asks."""
    if kind not in _templates:
        _templates[kind] = asyncio.ensure_future(_make_sqlite() if kind == 'sqlite' else _make_postgres())
    return await asyncio.shield(_templates[kind])


async def _make_sqlite() -> str:
    folder = tempfile.mkdtemp(prefix='nicegate-template-')
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = f'{folder}/template.sqlite3'
    await _python(_MIGRATE, f'sqlite:///{path}')
    return path


async def _make_postgres() -> str:
    name = _name().replace('test', 'template')
    await statement(f'CREATE DATABASE {name} TEMPLATE template0')
    # In a process of its own: at exit this one can start no thread, which a connection needs.
    atexit.register(
        subprocess.run, [sys.executable, '-c', _DROP, f'DROP DATABASE {name} WITH (FORCE)'], cwd=ROOT, check=True
    )
    await _python(_MIGRATE, with_name(_server(), name))
    return name


async def _python(code: str, argument: str) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, '-c', code, argument, cwd=ROOT)
    assert await child.wait() == 0
