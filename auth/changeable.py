"""The settings that a site admin may change at run time: what each may be, as text and as a value.

The environment and the database write them in the same way (`30m`, `off`, `cars.example *.example.org`), so a value
means the same in either, and what is wrong in one is wrong in the other.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from auth import email_domains
from auth.errors import AuthError, Reason
from auth.people import is_text

TEXT_LENGTH: Final = 30_000
"""Characters of one setting as text: a list of domains is the longest (see `email_domains.COUNT`)."""
NAME_LENGTH: Final = 60
"""Characters of the site's name: it stands in a header, beside the navigation."""
SHORTEST: Final = timedelta(minutes=1)
"""Shortest time of a session that an admin can set: with a second they could not come back to set it right. The
environment may go below; it is set right by another start.
"""
SAFE_LENGTH: Final = 8
"""Characters of a password below which a minimum is warned about (NIST SP 800-63B asks for 8 at least)."""

_UNITS: Final = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400, '': 1}
_COLOR: Final = re.compile(r'#[0-9a-f]{6}')


class SignUp(StrEnum):
    """Who may make an account for themselves."""

    OPEN = 'open'
    INVITATION = 'invitation'
    CLOSED = 'closed'


def _duration(value: Any) -> Any:
    if isinstance(value, str) and (match := re.fullmatch(r'\s*([0-9]{1,9})\s*([smhd]?)\s*', value)):
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if isinstance(value, timedelta):
        return value
    raise ValueError('write a number and a unit, such as 90s, 30m, 24h or 30d')


def _domains(value: Any) -> str:
    """Domains with one space between them."""
    return ' '.join(email_domains.parse(str(value)))


def _name(value: Any) -> str:
    text = ' '.join(str(value).split())
    if len(text) > NAME_LENGTH or not text.isprintable() or not is_text(text):
        raise ValueError(f'write up to {NAME_LENGTH} letters, digits and signs on one line')
    return text


def _color(value: Any) -> str:
    text = str(value).strip().lower()
    if text and not _COLOR.fullmatch(text):
        raise ValueError('write a colour as # and six digits from 0 to f, such as #1d5fa8')
    return text


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(seconds=1), le=timedelta(days=3650))]


class Changeable(BaseModel):
    """Those settings with their defaults; `Settings` has the others beside them."""

    sign_up: SignUp = SignUp.OPEN
    email_domains: Annotated[str, BeforeValidator(_domains)] = ''
    verify_email: bool = True
    password_min_length: int = Field(default=8, ge=6, le=64)
    session_idle: Duration = timedelta(minutes=30)
    session_lifetime: Duration = timedelta(hours=24)
    session_keep: Duration = timedelta(days=30)
    site_name: Annotated[str, BeforeValidator(_name)] = ''
    site_color: Annotated[str, BeforeValidator(_color)] = ''


NAMES: Final = tuple(Changeable.model_fields)
DEFAULTS: Final[Mapping[str, Any]] = Changeable().model_dump()


def parse(name: str, text: object) -> Any:
    """The value that a text stands for; '' is the default, where a setting can be empty.

    Raises:
        AuthError: INPUT_INVALID (there is no such setting), SETTING_INVALID with `setting` and `why`
    """
    if name not in NAMES:
        raise AuthError(Reason.INPUT_INVALID)
    if not isinstance(text, str) or len(text) > TEXT_LENGTH or not is_text(text):
        raise AuthError(Reason.SETTING_INVALID, setting=name, field=name)
    try:
        value = getattr(Changeable.model_validate({name: text}), name)
    except ValidationError as error:
        said = error.errors()[0]
        why = said['msg'].removeprefix('Value error, ') if said['type'] == 'value_error' else ''
        raise AuthError(Reason.SETTING_INVALID, setting=name, field=name, why=why) from None
    if isinstance(value, timedelta) and value < SHORTEST:
        raise AuthError(Reason.SETTING_INVALID, setting=name, field=name)
    return value


def text_of(value: object) -> str:
    """A value as it is written."""
    if isinstance(value, bool):
        return 'on' if value else 'off'
    if isinstance(value, timedelta):
        return _written(int(value.total_seconds()))
    return str(value)


def _written(seconds: int) -> str:
    """In the largest unit that it comes out even in: `90m`, `24h`, `2d`."""
    for unit in ('d', 'h', 'm'):
        count, rest = divmod(seconds, _UNITS[unit])
        if count and not rest and (unit != 'd' or count > 1):
            return f'{count}{unit}'
    return f'{seconds}s'
