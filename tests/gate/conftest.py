"""One server for the gate's tests, over pages that use everything."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support import databases
from tests.support.people import join_without_browser
from tests.support.server import Server

PAGES = Path(__file__).with_name('site_pages.py')


class Site(Server):
    """A server whose pages write down which of their handlers ran."""

    def ran(self) -> list[str]:
        file = self.folder / 'data' / 'ran.txt'
        return file.read_text().splitlines() if file.exists() else []

    def count(self, what: str) -> int:
        return self.ran().count(what)

    def has_run(self, what: str, since: int) -> bool:
        return what in self.ran()[since:]

    def refusals(self) -> int:
        return self.output.count('event refused') + self.output.count('message refused')


@pytest.fixture(scope='session')
async def gate_site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp(f'gate-{database}')
    async with databases.migrated(database, folder) as url:
        server = Site(url, folder, pages=PAGES)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


@pytest.fixture(scope='session')
async def premium_cookies(gate_site: Site) -> httpx.Cookies:
    """The cookies of somebody who holds Premium, for tests that change nothing about that person."""
    async with httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site, 'Premium')
        return http.cookies
