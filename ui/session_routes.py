"""The HTTP routes that change who is signed in: the only code that sets or clears the session's cookie.

Each takes a form, from `fetch` (answered in JSON) or from a plain POST (answered with 303), and refuses what comes
from another site.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from auth import passwords, tickets
from auth.errors import AuthError, Reason
from auth.flows import set_up, sign_in, sign_out, sign_up
from auth.sessions import NewSession, digest_of
from auth.visitor import Visitor
from ui import flash, messages
from ui.gate.socket import cookie
from ui.landing import own_path
from ui.origin import Site

BODY_SIZE = 16 * 1024
"""Bytes of a form: an e-mail, a name and a password of 256 characters, each percent-encoded, need 4 KB."""
MAX_FIELDS = 20
"""Fields of a form; ours have at most five."""

STATUS: Mapping[Reason, int] = {
    Reason.INVALID_CREDENTIALS: 401,
    Reason.CROSS_SITE: 403,
    Reason.FORBIDDEN: 403,
    Reason.EMAIL_TAKEN: 409,
    Reason.SETUP_DONE: 409,
    Reason.BUSY: 503,
    Reason.UNAVAILABLE: 503,
}
"""HTTP status of a refusal; all others are 422."""

log = structlog.get_logger()

PREFIX = '/auth'
NAMES = ('sign-in', 'sign-up', 'sign-out', 'set-up', 'check-password', 'ticket')
PATHS = frozenset(f'{PREFIX}/{name}' for name in NAMES)
"""The paths of all routes here, for the door in front."""

Fields = Mapping[str, str]
Act = Callable[[Request, Fields], Awaitable[Response]]


def make_router(site: Site) -> APIRouter:
    """The routes of one site."""
    routes = _Routes(site)
    acts = (routes.sign_in, routes.sign_up, routes.sign_out, routes.set_up, routes.check_password, routes.ticket)
    backs = ('/login', '/signup', '/logout', '/setup', '/', '/login')
    router = APIRouter(prefix=PREFIX)
    for name, act, back in zip(NAMES, acts, backs, strict=True):
        router.add_api_route(f'/{name}', make_endpoint(site, act, back), methods=['POST'], include_in_schema=False)
    return router


class _Routes:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def sign_in(self, request: Request, fields: Fields) -> Response:
        session = await sign_in.sign_in(
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            keep='keep' in fields,
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(fields.get('next')))

    async def sign_up(self, request: Request, fields: Fields) -> Response:
        session = await sign_up.sign_up(
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            name=fields.get('name', ''),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(fields.get('next')))

    async def set_up(self, request: Request, fields: Fields) -> Response:
        session = await set_up.set_up(
            fields.get('token', ''),
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            name=fields.get('name', ''),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, '/')

    async def sign_out(self, request: Request, fields: Fields) -> Response:
        await sign_out.sign_out(presented(self._site, request))
        return signed_out(self._site, request, own_path(fields.get('next')))

    async def check_password(self, request: Request, fields: Fields) -> Response:
        """Judge a password while it is typed; nothing is kept."""
        try:
            await passwords.check(fields.get('password', ''), fields.get('email', ''), fields.get('name', ''))
        except AuthError as error:
            return _json({'ok': False, 'message': messages.say(error)})
        return _json({'ok': True})

    async def ticket(self, request: Request, fields: Fields) -> Response:
        """Fetch the cookie of a session that a page has asked for over its socket (ui/actions.py)."""
        ticket, held = fields.get('ticket', ''), presented(self._site, request)
        session = await tickets.redeem(ticket, visitor_of(request), presented=held)
        return signed_in(self._site, request, session, '/')


def presented(site: Site, request: Request) -> str | None:
    """The digest of the session that a request brings, alive or not."""
    return digest_of(cookie(request.headers.get('cookie'), site.cookie_name))


def signed_in(site: Site, request: Request, session: NewSession, target: str) -> Response:
    """Hand the session to the browser, and send it on."""
    response = _go(request, target)
    site.set_cookie(response, session)
    return response


def signed_out(site: Site, request: Request, target: str) -> Response:
    response = _go(request, target)
    site.clear_cookie(response)
    return response


def make_endpoint(
    site: Site, act: Act, back: str, say: Callable[[AuthError], str] = messages.say
) -> Callable[[Request], Awaitable[Response]]:
    """The shape of every route: refuse other sites, read the form, act, and turn a refusal into an answer."""

    async def endpoint(request: Request) -> Response:
        fields: Fields = {}
        try:
            if not site.is_same_site(request.headers):
                raise AuthError(Reason.CROSS_SITE)
            fields = await _read_form(request)
            return await act(request, fields)
        except AuthError as error:
            return _refusal(request, error, say(error), fields, back)
        except ClientDisconnect:  # who hung up in the middle reads no answer
            return Response(status_code=400)
        except Exception:  # the database is away or locked, say: its transaction is taken back
            log.exception('form not handled', path=request.url.path)
            unavailable = AuthError(Reason.UNAVAILABLE)
            return _refusal(request, unavailable, say(unavailable), fields, back)

    return endpoint


async def _read_form(request: Request) -> Fields:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_SIZE:
            raise AuthError(Reason.INPUT_INVALID)
    if not body:
        return {}
    if request.headers.get('content-type', '').partition(';')[0].strip() != 'application/x-www-form-urlencoded':
        raise AuthError(Reason.INPUT_INVALID)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors='strict', max_num_fields=MAX_FIELDS, strict_parsing=True
        )
    except ValueError as error:
        raise AuthError(Reason.INPUT_INVALID) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):  # a field given twice could be read in two ways
        raise AuthError(Reason.INPUT_INVALID)
    return fields


def _refusal(request: Request, error: AuthError, message: str, fields: Fields, back: str) -> Response:
    field = messages.FIELD.get(error.reason)
    if _wants_json(request):
        body = {'error': {'reason': error.reason.value, 'message': message, 'field': field}}
        return _json(body, STATUS.get(error.reason, 422))
    keep = {name: fields[name] for name in ('next', 'token') if name in fields}
    response = RedirectResponse(f'{back}?{urlencode(keep)}' if keep else back, 303)
    if error.reason is not Reason.CROSS_SITE:
        flash.put(response, message, field, fields, request.url.path)
    return response


def visitor_of(request: Request) -> Visitor:
    return Visitor.of(request.client.host if request.client else '', request.headers.get('user-agent', ''))


def _go(request: Request, target: str) -> Response:
    return _json({'next': target}) if _wants_json(request) else RedirectResponse(target, 303)


def _wants_json(request: Request) -> bool:
    return 'application/json' in request.headers.get('accept', '')


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, {'Cache-Control': 'no-store'})
