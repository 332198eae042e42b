"""Attributes: what a site keeps of its people beyond e-mail and name. All values are texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that a site keeps. `editable`: people may change their own."""

    key: str
    label: str
    kind: Kind
    editable: bool


async def definitions() -> tuple[Attribute, ...]:
    """All attributes, in the order in which forms show them."""
    return tuple(
        Attribute(a.key, a.label, Kind(a.kind), a.editable) for a in await Row.all().order_by('position', 'id')
    )


def check_value(attribute: Attribute, value: str) -> str:
    """Return the value as stored, without outer white space; '' is "not given".

    Raises:
        AuthError: ATTRIBUTE_INVALID
    """
    text = value.strip()
    fits = len(text) <= VALUE_LENGTH and text.isprintable() and is_text(text)
    if not fits or (text and attribute.kind is Kind.URL and not _is_url(text)):
        raise AuthError(Reason.ATTRIBUTE_INVALID, key=attribute.key, label=attribute.label, kind=attribute.kind)
    return text


def changed(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """`known` with what was given in it; an empty value takes the entry away."""
    return {key: value for key, value in {**known, **given}.items() if value}


def _is_url(text: str) -> bool:
    """A web address: `javascript:` and the like would run where a page shows it as a link."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ('http', 'https') and bool(parts.hostname) and ' ' not in text
    except ValueError:
        return False
