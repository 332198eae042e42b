"""A start that cannot succeed is one line, and a stop loses nothing and nobody's time."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.conftest import NewPage, Serve
from tests.support import databases
from tests.support.browser import assert_accessible, shown, visit
from tests.support.people import join, join_without_browser, post
from tests.support.server import Server
from tests.support.sockets import open_tab


@asynccontextmanager
async def _not_started(folder: Path, url: str = '') -> AsyncIterator[Server]:
    server = Server(url or f'sqlite:///{folder}/own.sqlite3', folder)
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize(('setting', 'value'), [
    ('port', 'abc'), ('port', '99999'), ('database_url', 'mysql://localhost/x'), ('bcrypt_cost', '99'),
    ('password_min_length', '5'), ('session_idle', 'soon'), ('public_url', 'ftp://cars.example'),
    ('secret_key', 'short'), ('trusted_proxies', 'everybody'),
])  # fmt: skip
async def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, value: str):
    async with _not_started(tmp_path) as server:
        server.environment[f'NICEGATE_{setting.upper()}'] = value
        server.options = []  # so that the port comes from the setting
        assert f'NICEGATE_{setting.upper()}' in await server.cli('run', refused=True)


async def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path):
    url = 'postgresql://nicegate:hush-hush@127.0.0.1:1/nothing'
    async with _not_started(tmp_path, url) as server:
        said = await server.cli('run', *server.options, refused=True)
        assert 'hush' not in said and '127.0.0.1' in said


async def test_a_port_that_is_taken_is_named(tmp_path: Path):
    async with _not_started(tmp_path) as server:
        with closing(socket.create_server(('127.0.0.1', server.port))):
            assert str(server.port) in await server.cli('run', *server.options, refused=True)


async def test_a_pages_file_that_does_not_exist_is_named(tmp_path: Path):
    async with _not_started(tmp_path) as server:
        said = await server.cli('run', *server.options, '--pages', 'nowhere.py', refused=True)
        assert str(tmp_path / 'nowhere.py') in said
        said = await server.cli('run', *server.options, '--pages', '.', refused=True)
        assert f'{tmp_path} is a folder: name a .py file in it, or make it a package with an __init__.py' in said


async def test_the_first_start_brings_the_tables(database: str, tmp_path: Path):
    async with databases.fresh(database, tmp_path) as url, _not_started(tmp_path, url) as server:
        await server.start()
        assert f':{server.port}' in server.output and '0.0.0.0' not in server.output
        assert await server.stop() < 10


NO_HOME = """
from ui.gate import page, route

@page('/cars', title='All cars', access='signed-in')
def cars() -> None: ...
"""


async def test_a_site_whose_pages_have_no_home_page_gets_one(serve: Serve, new_page: NewPage, tmp_path: Path):
    pages = tmp_path / 'my_pages.py'
    pages.write_text(NO_HOME)
    site = await serve(pages=pages)
    page = await new_page(site)
    assert await visit(page, '/') == 200
    await shown(page, 'Home')
    await expect(page.get_by_role('main').get_by_text('Nothing is open to you yet: sign in.')).to_be_visible()
    await assert_accessible(page)

    await join(page, site)
    await visit(page, '/')
    await page.get_by_role('main').get_by_role('link', name='All cars').click()
    await shown(page, 'All cars')


@pytest.mark.parametrize('declared', [
    "@page('/', title='Own', access='public')\ndef own(car: int) -> None: ...\n",
    "@route('/', access='public')\ndef own() -> str:\n    return 'own'\n",
])  # fmt: skip
async def test_what_stands_at_the_root_already_is_left_alone(
    serve: Serve, http: httpx.AsyncClient, tmp_path: Path, declared: str
):
    pages = tmp_path / 'my_pages.py'
    pages.write_text(f'{NO_HOME}\n{declared}')
    site = await serve(pages=pages)
    assert 'own' in (await http.get(f'{site.url}/?car=1')).text.lower()


async def test_a_stop_with_fifty_open_tabs_takes_less_than_ten_seconds(serve: Serve, http: httpx.AsyncClient):
    site = await serve()
    await join_without_browser(http, site)
    tabs = await asyncio.gather(*(open_tab(http, site, '/cars') for _ in range(50)))
    try:
        await asyncio.gather(*(tab.connect() for tab in tabs))
        assert await site.stop() < 10
    finally:
        await asyncio.gather(*(tab.close() for tab in tabs))


async def test_the_health_page_says_whether_the_database_answers(http: httpx.AsyncClient, site: Server):
    answer = await http.get(f'{site.url}/healthz')
    assert (answer.status_code, answer.json()) == (200, {'status': 'ok'})


async def test_the_log_says_who_signed_out(http: httpx.AsyncClient, serve: Serve):
    site = await serve()
    await join_without_browser(http, site)
    await post(http, site, 'sign-out')
    users = re.findall(r'event="signed (?:in|out|up)".* user=(\S+)', site.output)
    assert len(users) > 1 and len(set(users)) == 1, site.output
