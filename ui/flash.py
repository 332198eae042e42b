"""What a plain POST that was refused has to say on the next page: a short-lived cookie, read once.

Forms sent by script never need it. It holds words and what was typed, never a password.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from nicegui import ui

from ui.gate.socket import cookie

COOKIE: Final = 'nicegate_flash'
MAX_AGE = 60
"""Seconds: from the refusal to the page that shows it is one redirect."""
KEPT: Final = ('email', 'name')
VALUE_LENGTH = 300
"""Characters of one typed value that are carried over; an e-mail has at most 254."""


@dataclass(frozen=True, slots=True)
class Flash:
    """A refusal in words, the field it belongs to, and what was typed."""

    message: str
    field: str | None
    values: dict[str, str]


def put(response: Response, message: str, field: str | None, fields: Mapping[str, str]) -> None:
    values = {name: fields[name][:VALUE_LENGTH] for name in KEPT if name in fields}
    text = json.dumps({'message': message, 'field': field, 'values': values})
    value = base64.urlsafe_b64encode(text.encode()).decode()
    response.set_cookie(COOKIE, value, max_age=MAX_AGE, path='/', samesite='lax')


def take_flash() -> Flash | None:
    """The flash of the request that this page is built for; it is shown on the first load only."""
    client = ui.context.client
    if not client.sub_pages_router.is_initial_request:
        return None
    value = cookie(client.request.headers.get('cookie'), COOKIE)
    try:
        data = json.loads(base64.urlsafe_b64decode(value or ''))
        message, field, values = data['message'], data['field'], data['values']
    except (ValueError, KeyError, TypeError):  # none, or not written by us
        return None
    if not (isinstance(message, str) and isinstance(field, str | None) and isinstance(values, dict)):
        return None
    ui.run_javascript(f'document.cookie = "{COOKIE}=; Max-Age=0; Path=/"')
    return Flash(message[:VALUE_LENGTH], field, {str(k): str(v) for k, v in values.items()})
