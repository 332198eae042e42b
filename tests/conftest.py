"""What every test may ask for: real servers on each database that answers, and people in a real browser."""

import contextlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import hypothesis
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import databases
from tests.support.browser import Complaints, chromium
from tests.support.mail_catcher import MailCatcher
from tests.support.server import Server
from tests.support.waiting import SLOWNESS

hypothesis.settings.register_profile('patient', deadline=None)  # time is for benches
hypothesis.settings.load_profile('patient')
expect.set_options(timeout=10_000 * SLOWNESS)  # ms

Serve = Callable[..., Awaitable[Server]]
NewPage = Callable[..., Awaitable[Page]]


def _without_postgres() -> list[str]:
    return [] if 'postgresql' in databases.available() else ['PostgreSQL was not tested: none answered.']


def pytest_report_header() -> list[str]:
    return [f'databases: {", ".join(databases.available())}', *_without_postgres()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _without_postgres():
        terminalreporter.write_line(line, yellow=True)


THROUGH_THE_WHOLE = ('gate', 'prove', 'ui', 'visits')
"""Folders of tests that go through the whole house, where a database is far below: each of them runs on one, half of
them on either. What is about tables and rules runs on both, as does everything with `./run test --both`.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--both', action='store_true', help='run every test on SQLite and on PostgreSQL')


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kinds = databases.available()
    if config.getoption('--both') or len(kinds) == 1:
        return
    left = [item for item in items if not _runs_on(item, kinds)]
    items[:] = [item for item in items if _runs_on(item, kinds)]
    config.hook.pytest_deselected(items=left)


def _runs_on(item: pytest.Item, kinds: list[str]) -> bool:
    """Whether this test is for the database that it would run on: by its name, so that it is the same each time."""
    folder = item.path.parent.name
    given = getattr(item, 'callspec', None)
    kind = given.params.get('database') if given is not None else None
    if kind is None or folder not in THROUGH_THE_WHOLE or item.get_closest_marker('both'):
        return True
    name = item.nodeid.replace(kind, '')
    siblings = [mark for mark in item.iter_markers('parametrize') if 'database' in mark.args[0]]
    return bool(siblings) or kinds[zlib.crc32(name.encode()) % len(kinds)] == kind


@pytest.fixture(scope='session', params=databases.available())
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database: whatever asks for it runs once on each that answers."""
    return str(request.param)


def assert_calm(output: str) -> None:
    troubled = [line for line in output.splitlines() if 'level=error' in line or 'Traceback' in line]
    assert not troubled, '\n'.join(troubled)


@pytest.fixture(scope='session')
async def _shared_site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with Server.serving(database, tmp_path_factory.mktemp(f'site-{database}')) as server:
        yield server


@pytest.fixture
def site(_shared_site: Server) -> Iterator[Server]:
    """The car rental, one server per database for all tests. What a test does there, it does with new people."""
    before = len(_shared_site.output)
    yield _shared_site
    assert_calm(_shared_site.output[before:])


@pytest.fixture
async def serve(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serve]:
    """`await serve(pages=…, session_idle='2s')`: a server of this test's own, on a database of its own."""
    async with contextlib.AsyncExitStack() as stack:
        started: list[Server] = []

        async def start(**options: Any) -> Server:
            server = await stack.enter_async_context(
                Server.serving(database, tmp_path_factory.mktemp('own'), **options)
            )
            started.append(server)
            return server

        yield start
    for server in started:
        assert_calm(server.output)


@pytest.fixture(scope='session')
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """`await new_page(site)`: a tab in a browser of its own, with its own cookies. Scripts that fail fail the test."""
    complaints = Complaints()
    async with contextlib.AsyncExitStack() as stack:

        async def open_browser(server: Server, **options: Any) -> Page:
            context = await browser.new_context(base_url=server.url, reduced_motion='reduce', **options)
            stack.push_async_callback(context.close)
            context.on('page', complaints.listen)
            context.set_default_timeout(30_000 * SLOWNESS)
            return await context.new_page()

        yield open_browser
    assert not complaints.lines


@pytest.fixture
async def page(new_page: NewPage, site: Server) -> Page:
    return await new_page(site)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A program with a cookie jar; follows no redirect by itself."""
    async with httpx.AsyncClient(timeout=30 * SLOWNESS) as client:
        yield client


@pytest.fixture
async def catcher() -> AsyncIterator[MailCatcher]:
    """A mail server without TLS: `await serve(smtp_url=catcher.url)`, `await catcher.mail_to(address)`."""
    async with MailCatcher.catching() as running:
        yield running
