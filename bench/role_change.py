"""Whether a role change is felt elsewhere: `.venv/bin/python -m bench.role_change [KIND]`.

KIND is sqlite or postgresql, both when left out. 500 connected tabs of 50 people; another page is asked for again and
again, first while nobody does anything, then while a role of one person after the other is changed twice a second, from
another process as the command line does it. Ten tabs follow each change; in four of them a page opens or closes.
Printed: median and p99 of the other page, and the ratio. Target: p99 within 3 times idle.
"""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from auth.admin import users
from auth.admin.actor import OPERATOR
from models import database
from tests.support import databases
from tests.support.people import join_without_browser
from tests.support.server import ROOT, Server
from tests.support.sockets import Tab, open_tab

PEOPLE, TABS_EACH = 50, 10
SECONDS = 15.0
PAUSE = 0.05
"""Seconds between two requests for the other page: what is measured is not its own load."""
PATHS = ('/premium', '/cars', '/')
PAGES = ROOT / 'examples' / 'car_rental.py'


async def ask(http: httpx.AsyncClient, url: str) -> list[float]:
    """How long the page takes, in ms, for SECONDS."""
    taken: list[float] = []
    ends = time.monotonic() + SECONDS
    while (began := time.monotonic()) < ends:
        answer = await http.get(url)
        assert answer.status_code == 200, answer.status_code
        taken.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(PAUSE)
    return sorted(taken)


async def change_roles(ids: list[str]) -> None:
    for uid in itertools.cycle(ids):
        if not await users.grant(OPERATOR, uid, 'Premium'):
            await users.revoke(OPERATOR, uid, 'Premium')
        await asyncio.sleep(0.5)


async def measure(kind: str, folder: Path) -> None:
    tabs: list[Tab] = []
    async with databases.migrated(kind, folder) as url, httpx.AsyncClient(timeout=60) as http:
        server = Server(url, folder, pages=PAGES)
        try:
            await server.start()
            people = []
            for _ in range(PEOPLE):
                async with httpx.AsyncClient(timeout=60) as theirs:
                    people.append(await join_without_browser(theirs, server))
                    tabs += [await open_tab(theirs, server, PATHS[number % 3]) for number in range(TABS_EACH)]
                    for tab in tabs[-TABS_EACH:]:
                        await tab.connect()
            await join_without_browser(http, server)
            idle = await ask(http, f'{server.url}/cars')
            await database.connect(url)
            ids = [await users.find(OPERATOR, person.email) for person in people]
            changing = asyncio.create_task(change_roles(ids))
            busy = await ask(http, f'{server.url}/cars')
            changing.cancel()
            await asyncio.gather(changing, return_exceptions=True)
        finally:
            await database.close()
            for tab in tabs:
                await tab.close()
            await server.stop()
    ratio = at(busy, 0.99) / at(idle, 0.99)
    print(f'{kind}: {len(tabs)} tabs; p50 and p99 of another page in ms, idle: {words(idle)}')
    print(f'  while roles change: {words(busy)}; p99 {ratio:.2f} times, target 3')


def words(taken: list[float]) -> str:
    return f'{statistics.median(taken):.1f} and {at(taken, 0.99):.1f}'


def at(sorted_values: list[float], part: float) -> float:
    return sorted_values[int(len(sorted_values) * part)]


async def main() -> None:
    for kind in sys.argv[1:] or databases.available():
        with tempfile.TemporaryDirectory() as name:
            await measure(kind, Path(name))


if __name__ == '__main__':
    asyncio.run(main())
