"""Somebody at the doors: a persona with an account, a browser without a window, and one tab that stands open."""

from typing import Self

import httpx

from ui.prove import raw, tab
from ui.prove.personas import Persona
from ui.prove.raw import Answer
from ui.prove.site import new_password, sign_in
from ui.prove.stage import NUMBER, Stage
from ui.prove.tab import Listener, Tab

SIGNED_IN_BASE, PUBLIC_BASE = '/profile', '/login'
"""Pages of our own from which moves are made: there whatever a developer declares."""


class Guest:
    """A persona who has arrived."""

    def __init__(self, stage: Stage, persona: Persona, email: str) -> None:
        self.stage, self.persona, self.email = stage, persona, email
        self._password = new_password()
        self.http = tab.new_browser(timeout=raw.PATIENCE)
        self._tabs: dict[str, Tab] = {}

    async def arrive(self) -> None:
        """Be made, and sign in."""
        if self.persona.roles is not None:
            await self.stage.create(self.email, self._password, roles=self.persona.roles)
            await self.sign_in(self.http)

    async def sign_in(self, http: httpx.AsyncClient) -> None:
        """Sign in with another browser."""
        await sign_in(http, self.stage, self.email, self._password)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for standing in self._tabs.values():
            await standing.close()
        await self.http.aclose()

    # ------------------------------------------------------------------ what a browser does

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or '' for cookie in self.http.cookies.jar}

    async def ask(self, target: str, number: int, method: str = 'GET') -> Answer:
        """A request, its target exactly as it is written."""
        headers = {'Accept': 'text/html', NUMBER: str(number)}
        if self.cookies:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in self.cookies.items())
        return await raw.fetch(self.stage.port, target, method=method, headers=headers)

    async def open(self, location: str, http: httpx.AsyncClient | None = None, number: int | None = None) -> Tab:
        """Load a document, in another browser maybe; it is not connected yet."""
        headers = {NUMBER: str(number or self.stage.number())}
        opened = await tab.open_tab(http or self.http, self.stage.url, location, headers)
        opened.answer = _nothing
        return opened

    async def standing(self, away_from: str = '') -> Tab:
        """A connected tab on a page of our own other than the one with this path."""
        bases = [PUBLIC_BASE] if self.persona.roles is None else [SIGNED_IN_BASE, PUBLIC_BASE]
        base = next(path for path in bases if path != away_from)
        if base not in self._tabs or not self._tabs[base].socket.connected:
            self._tabs[base] = await self.open(base)
            await self._tabs[base].connect()
        return self._tabs[base]

    async def upload(self, url: str, cookies: dict[str, str] | None = None) -> int:
        """Send one small file; the status of the answer."""
        async with tab.new_browser(cookies=self.cookies if cookies is None else cookies) as http:
            answer = await http.post(f'{self.stage.url}{url}', files={'file': ('a', b'a', 'text/plain')})
        return answer.status_code


async def _nothing(_: str) -> None:
    """What every script returns here: a page that waits for one is not held up."""


def upload_urls(open_tab: Tab) -> list[str]:
    """Where the upload elements of the page take files, but for those that are switched off or hidden."""
    found = []
    for element in open_tab.elements.values():
        props = element.get('props', {})
        url, is_off = str(props.get('url', '')), props.get('disable') or 'hidden' in element.get('class', [])
        if url.startswith('/_nicegui/client/') and not is_off:
            found.append(url)
    return found


def words(open_tab: Tab, listener: Listener) -> str:
    """A listener as people would name it, such as `click "Reserve"`."""
    element = open_tab.elements.get(str(listener.element), {})
    props = element.get('props', {})
    said = props.get('aria-label') or element.get('text') or props.get('label') or element.get('tag', '')
    return f'{listener.event} "{str(said)[:40]}"'
