"""What every test may ask for: real servers on each database that answers, and people in a real browser."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import databases
from tests.support.browser import Complaints, chromium
from tests.support.mail_catcher import MailCatcher
from tests.support.server import Server

expect.set_options(timeout=10_000)  # ms: a slow machine is not a fault

Serve = Callable[..., Awaitable[Server]]
NewPage = Callable[..., Awaitable[Page]]


def _without_postgres() -> list[str]:
    return [] if 'postgresql' in databases.available() else ['PostgreSQL was not tested: none answered.']


def pytest_report_header() -> list[str]:
    return [f'databases: {", ".join(databases.available())}', *_without_postgres()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _without_postgres():
        terminalreporter.write_line(line, yellow=True)


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
            return await context.new_page()

        yield open_browser
    assert not complaints.lines


@pytest.fixture
async def page(new_page: NewPage, site: Server) -> Page:
    return await new_page(site)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A program with a cookie jar; follows no redirect by itself."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@pytest.fixture
async def catcher() -> AsyncIterator[MailCatcher]:
    """A mail server without TLS: `await serve(smtp_url=catcher.url)`, `await catcher.mail_to(address)`."""
    async with MailCatcher.catching() as running:
        yield running
