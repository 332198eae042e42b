"""The socket's door: which socket may belong to which page, and which events reach a handler.

NiceGUI takes a client id for a credential, accepts any Origin, and never asks again; here the handshake must come
from the browser that the page was served to, and each event is decided anew.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs

import socketio
import structlog
from nicegui import background_tasks, core
from nicegui import nicegui as stock
from nicegui.element import Element
from starlette.requests import cookie_parser
from starlette.types import Scope

from auth import page_gates, sessions, snapshots
from auth.sessions import digest_of
from ui.gate import frames, handlers, live, scopes
from ui.gate import visit as visits
from ui.gate.decisions import note_within
from ui.gate.visit import Visit

log = structlog.get_logger()

ID_LENGTH = 64
"""Longest id a browser may claim for a tab or document; its own are UUIDs of 36 characters."""

REFUSED: Final = 'Implicit handshake failed'
"""The one message at which NiceGUI's page reloads itself, which asks the HTTP door."""


class SocketDoor:
    """Handlers in place of NiceGUI's own for everything a browser can send."""

    def __init__(self, cookie_name: str, is_own_origin: Callable[[str | None, str | None], bool]) -> None:
        self._cookie_name = cookie_name
        self._is_own_origin = is_own_origin

    def install(self) -> None:
        # engine.io would guess the scheme from a header and trust a forwarded host.
        core.sio.eio.cors_allowed_origins = self._origin
        core.sio.on('connect', self._connect)
        core.sio.on('handshake', self._handshake)
        core.sio.on('event', self._event)
        core.sio.on('javascript_response', self._javascript_response)
        core.sio.on('ack', self._ack)
        core.sio.on('log', self._log)  # NiceGUI lets a browser write lines into the server's log
        frames.install()
        scopes.install()
        handlers.install()

    def _origin(self, origin: str | None, environ: dict[str, Any]) -> bool:
        return self._is_own_origin(origin, environ.get('HTTP_HOST'))

    # ------------------------------------------------------------------ whose socket

    async def _connect(self, sid: str, environ: dict[str, Any], _: object = None) -> None:
        query = {key: values[0] for key, values in parse_qs(environ.get('QUERY_STRING', '')).items()}
        visit = visits.find(query.get('client_id'))
        if visit is None or not _is_handshake(query) or not await self._belongs(visit, environ):
            log.info('socket refused', why='no such page' if visit is None else 'another browser')
            raise socketio.exceptions.ConnectionRefusedError(REFUSED)
        if visit.document not in (None, query['document_id']):
            # One document a page: when one of two goes, NiceGUI deletes the page under the other, and later again.
            raise socketio.exceptions.ConnectionRefusedError(REFUSED)
        visit.document = query['document_id']
        await stock._on_connect(sid, environ)

    async def _handshake(self, sid: str, *frame: object) -> bool:
        data = _only(frame)
        if not isinstance(data, dict) or not _is_handshake(data):
            return False
        visit = visits.find(data.get('client_id'))
        environ = core.sio.get_environ(sid)
        if visit is None or environ is None or not await self._belongs(visit, environ):
            return False
        return bool(await stock._on_handshake(sid, data))

    async def _belongs(self, visit: Visit, environ: dict[str, Any]) -> bool:
        """A page served to a session is that session's, under whatever token it has now; another one belongs to
        whoever presents the same cookie, dead or none (else a browser with a dead cookie would reload for ever).
        """
        presented = digest_of(cookie(sent(environ['asgi.scope'], b'cookie'), self._cookie_name))
        if not visit.bound:
            return presented == visit.digest
        user = await sessions.resume(presented)
        return user is not None and visit.user is not None and user.session_id == visit.user.session_id

    # ------------------------------------------------------------------ which event

    async def _event(self, sid: str, *frame: object) -> None:
        message = _only(frame)
        if not isinstance(message, dict) or (visit := self._sender(sid, message)) is None:
            return
        await page_gates.refresh()
        if visit.bound and visit.digest:
            user = visit.peek()
            if user is snapshots.STALE:
                user = await sessions.resume(visit.digest)
            if user is None:
                await live.close(visit)
                return
            if user is not visit.user:
                live.settle(visit, user)  # type: ignore[arg-type]  # STALE was resolved above
        element = self._listening(visit, message)
        scope = visit.ownership.of(element, message['listener_id']) if element is not None else None
        if element is None or (scope is not None and not note_within('event', scope)):
            log.info('event refused', page=visit.page.path if visit.page else '')
            return
        try:
            with scopes.entered(scope):
                visit.client.handle_event(message)
        except Exception as error:
            # Values of the wrong type from a browser end up in NiceGUI's own conversions.
            log.warning('event not understood', page=visit.page.path if visit.page else '', why=type(error).__name__)
        if visit.bound and visit.digest and sessions.touch_is_due(visit.digest):
            background_tasks.create(sessions.seen(visit.digest), name='session seen')

    def _listening(self, visit: Visit, message: dict[str, Any]) -> Element | None:
        """The element that listens to this; None for one of a page that was left, or invented."""
        element_id, listener_id = message.get('id'), message.get('listener_id')
        element = visit.client.elements.get(element_id) if type(element_id) is int else None
        known = element is not None and isinstance(listener_id, str) and listener_id in element._event_listeners
        return element if known else None

    def _sender(self, sid: str, message: dict[str, Any]) -> Visit | None:
        visit = visits.find(message.get('client_id'))
        if visit is None or visit.over or sid not in visit.client._socket_to_document_id:
            log.info('message refused', why='not the owner of an open page')
            return None
        return visit

    # ------------------------------------------------------------------ the rest

    def _javascript_response(self, sid: str, *frame: object) -> None:
        message = _only(frame)
        if isinstance(message, dict) and isinstance(message.get('request_id'), str):
            visit = self._sender(sid, message)
            if visit is None or visit.passage.is_answer(message):
                return
            if not visit.bound or visit.peek() is not None:
                visit.client.handle_javascript_response(message)

    def _ack(self, sid: str, *frame: object) -> None:
        message = _only(frame)
        if isinstance(message, dict) and type(message.get('next_message_id')) is int:
            visit = self._sender(sid, message)
            if visit is not None:
                visit.client.outbox.prune_history(message['next_message_id'])

    def _log(self, _: str, *__: object) -> None:
        """What a browser says about itself is nobody's log line."""


def _only(frame: tuple[object, ...]) -> object:
    """What a frame carries: one value, if it is one of NiceGUI's."""
    return frame[0] if len(frame) == 1 else None


def sent(scope: Scope, name: bytes) -> str | None:
    """A header as the browser sent it. engine.io leaves out what is not UTF-8, such as another app's old cookie."""
    return next((value.decode('latin-1') for key, value in scope.get('headers', ()) if key == name), None)


def cookie(header: str | None, name: str) -> str | None:
    """The value of one cookie in a Cookie header, or None.

    Read as browsers write it, leniently: http.cookies gives up on all cookies when another app's holds a brace.
    """
    if not header or len(header) > 16_384:
        return None
    return cookie_parser(header).get(name)


def _is_handshake(data: dict[str, Any]) -> bool:
    ids = (data.get('tab_id'), data.get('document_id'))
    if not all(isinstance(value, str) and 0 < len(value) <= ID_LENGTH for value in ids):
        return False
    old, number = data.get('old_tab_id'), data.get('next_message_id')
    return (old is None or (isinstance(old, str) and len(old) <= ID_LENGTH)) and (
        number is None or (str(number).isascii() and str(number).isdigit() and len(str(number)) <= 12)
    )
