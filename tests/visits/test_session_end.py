"""Sessions end by themselves: unused after the idle time, and in any case after the whole time."""

import time

import httpx
import pytest
from playwright.async_api import expect

from tests.conftest import NewPage, Serve
from tests.support.browser import visit
from tests.support.people import form, join, join_without_browser
from tests.support.sockets import open_tab
from tests.support.waiting import eventually

SWEPT = 15
"""Seconds within which a silent tab must have noticed: the session's 2, the sweep's 5, and a slow machine."""


@pytest.mark.parametrize('limit', ['session_idle', 'session_lifetime'])
async def test_a_silent_open_tab_is_emptied_when_its_session_ends(serve: Serve, new_page: NewPage, limit: str):
    site = await serve(**{limit: '2s'})
    page = await new_page(site)
    await join(page, site)
    await visit(page, '/cars')
    await expect(form(page, 'Sign in')).to_be_visible(timeout=SWEPT * 1000)
    assert page.url.endswith('/login?next=%2Fcars') or page.url.endswith('/login?next=/cars')
    assert 'Fiat 500' not in await page.content()


@pytest.mark.parametrize('limit', ['session_idle', 'session_lifetime'])
async def test_a_button_of_a_session_that_ended_does_nothing(serve: Serve, http: httpx.AsyncClient, limit: str):
    site = await serve(**{limit: '2s'})
    await join_without_browser(http, site)
    tab = await open_tab(http, site, '/cars')
    reserve = tab.find('Reserve Fiat 500')
    await tab.connect()
    await tab.send(reserve, {})
    await tab.frame('notify')
    tab.frames.clear()
    # Nothing is sent meanwhile: only what the server does by itself tells that it has noticed.
    await eventually(lambda: tab.frames, within=SWEPT, why='the tab to be sent away')
    await tab.send(reserve, {})
    await eventually(lambda: not tab.socket.connected, why='the socket to be cut')
    await tab.close()
    assert all(name != 'notify' for name, _ in tab.frames)
    assert (await http.get(f'{site.url}/cars')).status_code == 303


async def test_use_does_not_carry_a_session_past_its_whole_time(serve: Serve, http: httpx.AsyncClient):
    site = await serve(session_lifetime='3s')
    began = time.monotonic()
    await join_without_browser(http, site)

    async def is_over() -> bool:
        return (await http.get(f'{site.url}/cars')).status_code == 303

    await eventually(is_over, within=SWEPT, why='the end of the session')
    assert time.monotonic() - began >= 2.9


async def test_use_moves_the_idle_end(serve: Serve, http: httpx.AsyncClient):
    site = await serve(session_idle='2s', session_lifetime='6s')
    began = time.monotonic()
    await join_without_browser(http, site)

    async def is_over() -> bool:
        return (await http.get(f'{site.url}/cars')).status_code == 303

    await eventually(is_over, within=SWEPT, why='the end of the session')
    assert time.monotonic() - began >= 5.9
