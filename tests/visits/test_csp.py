"""A page takes nothing from elsewhere unless a setting says so; what was blocked is named with that setting."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import Serve
from tests.support import databases
from tests.support.browser import assert_accessible, assert_fits, visit
from tests.support.server import Server
from tests.support.waiting import eventually

PAGES = """
from nicegui import ui
from ui.gate import page

@page('/', title='From elsewhere', access='public')
def home() -> None:
    ui.add_head_html('<script src="ELSEWHERE/said.js"></script>')
    ui.image('ELSEWHERE/car.svg').props('no-transition alt="A car"')
    ui.label('').props('id=answer')
    ui.button('Break', on_click=lambda: 1 / 0)
    ui.button('Ask', on_click=lambda: ui.run_javascript(
        "fetch('ELSEWHERE/answer').then(got => got.text()).then(text => document.getElementById('answer').append(text))"
        ".catch(() => {})"
    ))
"""
IMAGE_IS_THERE = "document.querySelector('#nc-main img')?.naturalWidth > 0"
TAKE_IMAGES = """['a.tile.', 'b.tile.', 'a.', 'b.'].forEach(
    name => { new Image().src = `https://${name}cars.example/1.png` })"""
ANSWERS = {
    '/car.svg': ('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'),
    '/said.js': ('text/javascript', 'window.said = true'),
    '/answer': ('text/plain', 'from elsewhere'),
}


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, text = ANSWERS[self.path]
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.send_header('Access-Control-Allow-Origin', '*')
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of another site."""
    with ThreadingHTTPServer(('127.0.0.1', 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()


@pytest.fixture
def pages(tmp_path: Path, elsewhere: str) -> Path:
    file = tmp_path / 'my_pages.py'
    file.write_text(PAGES.replace('ELSEWHERE', elsewhere))
    return file


async def _what_came(page: Page) -> tuple[bool, bool, str]:
    """Whether the script ran, whether the image is there, and what was answered."""
    script, image = [await page.evaluate(question) for question in ('Boolean(window.said)', IMAGE_IS_THERE)]
    return script, image, await page.locator('#answer').inner_text()


@pytest.mark.parametrize('database', ['sqlite'], indirect=True)
async def test_what_comes_from_elsewhere_is_blocked_named_and_let_in_by_its_setting(
    serve: Serve, browser: Browser, elsewhere: str, pages: Path
):
    site = await serve(pages=pages)
    page = await browser.new_page()
    said: list[str] = []
    page.on('console', lambda message: said.append(message.text) if message.type == 'warning' else None)
    await visit(page, site.url)
    await page.get_by_role('button', name='Ask').click()
    what = {'IMG': 'images from', 'CONNECT': 'connections to', 'SCRIPT': 'scripts from'}
    lines = [
        f'Blocked: {words} {elsewhere}. To allow them on your pages, add that to NICEGATE_CSP_{name}'
        for name, words in what.items()
    ]
    await eventually(lambda: sorted(said) == sorted(lines), why=f'one line each: {said}')
    assert await _what_came(page) == (False, False, '')
    await page.close()

    site = await serve(
        pages=pages, csp_img=f'https: {elsewhere}', csp_connect=elsewhere, csp_script=f'{elsewhere}, data:'
    )
    page = await browser.new_page()
    page.on('console', lambda message: said.append(message.text) if 'Blocked' in message.text else None)
    await visit(page, site.url)
    await page.get_by_role('button', name='Ask').click()
    await expect(page.locator('#answer')).to_have_text('from elsewhere')
    await eventually(lambda: page.evaluate(IMAGE_IS_THERE))
    assert await _what_came(page) == (True, True, 'from elsewhere')
    assert len(said) == len(lines)
    await page.close()


async def test_a_developer_reads_on_the_page_what_to_write_and_then_it_is_there(
    browser: Browser, elsewhere: str, pages: Path, tmp_path: Path
):
    async with databases.migrated('sqlite', tmp_path) as url:
        site = Server(url, tmp_path, pages=pages, reload=True)
        try:
            await site.start()
            page = await browser.new_page(viewport={'width': 390, 'height': 844})
            await visit(page, site.url)
            note = page.get_by_role('complementary', name='Blocked by the browser')
            await expect(note.get_by_role('status')).to_contain_text(f'NICEGATE_CSP_IMG={elsewhere}')
            await page.get_by_role('button', name='Break').click()  # a note of the other kind: words and button on red
            await expect(page.get_by_role('alert').filter(has_text='ZeroDivisionError')).to_be_visible()
            await assert_accessible(page)
            await assert_fits(page)
            below = await page.get_by_role('banner').bounding_box()
            above = await note.bounding_box()
            assert above and below and above['y'] + above['height'] <= below['y']  # it covers nothing

            await note.get_by_role('button', name='Dismiss').click()
            await expect(note).to_have_count(0)
            await page.get_by_role('button', name='Ask').click()
            await expect(note.get_by_role('status')).to_contain_text(f'NICEGATE_CSP_CONNECT={elsewhere}')
            await expect(note).not_to_contain_text('NICEGATE_CSP_IMG')

            (site.folder / '.env').write_text(f'NICEGATE_CSP_IMG={elsewhere}\n')
            await page.wait_for_function(IMAGE_IS_THERE)
            await expect(note.get_by_role('status')).to_contain_text(f'into {site.folder.resolve() / ".env"} and save')

            await page.evaluate(TAKE_IMAGES)  # what is allowed stays in the value, and the servers of a map are one
            await expect(note.get_by_role('status')).to_contain_text(
                f'NICEGATE_CSP_IMG="{elsewhere} https://*.tile.cars.example https://a.cars.example https://b.cars.example"'
            )
            await page.close()
        finally:
            await site.stop()
