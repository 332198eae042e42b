"""A developer saves, and sees it: `run --reload`, with the browser open beside the editor."""

import contextlib
import os
import re
import signal
import statistics
import sysconfig
import time
import venv
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import databases
from tests.support.browser import assert_accessible, assert_fits, connected, shown
from tests.support.server import Server
from tests.support.waiting import eventually

SOON = 2.0
"""Seconds from a save until it is in the browser."""

PAGES = """
import os

from nicegui import ui

from ui.gate import page


@page('/', title='Home', access='public')
def home() -> None:
    for _ in range(60):
        ui.label('a long page')
    ui.label('first')
    ui.label(f'process {os.getpid()}')
"""


@contextlib.asynccontextmanager
async def _developing(folder: Path, pages: Path, **settings: Any) -> AsyncIterator[Server]:
    async with databases.migrated('sqlite', folder) as url:
        server = Server(url, folder, pages=pages, reload=True, **settings)
        try:
            yield server
        finally:
            await server.stop()


async def _answers(server: Server, http: httpx.AsyncClient, words: str) -> httpx.Response:
    """What the home page answers once it has these words in it."""

    async def look() -> httpx.Response | None:
        with contextlib.suppress(httpx.TransportError):
            answer = await http.get(server.url)
            return answer if words in answer.text else None
        return None

    found: httpx.Response = await eventually(look, within=30, why=f'{words!r} in {server.output}')
    return found


@pytest.fixture(scope='module')
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server that follows `my.py` in its folder; each test leaves that file as it likes."""
    folder = tmp_path_factory.mktemp('reload')
    (folder / 'my.py').write_text(PAGES)
    async with _developing(folder, folder / 'my.py') as server:
        await server.start()
        yield server


@pytest.fixture
async def tab(browser: Browser) -> AsyncIterator[Page]:
    """A tab that fails the test when a script in it fails. It may lose its server: that is what it is here for."""
    context, failed = await browser.new_context(reduced_motion='reduce'), []
    tab = await context.new_page()
    tab.on('pageerror', lambda error: failed.append(str(error)))
    tab.on('console', lambda said: failed.append(said.text) if 'Content Security Policy' in said.text else None)
    yield tab
    await context.close()
    assert not failed


async def _open(tab: Page, server: Server) -> Path:
    """The pages file as every test begins with it, open in the tab."""
    pages = server.folder / 'my.py'
    pages.write_text(PAGES)
    async with httpx.AsyncClient() as http:
        await _answers(server, http, 'first')
    await tab.goto(server.url)
    await connected(tab)
    return pages


async def _save(file: Path, text: str, tab: Page, words: str) -> float:
    """Save, and see these words in the tab; the seconds in between."""
    began = _write(file, text)
    await tab.get_by_text(words, exact=True).wait_for()
    return time.monotonic() - began


def _write(file: Path, text: str) -> float:
    """The moment before."""
    began = time.monotonic()
    file.write_text(text)
    return began


async def test_a_saved_change_is_in_the_browser_at_once_and_keeps_the_place(tab: Page, site: Server):
    pages, seconds = await _open(tab, site), []
    await tab.evaluate('scrollTo(0, 500)')
    for word in ('one', 'two', 'three'):
        seconds.append(await _save(pages, PAGES.replace("'first'", repr(word)), tab, word))
        await tab.wait_for_function('scrollY === 500')
        await connected(tab)
    assert statistics.median(seconds) < SOON
    assert site.output.count('/setup?token=') == 1  # a second link would make the first one worthless


async def test_a_module_beside_the_pages_is_followed_too(tab: Page, site: Server):
    pages, words = await _open(tab, site), site.folder / 'words.py'
    (site.folder / 'parts').mkdir()
    words.write_text("WORD = 'red'\n")
    await _save(pages, PAGES.replace("'first'", 'words.WORD') + 'import words\n', tab, 'red')
    await connected(tab)
    words.write_text("WORD = 'tan'\n")
    await _save(words, "WORD = 'sky'\n", tab, 'sky')  # in one second, of one size: Python's own cache would say "tan"
    await connected(tab)
    (site.folder / 'parts' / 'colours.py').write_text("COLOUR = 'ivory'\n")
    await _save(words, 'from parts.colours import COLOUR as WORD\n', tab, 'ivory')


async def test_what_is_wrong_is_shown_with_file_line_and_reason_until_it_is_mended(
    tab: Page, site: Server, http: httpx.AsyncClient
):
    pages = await _open(tab, site)
    await _save(pages, PAGES + 'x = <y>\n', tab, 'my.py, line 15')
    await shown(tab, 'The pages could not be loaded')
    await expect(tab.get_by_text('invalid syntax')).to_be_visible()
    await expect(tab.get_by_text('15  x = <y>')).to_be_visible()
    await assert_accessible(tab)
    await tab.set_viewport_size({'width': 390, 'height': 700})
    await assert_fits(tab)
    for method, path in (('GET', '/'), ('POST', '/auth/sign-in'), ('GET', '/healthz'), ('GET', '/_nicegui/x')):
        answer = await http.request(method, site.url + path)
        assert (answer.status_code, 'line 15' in answer.text) == (500, True), path

    await _save(pages, PAGES.replace("access='public'", "groups=['Premum']"), tab, 'my.py, line 9')
    await expect(tab.get_by_text('there is no group "Premum"')).to_be_visible()
    pages.write_text(PAGES)
    await tab.get_by_text('first', exact=True).wait_for()
    (site.folder / '.env').write_text('NICEGATE_SESSION_IDLE=soon\n')
    await expect(tab.get_by_text('NICEGATE_SESSION_IDLE in .env: write a number and a unit')).to_be_visible()
    pages.unlink()
    (site.folder / '.env').unlink()
    await expect(tab.get_by_text('there is no such pages file')).to_be_visible()
    await _save(pages, PAGES, tab, 'first')


async def test_code_that_never_ends_is_left_behind_by_the_next_save(tab: Page, site: Server, http: httpx.AsyncClient):
    pages = await _open(tab, site)
    started = site.folder / 'started'
    pages.write_text(f'{PAGES}open({str(started)!r}, "w").close()\nwhile True: pass\n')
    await eventually(started.exists)
    await _save(pages, PAGES.replace('first', 'again'), tab, 'again')


async def test_a_path_that_went_away_comes_back_by_itself(tab: Page, site: Server):
    pages = await _open(tab, site)
    pages.write_text(PAGES.replace("'/'", "'/other'"))
    await expect(tab.get_by_role('main').get_by_role('link', name='Home')).to_have_attribute('href', '/other')
    await tab.goto(f'{site.url}/lost')
    await shown(tab, 'Page not found')
    await _save(pages, PAGES.replace("'/'", "'/lost'"), tab, 'first')


# ------------------------------------------------------------------ how it starts and ends


VIEWS = """from . import words


def draw():
    from nicegui import ui

    ui.label(words.WORD)
"""


async def test_a_package_that_is_broken_at_the_start_is_mended_and_no_process_is_left_at_the_end(
    tab: Page, tmp_path: Path, http: httpx.AsyncClient
):
    shop = tmp_path / 'shop'
    shop.mkdir()
    (shop / '__init__.py').write_text(f'from shop.views import draw\n{PAGES}    draw()\n')
    (shop / 'words.py').write_text("WORD = 'wheels'\n")
    (shop / 'views.py').write_text(f'{VIEWS}\nprint(1 / 0)\n')
    async with _developing(tmp_path, shop) as server:
        server.launch()
        await _answers(server, http, 'could not be loaded')
        await tab.goto(server.url)
        await expect(tab.get_by_text('shop/views.py, line 9')).to_be_visible()
        await expect(tab.get_by_text('ZeroDivisionError: division by zero')).to_be_visible()
        assert 'nicegate: ' in server.output and 'Traceback' not in server.output
        await _save(shop / 'views.py', VIEWS, tab, 'wheels')
        assert '/setup?token=' in server.output
        await connected(tab)
        await _save(shop / 'words.py', "WORD = 'tyres'\n", tab, 'tyres')
        serving = await _process(server, http)
        assert await server.stop() < 10
        assert not _runs(serving)


async def test_when_the_first_process_is_killed_the_other_ends_too(tmp_path: Path, http: httpx.AsyncClient):
    (tmp_path / 'my.py').write_text(PAGES)
    async with _developing(tmp_path, tmp_path / 'my.py') as server:
        await server.start()
        serving = await _process(server, http)
        await server.stop(signal.SIGKILL)
        await eventually(lambda: not _runs(serving))


async def _process(server: Server, http: httpx.AsyncClient) -> int:
    """The process that serves, as the page says it."""
    text = (await http.get(server.url)).text
    return int(re.search(r'process (\d+)', text)[1])  # type: ignore[index]  # it is there, or the test fails


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# ------------------------------------------------------------------ requirements


def _wheel(folder: Path, version: str, needs: str = '') -> str:
    """A package `tinywords` of one line, made by hand; its requirements line."""
    name = f'tinywords-{version}-py3-none-any.whl'
    about = f'tinywords-{version}.dist-info'
    with zipfile.ZipFile(folder / name, 'w') as wheel:
        wheel.writestr('tinywords.py', f'WORD = "version {version}"\n')
        needed = f'Requires-Dist: {needs}\n' if needs else ''
        wheel.writestr(f'{about}/METADATA', f'Metadata-Version: 2.1\nName: tinywords\nVersion: {version}\n{needed}')
        wheel.writestr(
            f'{about}/WHEEL', 'Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
        )
        wheel.writestr(f'{about}/RECORD', f'tinywords.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n')
    return f'./{name}\n'


def _environment(folder: Path) -> str:
    """Python of an environment that has all that ours has, and that anything may be installed into."""
    venv.create(folder, symlinks=True)
    library = next((folder / 'lib').glob('python*')) / 'site-packages'
    (library / 'ours.pth').write_text(sysconfig.get_path('purelib'))
    return str(folder / 'bin' / 'python')


async def test_requirements_beside_the_pages_are_installed_and_a_failure_is_shown(
    tab: Page, tmp_path: Path, http: httpx.AsyncClient
):
    home = tmp_path / 'home'
    home.mkdir()
    pages, wanted = home / 'my.py', home / 'requirements.txt'
    pages.write_text(PAGES.replace("'first'", 'tinywords.WORD') + 'import tinywords\n')
    wanted.write_text(_wheel(home, '1.0', 'structlog<1'))  # Nicegate itself needs a later one
    async with _developing(tmp_path, pages) as server:
        server.python = _environment(tmp_path / 'environment')
        server.environment |= {'PIP_NO_INDEX': '1', 'UV_NO_INDEX': '1'}  # nothing here comes from elsewhere
        server.launch()
        assert (await _answers(server, http, 'Installing requirements.txt')).status_code == 503
        await tab.goto(server.url)
        await shown(tab, 'requirements.txt could not be installed')
        await expect(tab.get_by_text('structlog<1')).to_be_visible()
        await expect(tab.get_by_text('Packages that Nicegate uses itself keep the version they have')).to_be_visible()
        await assert_accessible(tab)

        wanted.write_text(_wheel(home, '2.0'))
        await shown(tab, 'Installing requirements.txt…')
        await expect(tab.get_by_text('version 2.0')).to_be_visible()
        await connected(tab)
        await _save(pages, pages.read_text().replace('tinywords.WORD', 'tinywords.WORD[:7]'), tab, 'version')
        assert server.output.count('Installing') == 2  # once for each content


# ------------------------------------------------------------------ who may see it


async def test_another_site_gets_nothing_of_it(site: Server, http: httpx.AsyncClient):
    address = f'{site.url}/_nicegate/generation'
    assert (await http.get(address)).status_code == 200
    assert (await http.get(address, headers={'Host': f'localhost:{site.port}'})).status_code == 200
    for headers in (
        *({'Host': 'evil.example'}, {'Host': '127.0.0.1.evil.example:80'}, {'Host': ''}),
        *({'Sec-Fetch-Site': 'cross-site'}, {'Origin': 'http://evil.example'}, {'X-Forwarded-For': '192.0.2.1'}),
    ):
        for path in ('/_nicegate/generation', '/_nicegate/static/reload.js', '/_nicegate/'):
            assert (await http.get(site.url + path, headers=headers)).status_code == 403, headers
    (site.folder / 'my.py').write_text('secret_word = 1 / 0\n')
    await _answers(site, http, 'secret_word')
    elsewhere = await http.get(site.url, headers={'Host': 'evil.example'})
    assert elsewhere.status_code == 500
    assert 'secret_word' not in elsewhere.text and 'ZeroDivision' not in elsewhere.text
    assert 'The reason is in the terminal' in elsewhere.text


@pytest.mark.parametrize('setting', [{'host': '0.0.0.0'}, {'public_url': 'http://localhost'}])
async def test_where_others_can_come_the_reason_stays_in_the_terminal(
    tmp_path: Path, http: httpx.AsyncClient, setting: dict[str, str]
):
    pages = tmp_path / 'my.py'
    pages.write_text('secret_word = 1 / 0\n')
    async with _developing(tmp_path, pages, **setting) as server:
        server.launch()
        broken = await _answers(server, http, 'The reason is in the terminal')
        assert 'secret_word' not in broken.text and 'my.py' not in broken.text
        assert 'my.py:1: ZeroDivisionError: division by zero' in server.output
        pages.write_text(PAGES)
        await _answers(server, http, 'first')
        assert (await http.get(f'{server.url}/_nicegate/generation')).status_code == 200
        await eventually(lambda: 'No Gate panel: it is only there' in server.output)


async def test_a_server_without_the_option_has_nothing_of_it(http: httpx.AsyncClient, tmp_path: Path):
    (tmp_path / 'my.py').write_text(PAGES)
    async with databases.migrated('sqlite', tmp_path) as url:
        server = Server(url, tmp_path, pages=tmp_path / 'my.py')
        try:
            await server.start()
            for path in ('generation', 'static/reload.js', ''):
                assert (await http.get(f'{server.url}/_nicegate/{path}')).status_code == 404
            assert '_nicegate/' not in (await http.get(server.url)).text
        finally:
            await server.stop()
