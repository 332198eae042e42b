"""What programs get: JSON objects of exactly these shapes."""

from typing import Literal

from pydantic import BaseModel


class Tokens(BaseModel):
    """`expires_in`: seconds that the access token is good."""

    access_token: str
    refresh_token: str
    token_type: Literal['bearer'] = 'bearer'  # noqa: S105 - a type
    expires_in: int


class Person(BaseModel):
    """`roles` and `groups` hold keys: what code calls them."""

    id: str
    email: str
    name: str
    roles: list[str]
    groups: list[str]
    attributes: dict[str, str]


class Keys(BaseModel):
    """A set of keys (RFC 7517)."""

    keys: list[dict[str, str]]


class Error(BaseModel):
    """`reason` is for programs and stays; `message` is for people and may be worded better one day."""

    reason: str
    message: str


class Refusal(BaseModel):
    error: Error
