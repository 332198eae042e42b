"""One open page without a browser: what the server sent, and a socket that says whatever a test wants.

It does what NiceGUI's own script does (load the document, shake hands through the query, send `event` frames), and
also what that script never would: other cookies, another Origin, listeners of a page that was left, values of any type.
"""

import ast
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import socketio
from socketio.exceptions import ConnectionError as Refused

from tests.support.server import Server
from tests.support.waiting import eventually

_ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
_QUERY = re.compile(r'query: (\{.*?\}),\s*$', re.MULTILINE)
_ESCAPES = {
    '&#36;': '$',
    '&#96;': '`',
    '&gt;': '>',
    '&lt;': '<',
    '&amp;': '&',
}  # as NiceGUI's parseElements, in its order


@dataclass(frozen=True)
class Listener:
    """Where a click goes: an element and one of its listeners. Recorded once, it can be replayed by anybody."""

    element: int
    listener: str
    event: str


@dataclass
class Tab:
    site: Server
    status: int
    html: str
    cookies: dict[str, str]
    query: dict[str, str]
    elements: dict[str, Any]
    agent: str
    socket: socketio.AsyncClient
    frames: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def client_id(self) -> str:
        return self.query['client_id']

    async def connect(self, *, cookies: dict[str, str] | None = None, origin: str | None = None) -> None:
        """Shake hands; by default with the cookies and the Origin of the page. Raises `Refused`."""
        self.socket.on('*', self._receive)
        headers = {'Origin': self.site.url if origin is None else origin, 'User-Agent': self.agent}
        sent = self.cookies if cookies is None else cookies
        if sent:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in sent.items())
        query = '&'.join(f'{name}={value}' for name, value in self.query.items())
        try:
            await self.socket.connect(
                f'{self.site.url}?{query}',
                headers=headers,
                transports=['websocket'],
                socketio_path='/_nicegui_ws/socket.io',
                wait_timeout=5,
            )
        except Refused:
            if self.socket.eio.http is not None:  # python-engineio leaves it open when it is turned away
                await self.socket.eio.http.close()
            raise

    async def close(self) -> None:
        await self.socket.shutdown()

    def _receive(self, name: str, *data: Any) -> None:
        message = data[0] if data else None
        self.frames.append((name, message))
        if name == 'update' and isinstance(message, dict):
            for key, element in message.items():
                if element is None:
                    self.elements.pop(key, None)
                elif key != '_id':
                    self.elements[key] = element

    def find(self, words: str, event: str = 'click') -> Listener:
        """The listener of the element that says `words` (its text, label or aria-label)."""
        found = self.look(words, event)
        assert found, f'nothing says {words!r} and listens to {event} in {json.dumps(self.elements)[:4000]}'
        return found

    def look(self, words: str, event: str = 'click') -> Listener | None:
        for key, element in self.elements.items():
            props = element.get('props', {})
            said = {element.get('text'), props.get('label'), props.get('aria-label')}
            if words in said:
                for listener in element.get('events', []):
                    if listener['type'] == event:
                        return Listener(int(key), listener['listener_id'], event)
        return None

    def says(self, words: str) -> bool:
        """Whether the words stand in any element of the page as it is now."""
        return words in json.dumps(list(self.elements.values()), ensure_ascii=False)

    async def send(self, to: Listener, *args: Any, client_id: str | None = None) -> None:
        """Send the frame that a browser would send for this event (or that a forger would)."""
        frame = {
            'id': to.element,
            'client_id': client_id or self.client_id,
            'listener_id': to.listener,
            'args': [json.dumps(arg) for arg in args],
        }
        await self.socket.emit('event', frame)

    async def emit(self, name: str, data: Any) -> None:
        """Send any frame."""
        await self.socket.emit(name, data)

    async def frame(self, name: str, *, within: float = 10) -> Any:
        """The newest frame of that name, when it has come: `update`, `open`, `notify`, `run_javascript`."""
        await eventually(lambda: any(kind == name for kind, _ in self.frames), within=within, why=f'a frame {name!r}')
        return next(data for kind, data in reversed(self.frames) if kind == name)


async def open_tab(http: httpx.AsyncClient, site: Server, path: str) -> Tab:
    """Load a document with this client's cookies. It is not connected yet."""
    response = await http.get(f'{site.url}{path}', follow_redirects=True)
    found, asked = _ELEMENTS.search(response.text), _QUERY.search(response.text)
    assert found and asked, f'{path} is no page of NiceGUI: {response.status_code} {response.text[:400]}'
    raw = found[1]
    for escape, character in _ESCAPES.items():
        raw = raw.replace(escape, character)
    # It is written as Python and read by JavaScript, where True is defined as true.
    query = {
        name: str(value).lower() if value is True else str(value) for name, value in ast.literal_eval(asked[1]).items()
    }
    query |= {'tab_id': str(uuid.uuid4()), 'document_id': str(uuid.uuid4())}
    cookies = {cookie.name: cookie.value or '' for cookie in http.cookies.jar}
    agent, socket = response.request.headers['user-agent'], socketio.AsyncClient(reconnection=False)
    return Tab(site, response.status_code, response.text, cookies, query, json.loads(raw), agent, socket)


__all__ = ['Listener', 'Refused', 'Tab', 'open_tab']
