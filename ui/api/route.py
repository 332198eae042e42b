"""One route of the JSON API: what it takes and gives, and the shape that all of them have."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auth.errors import AuthError, Reason
from ui.api import bodies
from ui.api.answers import nothing, refusal
from ui.api.bodies import Body

log = structlog.get_logger()

Act = Callable[[Request, Any], Awaitable[Response]]
"""Called with the request and its body, an instance of the route's `body` (None where it takes none)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its one method, as an ASGI application. `bearer`: it takes an access token. `refusals` are those
    that are not said by `body` and `bearer` already.
    """

    method: str
    path: str
    summary: str
    act: Act
    body: type[Body] | None = None
    given: type[BaseModel] | None = None
    status: int = 200
    bearer: bool = False
    refusals: tuple[Reason, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method != self.method:
                error = AuthError(Reason.INPUT_INVALID, what=f'use {self.method} here')
                return refusal(error, 405, Allow=self.method)
            return await self.act(request, None if self.body is None else await bodies.read(request, self.body))
        except AuthError as error:
            return refusal(error)
        except ClientDisconnect:  # who hung up in the middle reads no answer
            return nothing(400)
        except Exception:  # the database is away, say: its transaction is taken back
            log.exception('call not handled', path=self.path)
            return refusal(AuthError(Reason.UNAVAILABLE))
