"""Which e-mail domains a site takes from people who sign up or change their address. Pure: no settings, no database."""

import re
from collections.abc import Sequence
from typing import Final

from auth.errors import AuthError
from auth.people import check_email

COUNT: Final = 500
"""Domains of one list: a group of companies has a few dozen."""
_SUBDOMAINS: Final = '*.'


def parse(text: str) -> tuple[str, ...]:
    """The domains of a list with spaces, commas or lines between them, each in the form that is compared, once.

    `cars.example` is that domain alone, `*.cars.example` all below it and not itself. ValueError with the fix.
    """
    written = [part for part in re.split(r'[\s,;]+', text) if part]
    if len(written) > COUNT:
        raise ValueError(f'write at most {COUNT} domains')
    return tuple(dict.fromkeys(_parse_one(part) for part in written))


def _parse_one(part: str) -> str:
    below = part.startswith(_SUBDOMAINS)
    try:
        _, key = check_email(f'x@{part.removeprefix(_SUBDOMAINS)}')
    except AuthError:
        key = ''
    domain = key.rpartition('@')[2]
    if key != f'x@{domain}' or not domain or domain.startswith('['):
        shown = ''.join(letter for letter in part[:40] if letter.isprintable())
        raise ValueError(f'"{shown}" is not a domain: write cars.example, or *.cars.example for all below it')
    return f'{_SUBDOMAINS}{domain}' if below else domain


def allows(domains: Sequence[str], email_key: str) -> bool:
    """Whether an address, by its key, is of one of these domains. An empty list takes all."""
    domain = email_key.rpartition('@')[2]
    return not domains or any(
        domain.endswith(each[1:]) if each.startswith(_SUBDOMAINS) else domain == each for each in domains
    )
