"""How soon 200 connected tabs lose what they may not show: `.venv/bin/python -m bench.revocation [KIND]`.

KIND is sqlite or postgresql, both when left out. Once with a gated page and `block`, once with a page of 20 sections
and `revoke`.

All tabs belong to one person who keeps clicking in them. Zero is the moment the change row was made, just before
its commit. Printed: when each tab was told (median, p99, last), and when the last of their handlers ran.
Target: no handler later than 200 ms.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.support import databases, sql
from tests.support.people import join_without_browser
from tests.support.server import ROOT, Server
from tests.support.sockets import Tab, open_tab

TABS = 200
CLICKS_PER_SECOND = 1.0
PAGES = ROOT / 'bench' / 'pages.py'


async def click_on(tab: Tab, gone: dict[str, float]) -> None:
    """Click until the tab is told to go, and on for a while, as a hostile page would."""
    button = tab.find('Reserve')
    while tab.socket.connected and time.time() - gone.get(tab.client_id, time.time()) < 0.5:
        await tab.send(button)
        await asyncio.sleep(1 / CLICKS_PER_SECOND if tab.client_id not in gone else 0.05)


def watch(tab: Tab, gone: dict[str, float]) -> None:
    """Note when it is told to go, or to take elements away."""

    def told(message: dict[str, Any]) -> None:
        if 'replaceChildren' in message.get('code', '') or None in message.values():
            gone.setdefault(tab.client_id, time.time())

    tab.socket.on('run_javascript', told)
    tab.socket.on('update', told)


async def measure(kind: str, folder: Path, path: str, *verb: str) -> None:
    gone: dict[str, float] = {}
    async with databases.migrated(kind, folder) as url, httpx.AsyncClient(timeout=60) as http:
        server = Server(url, folder, pages=PAGES)
        try:
            await server.start()
            person = await join_without_browser(http, server, 'Premium')
            tabs = [await open_tab(http, server, path) for _ in range(TABS)]
            for tab in tabs:
                watch(tab, gone)
                await tab.connect()
            clicking = [asyncio.create_task(click_on(tab, gone)) for tab in tabs]
            await asyncio.sleep(2)  # seconds of ordinary use
            await server.cli(verb[0], person.email, *verb[1:])
            await asyncio.wait_for(asyncio.gather(*clicking, return_exceptions=True), 30)
            [(blocked,)] = await sql.rows(url, 'SELECT at FROM change_log ORDER BY id DESC LIMIT 1')
        finally:
            for tab in tabs:
                await tab.close()
            await server.stop()
    clicks = [float(line) for line in (folder / 'data' / 'clicks.txt').read_text().split()]
    zero = blocked.timestamp()
    late = sorted((at - zero) * 1000 for at in gone.values())
    print(f'{kind}, {path}, {verb[0]}: {len(late)} of {TABS} tabs emptied: median {statistics.median(late):.0f} ms,')
    print(f'  p99 {late[int(len(late) * 0.99) - 1]:.0f} ms, last {late[-1]:.0f} ms after it')
    print(f'  last handler {(max(clicks) - zero) * 1000:.0f} ms after it, of {len(clicks)} clicks; target 200 ms')


async def main() -> None:
    for kind in sys.argv[1:] or databases.available():
        for path, *verb in (('/premium', 'block'), ('/parts', 'revoke', 'Premium')):
            with tempfile.TemporaryDirectory() as name:
                await measure(kind, Path(name), path, *verb)


if __name__ == '__main__':
    asyncio.run(main())
