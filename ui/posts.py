"""The shape of every form that is posted to us: who sent it, what was in it, and how a refusal is answered.

A form comes from `fetch` (answered in JSON) or from a plain POST (answered with 303), and never from another site.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from auth.errors import AuthError, Reason
from auth.sessions import digest_of
from auth.visitor import Visitor
from ui import flash, messages
from ui.gate.socket import cookie
from ui.origin import Site

BODY_SIZE = 16 * 1024
"""Bytes of a form: an e-mail, a name and a password of 256 characters, each percent-encoded, need 4 KB."""
PROFILE_SIZE = 512 * 1024
"""Bytes of a profile: forty attributes of 1,000 characters, each percent-encoded."""
ATTRIBUTE = 'attribute.'
"""What the name of a field begins with that holds an attribute."""
LONG = ('/profile', '/signup', '/invitation')
"""Pages whose forms ask for attributes."""
MAX_FIELDS = 100
"""Fields of a form; ours have at most five, and one for each attribute that a site keeps."""

STATUS: Mapping[Reason, int] = {
    Reason.INVALID_CREDENTIALS: 401,
    Reason.CROSS_SITE: 403,
    Reason.FORBIDDEN: 403,
    Reason.NOT_SIGNED_IN: 401,
    Reason.PASSWORD_STOPPED: 403,
    Reason.SIGN_UP_CLOSED: 403,
    Reason.SIGN_UP_INVITATION_ONLY: 403,
    Reason.THROTTLED: 429,
    Reason.EMAIL_TAKEN: 409,
    Reason.SETUP_DONE: 409,
    Reason.BUSY: 503,
    Reason.UNAVAILABLE: 503,
}
"""HTTP status of a refusal; all others are 422."""

log = structlog.get_logger()

PREFIX = '/auth'

Fields = Mapping[str, str]
Act = Callable[[Request, Fields], Awaitable[Response]]


def make_router(site: Site, acts: Mapping[str, tuple[Act, str]]) -> APIRouter:
    """Routes below /auth: {name: (act, the page that a plain POST goes back to when it is refused)}."""
    router = APIRouter(prefix=PREFIX)
    for name, (act, back) in acts.items():
        router.add_api_route(f'/{name}', make_endpoint(site, act, back), methods=['POST'], include_in_schema=False)
    return router


def presented(site: Site, request: Request) -> str | None:
    """The digest of the session that a request brings, alive or not."""
    return digest_of(cookie(request.headers.get('cookie'), site.cookie_name))


def make_endpoint(
    site: Site, act: Act, back: str, say: Callable[[AuthError], str] = messages.say
) -> Callable[[Request], Awaitable[Response]]:
    """The shape of every route: refuse other sites, read the form, act, and turn a refusal into an answer."""

    async def endpoint(request: Request) -> Response:
        fields: Fields = {}
        try:
            if not site.is_same_site(request.headers):
                raise AuthError(Reason.CROSS_SITE)
            fields = await _read_form(request, PROFILE_SIZE if back in LONG else BODY_SIZE)
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


async def _read_form(request: Request, size: int) -> Fields:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > size:
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
    field = messages.field_of(error)
    if _wants_json(request):
        body = {'error': {'reason': error.reason.value, 'message': message, 'field': field}}
        refused = answer(body, STATUS.get(error.reason, 422))
        if 'wait' in error.values:
            refused.headers['Retry-After'] = str(error.values['wait'])
        return refused
    kept = ('next', 'token', 'step', 'email') if 'step' in fields else ('next', 'token')
    keep = {name: fields[name] for name in kept if name in fields}
    response = RedirectResponse(f'{back}?{urlencode(keep)}' if keep else back, 303)
    if error.reason is not Reason.CROSS_SITE:
        flash.put(response, message, field, fields, request.url.path)
    return response


def attributes_in(fields: Fields) -> dict[str, str]:
    """The attributes of a form, by key."""
    return {name.removeprefix(ATTRIBUTE): value for name, value in fields.items() if name.startswith(ATTRIBUTE)}


def visitor_of(request: Request) -> Visitor:
    return Visitor.of(request.client.host if request.client else '', request.headers.get('user-agent', ''))


def go(request: Request, target: str) -> Response:
    return answer({'next': target}) if _wants_json(request) else RedirectResponse(target, 303)


def _wants_json(request: Request) -> bool:
    return 'application/json' in request.headers.get('accept', '')


def answer(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, {'Cache-Control': 'no-store'})
