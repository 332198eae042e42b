"""A port of its own for each persona, so that one browser can be all of them at once.

Cookies ignore ports, but the name of ours carries the port: on each of these ports a browser has another session. Who
comes to a persona's port without one is the persona; a sign-in or sign-out there is that column's own. The site's
doors know nothing of this: to them every request brings an ordinary session, and they decide as ever.
"""

import asyncio
import socket
from collections.abc import Iterable, Iterator
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth import personas, sessions
from auth.current_user import CurrentUser
from auth.errors import AuthError
from auth.flows.sign_out import sign_out
from auth.personas import Persona
from auth.sessions import digest_of
from auth.settings import Settings
from auth.visitor import Visitor
from ui.dev.guard import is_asked_here
from ui.gate.socket import cookie, sent
from ui.origin import Site

MOST: Final = 40
"""Ports that are opened: each takes a file descriptor, of which a process may have no more than 256 (macOS)."""
VISITOR: Final = Visitor.of('127.0.0.1', 'split view')
SIGNED_OUT: Final = 'signed-out'
"""Stands in a column's cookie after a sign-out: a token of nobody, so that the persona does not come back at once."""
UNFRAMED: Final = "frame-ancestors 'none'"
"""What the doors say of every page."""


class Column:
    """A persona, or nobody, behind a listening socket."""

    def __init__(self, persona: Persona | None, listener: socket.socket, cookie_name: str) -> None:
        self.persona, self.listener, self.cookie_name = persona, listener, cookie_name
        self.refusal: AuthError | None = None
        self._token: str | None = None
        self._turn = asyncio.Lock()

    @property
    def port(self) -> int:
        return _port_of(self.listener)

    async def token(self) -> str | None:
        """The token of the persona's session, which is started when there is none, or none any more; None for nobody
        and for a persona that cannot be had: `refusal` says why.
        """
        if self.persona is None:
            return None
        async with self._turn:
            if await sessions.resume(digest_of(self._token)) is None:
                self._token = self.refusal = None
                try:
                    self._token = (await personas.become(self.persona, VISITOR)).token
                except AuthError as error:
                    self.refusal = error
            return self._token

    async def user(self) -> CurrentUser | None:
        """Who the column shows the site to."""
        return await sessions.resume(digest_of(await self.token()))

    async def close(self) -> None:
        await sign_out(digest_of(self._token), VISITOR)


class Columns:
    """One column for nobody and one a persona, each on a free port that only this machine reaches."""

    def __init__(self, settings: Settings, people: Iterable[Persona]) -> None:
        behind = [None, *people]
        self.left_out = max(len(behind) - MOST, 0)
        listeners = [(persona, _listen(settings.host)) for persona in behind[:MOST]]
        named = [(one, at, settings.model_copy(update={'port': _port_of(at)})) for one, at in listeners]
        self._by_port = {its.port: Column(one, at, Site.of(its).cookie_name) for one, at, its in named}

    def __iter__(self) -> Iterator[Column]:
        return iter(self._by_port.values())

    def at(self, port: int | None) -> Column | None:
        return self._by_port.get(port or 0)

    async def close(self) -> None:
        """End the personas' sessions."""
        for column in self:
            await column.close()


class ColumnDoor:
    """ASGI application around the site's doors: on a column's port it puts the column's session into the request."""

    def __init__(self, app: ASGIApp, site: Site, columns: Columns, main_port: int) -> None:
        self._app, self._columns, self._main_port = app, columns, main_port
        self._cookie_name = site.cookie_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, port = scope.get('server') or (None, None)
        column = self._columns.at(port)
        if column is None:
            await self._app(scope, receive, send)
        elif (host := _own_host(Headers(scope=scope), column.port)) is not None:
            scope['headers'] = await self._with_session(scope, column)
            await self._app(scope, receive, self._from_column(send, column, f'http://{host}:{self._main_port}'))
        elif scope['type'] == 'http':
            await PlainTextResponse('Forbidden: open the split view instead', 403)(scope, receive, send)
        else:
            await send({'type': 'websocket.close', 'code': 1008})

    async def _with_session(self, scope: Scope, column: Column) -> list[tuple[bytes, bytes]]:
        header = sent(scope, b'cookie') or ''
        token = cookie(header, column.cookie_name) or await column.token()
        pairs = [pair for pair in header.split('; ') if pair and not pair.startswith(f'{self._cookie_name}=')]
        if token:
            pairs.append(f'{self._cookie_name}={token}')
        others = [(name, value) for name, value in scope['headers'] if name != b'cookie']
        return [*others, (b'cookie', '; '.join(pairs).encode('latin-1'))]

    def _from_column(self, send: Send, column: Column, split_view: str) -> Send:
        """The answer as the column gives it: its own cookie, and the split view may frame it."""

        async def wrapped(message: Message) -> None:
            if message['type'] == 'http.response.start':
                message['headers'] = [
                    (name, self._rename(value, column) if name == b'set-cookie' else value)
                    for name, value in message['headers']
                ]
                headers = MutableHeaders(scope=message)
                policy = headers.get('content-security-policy', '')
                headers['content-security-policy'] = policy.replace(UNFRAMED, f'frame-ancestors {split_view}')
            await send(message)

        return wrapped

    def _rename(self, set_cookie: bytes, column: Column) -> bytes:
        name, _, rest = set_cookie.decode('latin-1').partition('=')
        if name != self._cookie_name:
            return set_cookie
        if 'max-age=0' in rest.lower():
            rest = f'{SIGNED_OUT}; HttpOnly; Path=/; SameSite=lax'
        return f'{column.cookie_name}={rest}'.encode('latin-1')


def _own_host(headers: Headers, port: int) -> str | None:
    """The name of this machine that a request was sent to; None when another site had a hand in it.

    A column needs no cookie to be somebody, so nothing that another site makes a browser send may count: neither its
    own requests, nor those under a name of its own that points here (DNS rebinding).
    """
    host, _, asked = headers.get('host', '').lower().rpartition(':')
    own = f'http://{host}:{port}'
    if not is_asked_here(headers) or asked != str(port) or headers.get('origin', own).lower() != own:
        return None
    sender = headers.get('sec-fetch-site', 'none')
    is_frame = sender == 'same-site' and headers.get('sec-fetch-dest') == 'iframe'
    return host if is_frame or sender in ('same-origin', 'none') else None


def _listen(host: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    listener.bind((host, 0))
    return listener


def _port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


_columns: Columns | None = None


def open_all(settings: Settings, people: Iterable[Persona]) -> Columns:
    """Open the columns of this process."""
    global _columns
    _columns = Columns(settings, people)
    return _columns


def listeners() -> list[socket.socket]:
    """The sockets that the server listens on besides its own."""
    return [column.listener for column in _columns or ()]


def around(app: ASGIApp, site: Site, settings: Settings) -> ASGIApp:
    """The site's doors, with the columns in front when there are any."""
    return ColumnDoor(app, site, _columns, settings.port) if _columns is not None else app
