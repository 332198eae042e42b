"""The system's Chromium, driven by Playwright, and what visits do in it again and again."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Error, Page, ViewportSize, async_playwright, expect

# WCAG 2.2 A and AA (axe tags each rule with the version that brought it), and axe's best practices.
RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
CHROMIUMS = ('chromium', 'chromium-browser', 'google-chrome')
SCHEMES = ('light', 'dark')
PHONE: ViewportSize = {'width': 390, 'height': 844}


def find_chromium() -> str | None:
    """CHROMIUM, else the system's. None: Playwright's own."""
    return os.environ.get('CHROMIUM') or next(filter(None, map(shutil.which, CHROMIUMS)), None)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium())
        yield browser
        await browser.close()


class Complaints:
    """What a page's console says went wrong. A refused document or form (4xx) is no fault: the visits ask for those."""

    EXPECTED = ('Failed to load resource: the server responded with a status of 4', 'net::ERR_')

    def __init__(self) -> None:
        self.lines: list[str] = []

    def listen(self, page: Page) -> None:
        page.on('console', self._said)
        page.on('pageerror', self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == 'error' and not any(words in message.text for words in self.EXPECTED):
            self.lines.append(message.text)

    def _failed(self, error: Error) -> None:
        self.lines.append(str(error))


async def connected(page: Page) -> None:
    """Wait until the page's socket is up: from then on its buttons reach the server and its changes reach the page."""
    await page.wait_for_function('window.did_handshake === true')


async def visit(page: Page, path: str) -> int:
    """Load a path as a document and wait for its socket; the HTTP status."""
    response = await page.goto(path)
    assert response is not None
    await connected(page)
    return response.status


async def shown(page: Page, heading: str) -> None:
    """The page named by this h1 stands in the tab."""
    await expect(page.get_by_role('heading', level=1, name=heading, exact=True)).to_be_visible()


async def still(page: Page) -> None:
    """Wait for the end of every transition: half-faded colours have no contrast to speak of."""
    await page.wait_for_function("""() => document.getAnimations().every(animation =>
        animation.playState !== 'running' || animation.effect.getComputedTiming().iterations === Infinity)""")


async def assert_accessible(page: Page, schemes: tuple[str, ...] = SCHEMES) -> None:
    for scheme in schemes:
        await page.emulate_media(color_scheme='dark' if scheme == 'dark' else 'light', reduced_motion='reduce')
        if await page.evaluate("'Quasar' in window"):  # the small static documents follow the system by CSS alone
            await expect(page.locator('body')).to_contain_class(f'body--{scheme}')
        await still(page)
        result = (await Axe().run(page, options={'runOnly': RULES, 'resultTypes': ['violations']})).response
        found = [
            f'{violation["id"]}: {node["target"]} {node["failureSummary"]}'
            for violation in result['violations']
            for node in violation['nodes']
        ]
        assert not found, f'axe in {scheme} on {page.url}:\n' + '\n'.join(found)


async def assert_looks_right(page: Page) -> None:
    """As it stands now: accessible in both schemes, and on a phone without scrolling sideways."""
    await assert_accessible(page)
    await page.emulate_media(color_scheme='light', reduced_motion='reduce')
    wide = page.viewport_size
    await page.set_viewport_size(PHONE)
    await assert_fits(page)
    await page.set_viewport_size(wide or {'width': 1280, 'height': 720})


async def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words."""
    for _ in range(60):
        await page.keyboard.press('Tab')
        focused = await page.evaluate("""() => {
            const element = document.activeElement
            const label = element.labels && element.labels[0]
            return (element.getAttribute('aria-label') || (label || element).innerText || '').trim()
        }""")
        if focused == words:
            return
    raise AssertionError(f'{words!r} cannot be reached with Tab on {page.url}')


async def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    wide = await page.evaluate("""() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
            .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
            .map(element => element.outerHTML.slice(0, 120))""")
    assert not wide, f'{page.url} is wider than the window: {wide}'
