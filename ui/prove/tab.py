"""One open page without a browser: what the server sent, and a socket that says whatever its user wants.

It does what NiceGUI's own script does (load the document, shake hands through the query, send `event` frames), and
also what that script never would: other cookies, another Origin, listeners of a page that was left, values of any type.
"""

import ast
import asyncio
import json
import re
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import socketio
from socketio.exceptions import BadNamespaceError
from socketio.exceptions import ConnectionError as Refused

PATIENCE = 10.0
"""Seconds that something may take to come: a slow machine is not a fault."""
EMPTIED = 'document.body.replaceChildren('
"""What the gate has a browser do whose session is over."""

_TLS = ssl.create_default_context()
"""Loading the certificates takes 35 ms, and each client of httpx would do it for itself."""
_ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
_QUERY = re.compile(r'query: (\{.*?\}),\s*$', re.MULTILINE)
_ESCAPES = {
    '&#36;': '$',
    '&#96;': '`',
    '&gt;': '>',
    '&lt;': '<',
    '&amp;': '&',
}  # as NiceGUI's parseElements, in its order


class NoPageError(Exception):
    """What was loaded is no page of NiceGUI: `response` is what came instead."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f'{response.url} is no page of NiceGUI: {response.status_code} {response.text[:400]}')
        self.response = response


@dataclass(frozen=True)
class Listener:
    """Where a click goes: an element and one of its listeners. Recorded once, it can be replayed by anybody."""

    element: int
    listener: str
    event: str


Answering = Callable[[str], Awaitable[object]]
"""Says what a piece of JavaScript returns that the server has sent and waits for."""


@dataclass
class Tab:
    """One open page.

    `status` is of the first answer, `path` (with query) is where its redirects led. `elements` is the page as it stands
    in the browser now, {id as text: element}, and `frames` all that came over the socket, as (name, data). Without an
    `answer` the server waits for its scripts in vain.
    """

    url: str
    path: str
    status: int
    html: str
    cookies: dict[str, str]
    query: dict[str, str]
    elements: dict[str, Any]
    agent: str
    socket: socketio.AsyncClient
    frames: list[tuple[str, Any]] = field(default_factory=list)
    emptied: bool = False
    answer: Answering | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def client_id(self) -> str:
        return self.query['client_id']

    async def connect(self, *, cookies: dict[str, str] | None = None, origin: str | None = None) -> None:
        """Shake hands; by default with the cookies and the Origin of the page.

        Raises:
            Refused: the server turned it away; another attempt may be made
        """
        self.socket.on('*', self._receive)
        headers = {'Origin': self.url if origin is None else origin, 'User-Agent': self.agent}
        sent = self.cookies if cookies is None else cookies
        if sent:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in sent.items())
        query = '&'.join(f'{name}={value}' for name, value in self.query.items())
        try:
            await self.socket.connect(
                f'{self.url}?{query}',
                headers=headers,
                transports=['websocket'],
                socketio_path='/_nicegui_ws/socket.io',
                wait_timeout=5,
            )
        except Refused:
            if self.socket.eio.http is not None:  # python-engineio leaves it open when it is turned away
                await self.socket.eio.http.close()
            self.socket = _new_socket()
            raise

    async def close(self) -> None:
        await self.socket.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _receive(self, name: str, *data: Any) -> None:
        message = data[0] if data else None
        self.frames.append((name, message))
        if name == 'update' and isinstance(message, dict):
            for key, element in message.items():
                if element is None:
                    self.elements.pop(key, None)
                elif key != '_id':
                    self.elements[key] = element
        elif name == 'run_javascript' and isinstance(message, dict):
            await self._run(message)
        self._news.set()

    async def _run(self, message: dict[str, Any]) -> None:
        if EMPTIED in message.get('code', ''):
            self.emptied = True
            self.elements.clear()
        if 'request_id' in message and self.answer is not None:
            result = await self.answer(message.get('code', ''))
            answer = {'request_id': message['request_id'], 'client_id': self.client_id, 'result': result}
            with suppress(BadNamespaceError):  # the page went while it was asked: nobody waits for an answer
                await self.socket.emit('javascript_response', answer)

    def find(self, words: str, event: str = 'click') -> Listener:
        """The listener of the element that says `words` (its text, label or aria-label).

        Raises:
            LookupError: there is none
        """
        found = self.look(words, event)
        if found is None:
            raise LookupError(f'nothing says {words!r} and listens to {event} in {json.dumps(self.elements)[:4000]}')
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

    def listeners(self) -> list[Listener]:
        """Every listener of the page as it is now."""
        return [
            Listener(int(key), listener['listener_id'], listener['type'])
            for key, element in self.elements.items()
            for listener in element.get('events', [])
        ]

    def says(self, words: str) -> bool:
        """Whether the words stand in any element of the page as it is now."""
        return words in json.dumps(list(self.elements.values()), ensure_ascii=False)

    def router(self, event: str = 'sub_pages_open') -> Listener:
        """The listener for moves inside the document.

        Raises:
            LookupError: there is none
        """
        for listener in self.listeners():
            if listener.event == event:
                return listener
        raise LookupError(f'the page does not listen to {event}')

    async def send(self, to: Listener, *args: Any, client_id: str | None = None, number: int | None = None) -> None:
        """Send the frame that a browser would send for this event (or that a forger would). `number` marks it for
        `prove`, which is told what became of it.
        """
        frame = self._frame(to, args) | {'client_id': client_id or self.client_id}
        await self.socket.emit('event', frame if number is None else frame | {'prove': number})

    async def deliver(self, to: Listener, *args: Any) -> None:
        """Send it, and wait until the server has dealt with it."""
        await self.socket.call('event', self._frame(to, args), timeout=PATIENCE)

    def _frame(self, to: Listener, args: Sequence[Any]) -> dict[str, Any]:
        return {
            'id': to.element,
            'client_id': self.client_id,
            'listener_id': to.listener,
            'args': [json.dumps(arg) for arg in args],
        }

    async def emit(self, name: str, data: Any) -> None:
        """Send any frame."""
        await self.socket.emit(name, data)

    async def until(self, look: Callable[[], Any], *, within: float = PATIENCE, why: str = '') -> Any:
        """The first true value of `look()`, which is asked now and whenever something has come.

        Raises:
            TimeoutError: there was none `within` seconds
        """
        ends = time.monotonic() + within
        while not (seen := look()):
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), ends - time.monotonic())
            except TimeoutError as error:
                raise TimeoutError(f'waited {within} s for {why or "what did not come"}') from error
        return seen

    async def frame(self, name: str, *, within: float = PATIENCE) -> Any:
        """The newest frame of that name, when it has come: `update`, `open`, `notify`, `run_javascript`."""
        await self.until(lambda: any(kind == name for kind, _ in self.frames), within=within, why=f'a frame {name!r}')
        return next(data for kind, data in reversed(self.frames) if kind == name)


def new_browser(**options: Any) -> httpx.AsyncClient:
    """Cookies of its own, and none of the proxies that the environment may name."""
    return httpx.AsyncClient(verify=_TLS, trust_env=False, **options)


async def open_tab(http: httpx.AsyncClient, url: str, path: str, headers: dict[str, str] | None = None) -> Tab:
    """Load a document with this client's cookies. It is not connected yet.

    Raises:
        NoPageError: what came is no page of NiceGUI
    """
    sent = {'Accept': 'text/html', **(headers or {})}
    response = await http.get(f'{url}{path}', follow_redirects=True, headers=sent)
    found, asked = _ELEMENTS.search(response.text), _QUERY.search(response.text)
    if not found or not asked:
        raise NoPageError(response)
    raw = found[1]
    for escape, character in _ESCAPES.items():
        raw = raw.replace(escape, character)
    # It is written as Python and read by JavaScript, where True is defined as true.
    query = {
        name: str(value).lower() if value is True else str(value) for name, value in ast.literal_eval(asked[1]).items()
    }
    query |= {'tab_id': str(uuid.uuid4()), 'document_id': str(uuid.uuid4())}
    cookies = {cookie.name: cookie.value or '' for cookie in http.cookies.jar}
    agent = response.request.headers['user-agent']
    came_from, path = (response.history or [response])[0], response.url.raw_path.decode()
    return Tab(url, path, came_from.status_code, response.text, cookies, query, json.loads(raw), agent, _new_socket())


def _new_socket() -> socketio.AsyncClient:
    return socketio.AsyncClient(reconnection=False)


__all__ = ['Listener', 'NoPageError', 'Refused', 'Tab', 'new_browser', 'open_tab']
