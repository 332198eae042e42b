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

from auth.people import is_text
from ui.gate.socket import cookie

COOKIE: Final = 'nicegate_flash'
MAX_AGE = 60
"""Seconds: from the refusal to the page that shows it is one redirect."""
KEPT: Final = ('email', 'name')
VALUE_LENGTH = 300
"""Characters of one text that is carried over; an e-mail has at most 254."""
SIZE = 3900
"""Characters of the cookie's value: browsers drop a cookie whose name, value and attributes pass 4096 bytes."""


@dataclass(frozen=True, slots=True)
class Flash:
    """A refusal in words, the field it belongs to, and what was typed."""

    message: str
    field: str | None
    values: dict[str, str]


def put(response: Response, message: str, field: str | None, fields: Mapping[str, str]) -> None:
    values = {name: fields[name][:VALUE_LENGTH] for name in KEPT if name in fields and is_text(fields[name])}
    value = _pack(message, field, values)
    if len(value) > SIZE:  # control characters, six bytes each: what was refused is said, what was typed is lost
        value = _pack(message, field, {})
    response.set_cookie(COOKIE, value, max_age=MAX_AGE, path='/', samesite='lax')


def _pack(message: str, field: str | None, values: dict[str, str]) -> str:
    text = json.dumps({'message': message, 'field': field, 'values': values}, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unpack(value: str) -> Flash | None:
    """What a cookie says; anybody can write one, so nothing but text that a page can show comes back."""
    try:
        data = json.loads(base64.urlsafe_b64decode(value if len(value) <= SIZE else ''))
        message, field, values = data['message'], data['field'], data['values']
        typed = {name: values[name] for name in KEPT if name in values}
    except (ValueError, KeyError, TypeError, RecursionError):  # none, or not written by us
        return None
    for text in (message, field or '', *typed.values()):
        if not isinstance(text, str) or len(text) > VALUE_LENGTH or not is_text(text):
            return None
    return Flash(message, field, typed)


def take_flash() -> Flash | None:
    """The flash of the request that this page is built for; it is shown on the first load only."""
    client = ui.context.client
    if not client.sub_pages_router.is_initial_request:
        return None
    flash = _unpack(cookie(client.request.headers.get('cookie'), COOKIE) or '')
    if flash is not None:
        ui.run_javascript(f'document.cookie = "{COOKIE}=; Max-Age=0; Path=/"')
    return flash
