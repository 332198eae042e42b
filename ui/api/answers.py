"""What programs are answered: JSON, and for each refusal its reason, its words and its status."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from auth.errors import AuthError, Reason
from ui import messages, session_routes
from ui.api.bodies import NotJsonError

STATUS: Final[Mapping[Reason, int]] = {
    **session_routes.STATUS,
    Reason.TOKEN_INVALID: 401,
    Reason.EMAIL_UNVERIFIED: 403,
    Reason.PASSWORD_MUST_CHANGE: 403,
    Reason.PASSWORD_STOPPED: 403,
    Reason.SIGN_UP_OVER: 409,
    Reason.LAST_SITE_ADMIN: 409,
    Reason.THROTTLED: 429,
}
"""HTTP status of a refusal; all others are 422. What is no JSON at all is 400."""
REST: Final = 422
NOT_JSON: Final = 400

PERSONAL: Final = {'Cache-Control': 'no-store'}
"""Said of every answer that is about somebody, refusals included."""


def answer(body: Any, status: int = 200, headers: Mapping[str, str] = PERSONAL) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(',', ':'))
    return Response(text, status, dict(headers), 'application/json')


def nothing(status: int) -> Response:
    """Done, and there is nothing to tell."""
    return Response(status_code=status, headers=dict(PERSONAL))


def refusal(error: AuthError, status: int | None = None, **headers: str) -> Response:
    """`{"error": {"reason", "message"}}`."""
    if error.reason is Reason.NOT_SIGNED_IN:  # its session ended while the verb ran
        error = AuthError(Reason.TOKEN_INVALID)
    status = status or (NOT_JSON if isinstance(error, NotJsonError) else STATUS.get(error.reason, REST))
    body = {'error': {'reason': error.reason.value, 'message': messages.say_to_program(error)}}
    return answer(body, status, {**PERSONAL, **_hints(error, status), **headers})


def _hints(error: AuthError, status: int) -> dict[str, str]:
    """What the status asks for beside (RFC 9110, 10.2.3 and 11.6.1)."""
    if status == 401:
        return {'WWW-Authenticate': 'Bearer'}
    if error.reason is Reason.THROTTLED:
        return {'Retry-After': str(error.values.get('wait', 60))}
    return {}
