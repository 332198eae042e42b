"""One server for the gate's tests, over pages that use everything."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

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
    async with Site.serving(database, tmp_path_factory.mktemp(f'gate-{database}'), pages=PAGES) as server:
        yield server


@pytest.fixture(scope='session')
async def premium_cookies(gate_site: Site) -> httpx.Cookies:
    """The cookies of somebody who holds Premium, for tests that change nothing about that person."""
    async with httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site, 'Premium')
        return http.cookies
