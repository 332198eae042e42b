"""What programs are answered: JSON, and for each refusal its reason, its words and its status."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from auth.errors import AuthError, Reason
from ui import messages, posts
from ui.api.bodies import NotJsonError
from ui.api.given import Error, Refusal

STATUS: Final[Mapping[Reason, int]] = {
    **posts.STATUS,
    Reason.TOKEN_INVALID: 401,
    Reason.EMAIL_UNVERIFIED: 403,
    Reason.PASSWORD_MUST_CHANGE: 403,
}
"""HTTP status of a refusal."""
REST: Final = 422
"""Status of all others."""
NOT_JSON: Final = 400
WAIT: Final = 60
"""Seconds that a program is told to wait when nobody knows better."""

PERSONAL: Final = {'Cache-Control': 'no-store'}
"""Said of every answer that is about somebody, refusals included."""


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] = PERSONAL) -> Response:
    return Response(body.model_dump_json(), status, headers, 'application/json')


def nothing(status: int) -> Response:
    """Done, and there is nothing to tell."""
    return Response(status_code=status, headers=PERSONAL)


def refusal(error: AuthError, status: int | None = None, **headers: str) -> Response:
    if error.reason is Reason.NOT_SIGNED_IN:  # its session ended while the verb ran
        error = AuthError(Reason.TOKEN_INVALID)
    status = status or status_of(error)
    body = Refusal(error=Error(reason=error.reason.value, message=messages.say_to_program(error)))
    return answer(body, status, {**PERSONAL, **_hints(error, status), **headers})


def status_of(error: AuthError) -> int:
    return NOT_JSON if isinstance(error, NotJsonError) else STATUS.get(error.reason, REST)


def _hints(error: AuthError, status: int) -> dict[str, str]:
    """What the status asks for beside (RFC 9110, 10.2.3 and 11.6.1)."""
    if status == 401:
        return {'WWW-Authenticate': 'Bearer'}
    if status == 429:
        return {'Retry-After': str(error.values.get('wait', WAIT))}
    return {}
