"""What one page has to say on the next: a short-lived cookie, read once.

A plain POST that was refused says why; of a form sent by script only a success needs it. It holds words and what was
typed, never a password.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

from fastapi import Response
from nicegui import ui

from auth.people import is_text
from ui.gate.socket import cookie

COOKIE: Final = 'nicegate_flash'
MAX_AGE = 60
"""Seconds: from the post to the page that shows it is one redirect."""
KEYS: Final = ('message', 'field', 'values', 'tone', 'action')
KEPT: Final = ('email', 'name')
VALUE_LENGTH = 300
"""Characters of one text that is carried over; an e-mail has at most 254."""
SIZE = 3900
"""Characters of the cookie's value: browsers drop a cookie whose name, value and attributes pass 4096 bytes."""

Tone = Literal['error', 'ok']


@dataclass(frozen=True, slots=True)
class Flash:
    """A refusal or a success in words, the field that a refusal belongs to, what was typed, and the path that the
    refused form was sent to: several may stand on the next page.
    """

    message: str
    field: str | None
    values: dict[str, str]
    tone: Tone = 'error'
    action: str = ''


def put(response: Response, message: str, field: str | None, fields: Mapping[str, str], action: str = '') -> None:
    """Say on the next page why a plain POST to `action` was refused."""
    values = {name: fields[name][:VALUE_LENGTH] for name in KEPT if name in fields and is_text(fields[name])}
    value = _pack(Flash(message, field, values, action=action))
    if len(value) > SIZE:  # control characters, six bytes each: what was refused is said, what was typed is lost
        value = _pack(Flash(message, field, {}, action=action))
    _set(response, value)


def put_ok(response: Response, message: str) -> None:
    """Say on the next page what was done, whoever sent the form: a script that follows the answer shows it there."""
    _set(response, _pack(Flash(message, None, {}, 'ok')))


def _set(response: Response, value: str) -> None:
    response.set_cookie(COOKIE, value, max_age=MAX_AGE, path='/', samesite='lax')


def _pack(flash: Flash) -> str:
    return base64.urlsafe_b64encode(json.dumps(asdict(flash), ensure_ascii=False).encode()).decode()


def _unpack(value: str) -> Flash | None:
    """What a cookie says; anybody can write one, so nothing but text that a page can show comes back."""
    try:
        data = json.loads(base64.urlsafe_b64decode(value if len(value) <= SIZE else ''))
        message, field, values, tone, action = (data[key] for key in KEYS)
        typed = {name: values[name] for name in KEPT if name in values}
    except (ValueError, KeyError, TypeError, RecursionError):  # none, or not written by us
        return None
    for text in (message, field or '', action, *typed.values()):
        if not isinstance(text, str) or len(text) > VALUE_LENGTH or not is_text(text):
            return None
    return Flash(message, field, typed, tone, action) if tone in ('error', 'ok') else None


def take_flash() -> Flash | None:
    """The flash of the request that this page is built for; it is shown on the first load only."""
    client = ui.context.client
    if not client.sub_pages_router.is_initial_request:
        return None
    flash = _unpack(cookie(client.request.headers.get('cookie'), COOKIE) or '')
    if flash is not None:
        ui.run_javascript(f'document.cookie = "{COOKIE}=; Max-Age=0; Path=/"')
    return flash
