"""A pytest plugin for tests of one's own pages: people of chosen groups, each with a browser that needs no window.

    # conftest.py
    pytest_plugins = ['ui.testing']

    # test_cars.py
    async def test_premium_people_reserve_the_best_cars(sign_in_as):
        ann = await sign_in_as('Premium')
        tab = await ann.open('/premium')
        await tab.click('Reserve')
        await tab.eventually_shows('is yours')

One server for all tests, started as `main.py run` is, on an empty database of its own; handlers really run. It needs
pytest-asyncio, which `./run test` installs.
"""

import inspect
import itertools
import json
import os
import re
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import httpx
import pytest
import pytest_asyncio

from ui.prove import site, words
from ui.prove.site import ROOT, Site, new_password
from ui.prove.tab import PATIENCE, Listener, NoPageError, Tab, new_browser, open_tab

CHANGED = ('update:modelValue', 'update:value')
"""The event of a field whose value has changed, as NiceGUI's elements call it."""
POST = re.compile(r'window\.nicegate\.post\((".*?"), ?(\{.*\})\)')
"""How the server has a browser post to it what a socket cannot do."""
LINES = 30
"""Lines of the site's log that a failed test shows."""

_emails = (f'person{number}@tests.example' for number in itertools.count(1))


# ------------------------------------------------------------------ fixtures


@pytest.fixture(scope='session')
def pages_file() -> str | Path:
    """The pages under test: NICEGATE_PAGES, else the example. Override it in your conftest.py."""
    return os.environ.get('NICEGATE_PAGES') or ROOT / 'examples' / 'car_rental.py'


@pytest.fixture(scope='session')
def served_pages(pages_file: str | Path) -> Iterator[Site]:
    """The site with these pages, while the tests run: `url`, and `output` with what it has printed."""
    served = Site(Path(pages_file))
    served.start()
    try:
        yield served
    finally:
        served.stop()


@pytest_asyncio.fixture
async def people(served_pages: Site) -> AsyncIterator[Callable[[], 'Person']]:
    """`people()`: somebody new, with a browser of their own, who is not signed in."""
    async with AsyncExitStack() as stack:
        yield lambda: Person(served_pages, stack)


@pytest.fixture
def signed_out(people: Callable[[], 'Person']) -> 'Person':
    """Somebody who is not signed in."""
    return people()


@pytest.fixture
def sign_in_as(people: Callable[[], 'Person']) -> Callable[..., Awaitable['Person']]:
    """`await sign_in_as('Premium')`: a new person in these groups, signed in; without any, one who holds no role."""

    async def sign_in(*groups: str) -> Person:
        return await people().join(*groups)

    return sign_in


NEVER_AWAITED = (
    r"error:coroutine '(OpenPage|Person)\.:RuntimeWarning",
    r'error:Exception ignored.*coroutine object (OpenPage|Person)\.:pytest.PytestUnraisableExceptionWarning',
)
"""A forgotten `await` has done nothing, and the test would pass: Python warns, and pytest of that warning's error."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A forgotten `await` fails a test; whoever has set nothing about loops hears nothing about them."""
    for line in NEVER_AWAITED:
        config.addinivalue_line('filterwarnings', line)
    unset = 'The configuration option "asyncio_default_fixture_loop_scope" is unset'
    warnings.filterwarnings('ignore', unset, pytest.PytestDeprecationWarning)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pycollect_makeitem() -> Generator[None, object, object]:
    """Mark async tests that use what is here; pytest-asyncio, which is around this, takes up those that are marked."""
    made = yield
    for item in made if isinstance(made, list) else [made]:
        if isinstance(item, pytest.Function) and _is_async_visit(item):
            item.add_marker(pytest.mark.asyncio)
    return made


def _is_async_visit(test: pytest.Function) -> bool:
    return inspect.iscoroutinefunction(test.obj) and 'served_pages' in test.fixturenames  # what all else here rests on


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails says what the site has printed, such as why a handler failed."""
    report = yield
    served = getattr(item, 'funcargs', {}).get('served_pages')
    if served is not None and report.failed and report.when == 'call':
        report.sections.append(('what the site printed last', '\n'.join(served.output.splitlines()[-LINES:])))
    return report


# ------------------------------------------------------------------ what tests use


class Person:
    """Somebody with a browser of their own. `email` and `password` are '' for who was not made a member."""

    def __init__(self, served: Site, stack: AsyncExitStack) -> None:
        self._site, self._stack = served, stack
        self._http: httpx.AsyncClient | None = None
        self.email = self.password = ''

    async def join(self, *groups: str) -> Self:
        """Be made a member of these groups, and sign in.

        Raises:
            SiteError: there is no such group
        """
        self.email, self.password = next(_emails), new_password()
        await self._site.create(self.email, self.password, groups=groups)
        await site.sign_in(await self._browser(), self._site, self.email, self.password)
        return self

    async def open(self, path: str) -> 'OpenPage':
        """Open an address in a new tab.

        Raises:
            ValueError: it has no slash at its beginning
        """
        _refuse_relative(path, 'open')
        try:
            tab = await open_tab(await self._browser(), self._site.url, path)
        except NoPageError as error:
            first = (error.response.history or [error.response])[0]
            return OpenPage(first.status_code, error.response.url.raw_path.decode(), document=error.response.text)
        tab.answer = self._run
        await self._stack.enter_async_context(tab)
        await tab.connect()
        return OpenPage(tab.status, tab.path, tab)

    async def get(self, path: str) -> httpx.Response:
        """Ask for an address as a program does, such as a route or a file of yours; no redirect is followed.

        Raises:
            ValueError: it has no slash at its beginning
        """
        _refuse_relative(path, 'get')
        return await (await self._browser()).get(f'{self._site.url}{path}')

    async def grant(self, *groups: str) -> None:
        """Be given the roles of these groups, as an admin does it: open pages follow.

        Raises:
            SiteError: there is no such group
        """
        await self._site.grant(self.email, groups=groups)

    async def revoke(self, *groups: str) -> None:
        """Lose the roles of these groups: open pages follow.

        Raises:
            SiteError: there is no such group
        """
        await self._site.revoke(self.email, groups=groups)

    async def sign_out(self) -> None:
        """Sign out, in all tabs of this browser."""
        await site.sign_out(await self._browser(), self._site)

    async def _run(self, script: str) -> object:
        """The browser's part of ui/actions.py, by which a form of one's own signs in; all else returns nothing."""
        asked = POST.fullmatch(script)
        if asked is None:
            return None
        headers = {'Accept': 'application/json', 'Origin': self._site.url}
        url, fields = f'{self._site.url}{json.loads(asked[1])}', json.loads(asked[2])
        answer = await (await self._browser()).post(url, data=fields, headers=headers)
        return 'ok' if answer.is_success else answer.json()['error']['reason']

    async def _browser(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = await self._stack.enter_async_context(new_browser(timeout=3 * PATIENCE))
        return self._http


def _refuse_relative(path: str, act: str) -> None:
    __tracebackhide__ = True  # pytest shows the test's own line
    if not path.startswith('/'):
        raise ValueError(f"an address begins with a slash: write .{act}('/{path}')")


_Found = tuple[words.Element, Listener, bool]
"""An element, one of its listeners, and whether that takes whatever an event says about itself."""


def _listening(number: int, element: words.Element, events: Collection[str]) -> _Found | None:
    for one in element.get('events', ()):
        if one['type'] in events:
            return element, Listener(number, one['listener_id'], one['type']), one['args'] is None
    return None


class OpenPage:
    """A tab. `status` is what the door answered: 200, 303 (sent to sign in), 403 or 404; `address` is where it led."""

    def __init__(self, status: int, address: str, tab: Tab | None = None, document: str = '') -> None:
        self.status, self.address = status, address
        self._open, self._document = tab, words.of_document(document)

    # ------------------------------------------------------------------ reading

    def said(self) -> list[str]:
        """Everything that somebody who looks at the page now can read, in fields, dialogs and notices too."""
        return words.on(self._open) if self._open is not None else [self._document]

    def shows(self, text: str) -> bool:
        """Whether these words stand there."""
        return any(text in said for said in self.said())

    async def eventually_shows(self, text: str, *, within: float = PATIENCE) -> None:
        """Wait until the page shows these words.

        Raises:
            AssertionError: it does not, `within` seconds
        """
        await self._eventually(lambda: self.shows(text), f'does not show {text!r}', within)

    async def eventually_hides(self, text: str, *, within: float = PATIENCE) -> None:
        """Wait until the page shows these words no more.

        Raises:
            AssertionError: it does, `within` seconds
        """
        await self._eventually(lambda: not self.shows(text), f'still shows {text!r}', within)

    async def _eventually(self, look: Callable[[], bool], fault: str, within: float) -> None:
        __tracebackhide__ = True  # pytest shows the test's own line
        try:
            if not look():
                await self._tab.until(look, within=within)
        except TimeoutError:
            raise AssertionError(f'{self.address} {fault} after {within:g} s. It shows: {self.said()}') from None

    # ------------------------------------------------------------------ acting

    async def click(self, name: str) -> None:
        """Click on what is called so: by its text, label or aria-label. A submit button sends its form.

        Raises:
            LookupError: there is nothing of that name to click on
        """
        _, listener, takes_anything = self._form(name) or self._find(name, ('click',), 'to click on')
        await self._tab.deliver(listener, *([{}] if takes_anything else []))  # what a mouse says about itself

    async def fill(self, label: str, value: object) -> None:
        """Set a field: a text, a number, True or False, or of a select one of its options.

        Raises:
            LookupError: there is no such field, or no such option
        """
        element, listener, _ = self._find(label, CHANGED, 'to fill')
        await self._tab.deliver(listener, _as_sent(element, value))
        element['props']['model-value'] = value  # what somebody types stands there before the server hears of it

    async def move(self, path: str) -> None:
        """Follow a link to another page, in this tab.

        Raises:
            ValueError: it has no slash at its beginning
        """
        _refuse_relative(path, 'move')
        await self._tab.deliver(self._tab.router('sub_pages_navigate'), path)

    def _find(self, name: str, events: Collection[str], what_for: str) -> _Found:
        """An element of this name that listens."""
        others = set[str]()
        for number, element in words.shown(self._tab):
            found = _listening(number, element, events)
            if found is not None and name in words.names(element):
                return found
            others |= words.names(element) if found is not None else set()
        raise LookupError(f'{self.address} has no {name!r} {what_for}: there is {sorted(others) or "nothing"}')

    def _form(self, name: str) -> _Found | None:
        """The form of the submit button that is called so."""
        for number, element in words.shown(self._tab):
            if name in words.names(element) and element.get('props', {}).get('type') == 'submit':
                forms = (_listening(*form, ('submit',)) for form in words.around(self._tab, number))
                return next(filter(None, forms), None)
        return None

    @property
    def _tab(self) -> Tab:
        if self._open is None:
            raise LookupError(f'{self.address} is no page: {self.status} {self._document[:200]}')
        return self._open


def _as_sent(element: words.Element, value: object) -> object:
    """A value as the browser's half of its field sends it: of a select the options themselves."""
    options = element.get('props', {}).get('options')
    if not isinstance(options, list) or value is None:
        return value
    if isinstance(value, list):
        return [_as_sent(element, one) for one in value]
    known = {option['label']: option for option in options}
    if value not in known:
        raise LookupError(f'there is no option {value!r}: there is {list(known)}')
    return known[value]
