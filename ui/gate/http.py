"""The HTTP door, in front of everything: what is not on its list is not there.

A request is let through when it is for a route of ours, for NiceGUI's own assets, or for a page, route, file or
upload whose gate is open. The decision is made before NiceGUI hears of the request, so a refusal costs no client.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import nicegui
import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth import page_gates, sessions
from auth.access import Decision, Gate, decide
from auth.current_user import CurrentUser
from auth.sessions import digest_of
from ui.gate import registry, resources, uploads
from ui.gate.decisions import note
from ui.gate.locations import parse
from ui.gate.registry import Match
from ui.gate.socket import cookie, sent
from ui.gate.ways_in import no_access_location, signed_out_location

log = structlog.get_logger()

ARRIVAL: Final = 'nicegate.arrival'
"""Key in the request's scope under which a page finds what the door has read."""

ASSETS: Final = f'/_nicegui/{nicegui.__version__}/'
"""NiceGUI's scripts and styles, the same for everybody."""
SOCKET: Final = '/_nicegui_ws/socket.io/'
"""NiceGUI's socket, which has a door of its own behind this one."""

HEADERS: Final = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
}

_UPLOAD = re.compile(r'/_nicegui/client/([0-9a-f-]{36})/upload/(\d{1,9})')


class Arrival:
    """What the door read for a page: the match, the digest of the cookie presented, and who that is."""

    __slots__ = ('digest', 'match', 'user')

    def __init__(self, match: Match, digest: str | None, user: CurrentUser | None) -> None:
        self.match, self.digest, self.user = match, digest, user


class HttpDoor:
    """ASGI application around the whole site."""

    def __init__(
        self,
        app: ASGIApp,
        cookie_name: str,
        own_paths: frozenset[str],
        own_folders: tuple[str, ...],
        is_own_origin: Callable[[str | None, str | None], bool],
        error_pages: 'ErrorPages',
        policy: str,
    ) -> None:
        self._app = app
        self._cookie_name = cookie_name
        self._own_paths = own_paths
        self._folders = (ASSETS, *own_folders)
        self._is_own_origin = is_own_origin
        self._error_pages = error_pages
        headers = {**HEADERS, 'Content-Security-Policy': policy}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'lifespan':
            await self._app(scope, receive, send)
            return
        _strip_prefix(scope)
        if scope['path'].startswith(SOCKET):
            await self._socket(scope, receive, send)
        elif scope['type'] == 'http':
            await self._http(scope, receive, _with_headers(send, self._headers))
        else:
            await send({'type': 'websocket.close', 'code': 1008})

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """NiceGUI's socket, by websocket or polling, from our own pages. Who may use it, its own door decides."""
        origin = sent(scope, b'origin')
        own = origin is None or self._is_own_origin(origin, sent(scope, b'host'))
        if own and scope['path'] == SOCKET:
            try:
                await self._app(scope, receive, send)
            except Exception as error:  # a connection that broke, or a frame that the libraries did not expect
                log.info('socket broke', why=type(error).__name__)
        elif scope['type'] == 'http':
            await _plain('Forbidden', 403)(scope, receive, send)
        else:
            await send({'type': 'websocket.close', 'code': 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get('raw_path', b'').decode('latin-1')  # as sent: a second spelling of our own paths is not there
        if path.startswith(self._folders) or path in self._own_paths:
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answer(scope, receive)
        except Exception:  # the database is away, say: a person that could not be read opens nothing
            log.exception('request could not be decided', path=path)
            response = self._refused(Headers(scope=scope), 'Nobody can be recognised right now. Try again soon.', 503)
        if response is None:
            await self._app(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """The refusal, or None for what may go on."""
        headers = Headers(scope=scope)
        location = parse(_sent(scope))
        if location is None:
            return self._not_found(headers)
        digest = digest_of(cookie(sent(scope, b'cookie'), self._cookie_name))
        match = registry.match(location)
        routes = registry.routes_at(location)
        if match is not None and not routes:
            return await self._page(scope, match, digest)
        if upload := _UPLOAD.fullmatch(scope['path']):
            return await uploads.receive(Request(scope, receive), upload[1], int(upload[2]), digest)
        places = resources.gates_of(scope['path'])
        if places is not None:
            return await self._any_of(places, digest, scope['path'], headers)
        if routes:
            return await self._all_of([route.gate for route in routes], digest, location.url, headers)
        return self._not_found(headers)

    async def _page(self, scope: Scope, match: Match, digest: str | None) -> Response | None:
        if scope['method'] != 'GET':
            return PlainTextResponse('Method not allowed', 405, {'Allow': 'GET'})
        await page_gates.refresh()
        user = await sessions.resume(digest)
        if user is not None and digest is not None:
            await sessions.seen(digest)
        url, gate = match.location.url, match.page.gate
        decision = note('page', url, gate, user, decide(gate, user))
        if decision is Decision.SIGN_IN:
            return _redirect(signed_out_location(url))
        if decision is Decision.NO_ACCESS and (elsewhere := no_access_location()) is not None:
            return _redirect(elsewhere)
        scope[ARRIVAL] = Arrival(match, digest, user)
        return None

    async def _all_of(self, gates: list[Gate], digest: str | None, url: str, headers: Headers) -> Response | None:
        user = await sessions.resume(digest)
        decisions = {note('route', url, gate, user, decide(gate, user)) for gate in gates}
        if Decision.SIGN_IN in decisions:
            return (
                _redirect(signed_out_location(url)) if _wants_html(headers) else PlainTextResponse('Sign in first', 401)
            )
        if Decision.NO_ACCESS in decisions:
            return self._refused(headers, "You don't have access to this.")
        return None

    async def _any_of(
        self, places: list[list[Gate | None]], digest: str | None, path: str, headers: Headers
    ) -> Response | None:
        await page_gates.refresh()
        user = await sessions.resume(digest)
        if any(
            all(note('file', path, gate, user, decide(gate, user)) is Decision.ALLOW for gate in gates)
            for gates in places
        ):
            return None
        return self._refused(headers, "You don't have access to this file.")

    def _not_found(self, headers: Headers) -> Response:
        return HTMLResponse(self._error_pages.not_found(), 404) if _wants_html(headers) else _plain('Not found', 404)

    def _refused(self, headers: Headers, text: str, status: int = 403) -> Response:
        return HTMLResponse(self._error_pages.refused(text), status) if _wants_html(headers) else _plain(text, status)


class ErrorPages:
    """Whole documents for answers without a client, as functions that return HTML."""

    def __init__(self, not_found: Callable[[], str], refused: Callable[[str], str]) -> None:
        self.not_found, self.refused = not_found, refused


def _sent(scope: Scope) -> str:
    """Path and query exactly as the browser sent them; '' when they are not ASCII, which no browser sends."""
    raw = scope.get('raw_path') or scope['path'].encode()
    query = scope.get('query_string', b'')
    try:
        return (raw + (b'?' + query if query else b'')).decode('ascii')  # type: ignore[no-any-return]  # ASGI: bytes
    except UnicodeDecodeError:
        return ''


def _strip_prefix(scope: Scope) -> None:
    # NiceGUI and its redirects believe this header: a forged one turned a 303 into https://evil.example/login.
    scope['headers'] = [header for header in scope.get('headers', ()) if header[0] != b'x-forwarded-prefix']


def _with_headers(send: Send, added: Sequence[tuple[bytes, bytes]]) -> Send:
    async def wrapped(message: Message) -> None:
        if message['type'] == 'http.response.start':
            headers = list(message.get('headers', ()))
            there = {name for name, _ in headers}  # in small letters, as ASGI has them
            message = {**message, 'headers': headers + [each for each in added if each[0] not in there]}
        await send(message)

    return wrapped


def _wants_html(headers: Headers) -> bool:
    return 'text/html' in headers.get('accept', 'text/html')


def _redirect(location: str) -> Response:
    return RedirectResponse(location, 303, {'Cache-Control': 'no-store'})


def _plain(text: str, status: int, **extra: Any) -> Response:
    return PlainTextResponse(text, status, **extra)
