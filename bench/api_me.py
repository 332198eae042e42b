"""Requests per second of `GET /api/auth/me` against fastapi-users' `/users/me`: `.venv/bin/python -m bench.api_me`.

Both are asked with a bearer token over SQLite, by the same load (bench/load.py, a process of its own), in interleaved
rounds; fastapi-users (JWT, SQLAlchemy, aiosqlite) is installed into a throw-away environment and served by the same
uvicorn with the same settings (bench/users_me.py). Target: at least 8 times its requests per second.

Then somebody is blocked on the command line under that load. Zero is the moment the change row was made, just before
its commit; printed is when the last request was let through after it. The design's bound is 5 s.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.gate_cost import cpu_seconds
from tests.support import databases, sql
from tests.support.people import PASSWORD, new_email
from tests.support.server import ROOT, Server

ROUNDS, SECONDS, CONNECTIONS = 7, 3, 16
TARGET = 8.0
PACKAGES = ('fastapi-users[sqlalchemy]>=15,<16', 'aiosqlite', 'uvicorn[standard]')
EMAIL = 'ann@cars.example'


class UsersMe(Server):
    """fastapi-users in its own environment."""

    def command(self, *arguments: str) -> list[str]:
        return [self.python, str(ROOT / 'bench' / 'users_me.py'), str(self.port)]


class Asked(NamedTuple):
    """What one load is given: where, and with which token."""

    server: Server
    path: str
    token: str


class Round(NamedTuple):
    """Requests per second, and microseconds of the server's CPU for each."""

    per_second: float
    cpu: float


async def load(asked: Asked, seconds: float = SECONDS) -> dict[str, float]:
    words = (str(asked.server.port), asked.path, asked.token, str(CONNECTIONS), str(seconds))
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / 'bench' / 'load.py'), *words, stdout=subprocess.PIPE
    )
    out, _ = await child.communicate()
    found: dict[str, float] = json.loads(out)
    return found


async def round_of(asked: Asked) -> Round:
    before = cpu_seconds(asked.server)
    done = await load(asked)
    assert not done['refused'], asked.server.output[-2000:]
    return Round(done['answered'] / SECONDS, (cpu_seconds(asked.server) - before) / done['answered'] * 1e6)


@asynccontextmanager
async def nicegate(kind: str, folder: Path) -> AsyncIterator[Asked]:
    async with Server.serving(kind, folder) as server, httpx.AsyncClient(timeout=60) as http:
        await server.cli('create-user', EMAIL, '--password-stdin', typed=f'{PASSWORD}\n')
        answer = await http.post(f'{server.url}/api/auth/login', json={'email': EMAIL, 'password': PASSWORD})
        yield Asked(server, '/api/auth/me', answer.json()['access_token'])


def install(folder: Path) -> str:
    """Make the throw-away environment; its Python."""
    subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
    python = str(folder / 'bin' / 'python')
    subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
    return python


@asynccontextmanager
async def fastapi_users(folder: Path) -> AsyncIterator[Asked]:
    server = UsersMe('', folder)
    server.python = await asyncio.to_thread(install, folder / 'venv')
    person = {'email': new_email(), 'password': PASSWORD}
    try:
        await server.start()
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
            (await http.post('/register', json=person)).raise_for_status()
            form = {'username': person['email'], 'password': PASSWORD}
            yield Asked(server, '/users/me', (await http.post('/login', data=form)).json()['access_token'])
    finally:
        await server.stop()


async def compare(folder: Path) -> None:
    (folder / 'ours').mkdir()
    async with nicegate('sqlite', folder / 'ours') as ours, fastapi_users(folder) as theirs:
        await round_of(ours), await round_of(theirs)  # warm up
        rounds = [(await round_of(ours), await round_of(theirs)) for _ in range(ROUNDS)]
    for name, one in zip(('nicegate', 'fastapi-users'), zip(*rounds, strict=True), strict=True):
        per_second, cpu = (statistics.median(values) for values in zip(*one, strict=True))
        print(f'{name:14} {per_second:6.0f} requests/s, {cpu:5.0f} µs of CPU each')
    ratios = sorted(mine.per_second / other.per_second for mine, other in rounds)
    print(f'ratio of requests/s {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}); target {TARGET}')
    print(f'ratio of CPU        {statistics.median(other.cpu / mine.cpu for mine, other in rounds):.1f}')


async def revoke(kind: str, folder: Path) -> None:
    async with nicegate(kind, folder) as ours:
        running = asyncio.create_task(load(ours, seconds=60))  # it ends when it is refused
        await ours.server.cli('block', EMAIL)
        done = await running
        assert done['refused'], 'not revoked'
        [(blocked,)] = await sql.rows(ours.server.database_url, 'SELECT at FROM change_log ORDER BY id DESC LIMIT 1')
    late = (done['last_answered'] - blocked.timestamp()) * 1000
    print(f'{kind}: last of {done["answered"]:.0f} requests let through {late:.0f} ms after the block, then 401')


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        await compare(Path(name))
    for kind in databases.available():
        with tempfile.TemporaryDirectory() as name:
            await revoke(kind, Path(name))


if __name__ == '__main__':
    asyncio.run(main())
