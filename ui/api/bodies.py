"""What programs send: JSON objects of exactly these shapes. Nothing is converted, guessed or ignored."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Never, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from auth.errors import AuthError, Reason
from auth.people import is_text

SIZE = 16 * 1024
"""Bytes of a body, as of a form: a password of 256 characters takes 3 KB at most, written as JSON escapes."""


class NotJsonError(AuthError):
    """The body is no JSON object at all; `what` says why."""

    def __init__(self, what: str) -> None:
        super().__init__(Reason.INPUT_INVALID, what=what)


def _text(value: str) -> str:
    if not is_text(value):
        raise ValueError('cannot be stored')
    return value


Text = Annotated[str, AfterValidator(_text)]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra='forbid', frozen=True, hide_input_in_errors=True)


class Credentials(Body):
    email: Text
    password: Text


class SignUp(Credentials):
    name: Text = ''
    attributes: dict[Text, Text] = Field(default_factory=dict)


class RefreshToken(Body):
    refresh_token: Text


class Forgotten(Body):
    email: Text


class Verification(Body):
    email: Text
    code: Text


class Confirmation(Verification):
    new_password: Text


class PasswordChange(Body):
    current_password: Text
    new_password: Text


class Profile(Body):
    name: Text | None = None
    attributes: dict[Text, Text] | None = None


Shape = TypeVar('Shape', bound=Body)


async def read(request: Request, shape: type[Shape]) -> Shape:
    """The body of a request as a value of this shape.

    Raises:
        NotJsonError: it is no JSON object
        AuthError: INPUT_INVALID with `what`: a field is missing, unknown, or of another type
    """
    try:
        return shape.model_validate(_parse(await _receive(request)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = '.'.join(_shown(part) for part in first['loc'])
        raise AuthError(
            Reason.INPUT_INVALID, what=f'{where}: {_PROBLEMS.get(first["type"], "a text is needed")}'
        ) from None


_PROBLEMS = {
    'missing': 'it is missing',
    'extra_forbidden': 'there is no such field',
    'value_error': 'it holds characters that cannot be stored',
    'string_unicode': 'it holds characters that cannot be stored',
    'dict_type': 'an object is needed',
}
"""What is wrong with a field, by pydantic's name for it; anything else is not the text that it should be."""


def _shown(part: int | str) -> str:
    """A field's name, which may be anything that somebody sent."""
    return ''.join(letter for letter in str(part)[:40] if letter.isprintable())


async def _receive(request: Request) -> bytes:
    # Asked for by no form of another site: this type takes a CORS preflight, which is never granted.
    if request.headers.get('content-type', '').partition(';')[0].strip().lower() != 'application/json':
        raise NotJsonError('send it with Content-Type: application/json')
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > SIZE:
            raise NotJsonError(f'it is longer than {SIZE} bytes')
    return bytes(body)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # also what is not UTF-8, and nesting without end
        raise NotJsonError('it is not JSON in UTF-8') from error
    if not isinstance(found, dict):
        raise NotJsonError('it is not a JSON object')
    return found


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A name that is given twice could be read in two ways."""
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError('a name twice')
    return found


def _refuse(constant: str) -> Never:
    raise ValueError(f'{constant} is not JSON')
