"""The routes of the JSON API: which verb each calls, with what, and what it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auth import signing_keys, tokens
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows import sign_in, sign_out
from auth.tokens import Tokens
from ui.api import bodies
from ui.api.answers import answer, nothing, refusal
from ui.gate.socket import sent
from ui.session_routes import visitor_of

KEYS_AGE: Final = 3600
"""Seconds for which others may keep our public key: it does not change while the database lives."""

log = structlog.get_logger()

Act = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its one method, as an ASGI application."""

    method: str
    path: str
    act: Act

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method != self.method:
                error = AuthError(Reason.INPUT_INVALID, what=f'use {self.method} here')
                return refusal(error, 405, Allow=self.method)
            return await self.act(request)
        except AuthError as error:
            return refusal(error)
        except ClientDisconnect:  # who hung up in the middle reads no answer
            return nothing(400)
        except Exception:  # the database is away, say: its transaction is taken back
            log.exception('call not handled', path=self.path)
            return refusal(AuthError(Reason.UNAVAILABLE))


async def login(request: Request) -> Response:
    body = await bodies.read(request, bodies.Credentials)
    return _tokens(await sign_in.for_program(body.email, body.password, visitor_of(request)))


async def token(request: Request) -> Response:
    body = await bodies.read(request, bodies.RefreshToken)
    return _tokens(await tokens.refresh(body.refresh_token, visitor_of(request)))


async def me(request: Request) -> Response:
    _, user = await _caller(request)
    return answer(_person(user))


async def logout(request: Request) -> Response:
    digest, _ = await _caller(request)
    await sign_out.sign_out(digest)
    return nothing(204)


async def keys(_: Request) -> Response:
    body = {'keys': [dict(signing_keys.current().jwk)]}
    return answer(body, headers={'Cache-Control': f'public, max-age={KEYS_AGE}'})


ROUTES: Final = (
    Route('POST', '/api/auth/login', login),
    Route('POST', '/api/auth/token', token),
    Route('GET', '/api/auth/me', me),
    Route('POST', '/api/auth/logout', logout),
    Route('GET', '/.well-known/jwks.json', keys),
)


async def _caller(request: Request) -> tuple[str, CurrentUser]:
    """The digest of the session whose access token a request brings, and whose it is.

    Raises:
        AuthError: TOKEN_INVALID
    """
    scheme, _, credentials = (sent(request.scope, b'authorization') or '').partition(' ')
    if scheme.lower() != 'bearer':
        raise AuthError(Reason.TOKEN_INVALID)
    return await tokens.resume(credentials.strip())


def _tokens(given: Tokens) -> Response:
    return answer({
        'access_token': given.access,
        'refresh_token': given.refresh,
        'token_type': 'bearer',
        'expires_in': given.expires_in,
    })  # fmt: skip


def _person(user: CurrentUser) -> dict[str, object]:
    return {
        'id': user.id,
        'email': user.email,
        'name': user.name,
        'roles': [role.key for role in user.roles],
        'groups': sorted(user.groups),
        'attributes': dict(user.attributes),
    }
