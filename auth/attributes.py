"""Attributes: what a site keeps of its people beyond e-mail and name. All values are texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from auth.errors import AuthError, Reason
from auth.people import is_text
from models.attribute import Attribute as Row

VALUE_LENGTH = 1000
"""Longest value, in characters: a long address of a picture, a short text about oneself."""


class Kind(StrEnum):
    """What a value has to be."""

    TEXT = 'text'
    URL = 'url'
    IMAGE = 'image'


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that a site keeps. `editable`: people may change their own. `at_sign_up`: they are asked for it as
    they come in. `required`: they must answer where they are asked; site admins and imports need not.
    """

    key: str
    label: str
    kind: Kind
    editable: bool
    at_sign_up: bool = False
    required: bool = False


_known: tuple[Attribute, ...] = ()


async def definitions() -> tuple[Attribute, ...]:
    """All attributes, in the order in which forms show them."""
    return tuple(
        Attribute(a.key, a.label, _kind(a.kind), a.editable, a.at_sign_up, a.required)
        for a in await Row.all().order_by('position', 'id')
    )


def keep(known: tuple[Attribute, ...]) -> None:
    """Have `asked_at_sign_up` answer by these (auth/stored.py)."""
    global _known
    _known = known


def asked_at_sign_up() -> tuple[Attribute, ...]:
    """What people are asked for as they come in, as this process last read it."""
    return tuple(attribute for attribute in _known if attribute.at_sign_up)


def check_at_sign_up(given: Mapping[str, str], has: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The answers of somebody who comes in, one for each that is asked; '' where there is none. What is not given is as
    it was in `has`.

    Raises:
        AuthError: ATTRIBUTE_UNKNOWN (none, or not asked for here), ATTRIBUTE_INVALID, ATTRIBUTE_MISSING
    """
    asked = {attribute.key: attribute for attribute in asked_at_sign_up()}
    if unknown := [key for key in given if key not in asked]:
        raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=unknown[0])
    return {key: check_own(attribute, given.get(key, has.get(key, ''))) for key, attribute in asked.items()}


def check_own(attribute: Attribute, value: str) -> str:
    """Check what somebody says of themselves: `check_value`, and a required one may not be empty.

    Raises:
        AuthError: ATTRIBUTE_INVALID, ATTRIBUTE_MISSING
    """
    text = check_value(attribute, value)
    if attribute.required and not text:
        raise AuthError(Reason.ATTRIBUTE_MISSING, key=attribute.key, label=attribute.label)
    return text


def check_value(attribute: Attribute, value: str) -> str:
    """Return the value as stored, without outer white space; '' is "not given".

    Raises:
        AuthError: ATTRIBUTE_INVALID
    """
    text = value.strip()
    fits = len(text) <= VALUE_LENGTH and text.isprintable() and is_text(text)
    if not fits or (text and attribute.kind is not Kind.TEXT and not is_url(text)):
        raise AuthError(Reason.ATTRIBUTE_INVALID, key=attribute.key, label=attribute.label, kind=attribute.kind)
    return text


def changed(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """`known` with what was given in it; an empty value takes the entry away."""
    return {key: value for key, value in {**known, **given}.items() if value}


def _kind(text: str) -> Kind:
    """A kind of a later release is shown as text."""
    return Kind(text) if text in list(Kind) else Kind.TEXT


def is_url(text: str) -> bool:
    """A web address. Ask before one is shown as a link, too: it may be from when its attribute was a text, and
    `javascript:` and the like would run.
    """
    try:
        parts = urlsplit(text)
        return parts.scheme in ('http', 'https') and bool(parts.hostname) and ' ' not in text
    except ValueError:
        return False
