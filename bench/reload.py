"""How soon a saved change stands in the browser under `run --reload`: `.venv/bin/python -m bench.reload [SAVES]`.

Zero is the moment before the file is written; a change is there once the tab shows its text. Printed: median and
slowest of ten saves. Target: 2 s.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.support import databases
from tests.support.browser import chromium, connected
from tests.support.server import Server

PAGES = """
from nicegui import ui

from ui.gate import page


@page('/', title='Home', access='public')
def home() -> None:
    ui.label('save 0')
"""


async def measure(saves: int, folder: Path) -> list[float]:
    """Seconds from each save to its text in the tab."""
    pages, seconds = folder / 'my.py', []
    pages.write_text(PAGES)
    async with databases.migrated('sqlite', folder) as url, chromium() as browser:
        server = Server(url, folder, pages=pages, reload=True)
        try:
            await server.start()
            tab = await browser.new_page()
            await tab.goto(server.url)
            for number in range(1, saves + 1):
                await connected(tab)
                began = time.monotonic()
                pages.write_text(PAGES.replace('save 0', f'save {number}'))
                await tab.get_by_text(f'save {number}', exact=True).wait_for()
                seconds.append(time.monotonic() - began)
        finally:
            await server.stop()
    return seconds


def main() -> None:
    saves = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as name:
        seconds = asyncio.run(measure(saves, Path(name)))
    print(f'{saves} saves: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s; target 2 s')


if __name__ == '__main__':
    main()
