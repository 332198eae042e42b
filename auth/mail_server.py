"""SMTP_URL and MAIL_FROM taken apart. What is wrong is said without quoting it: the URL holds a password."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from auth.errors import AuthError
from auth.people import check_email, check_name, is_text

WRONG_URL: Final = (
    'write smtp://user:password@host:port, or smtps:// for TLS from the start, with %40 for an @ in user or password '
    'and so on; ?starttls=never at the end for a server without TLS'
)
WRONG_SENDER: Final = 'write an address such as no-reply@example.com, or Name <no-reply@example.com>'

_PORTS: Final = {'smtp': 587, 'smtps': 465}
"""Submission (RFC 6409, 3.1) and submission over TLS (RFC 8314, 7.3)."""
_DOMAIN_LENGTH: Final = 200
"""Longest domain that a Message-ID is given, so that it fits its column (255)."""


class Security(StrEnum):
    """How a connection is kept private. There is no "when the server offers it": whoever is in between would not."""

    TLS = 'tls'
    STARTTLS = 'starttls'
    NONE = 'none'


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `user` is None for a server that asks for none."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str = field(default='', repr=False)

    @classmethod
    def parse(cls, url: str) -> 'MailServer':
        """ValueError with the fix when it is none."""
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ''
        except ValueError:  # its own text quotes what may be a piece of the password
            raise ValueError(WRONG_URL) from None
        if not is_text(url) or not url.isprintable() or parts.scheme not in _PORTS or port == 0 or not host:
            raise ValueError(WRONG_URL)
        if parts.path not in ('', '/') or parts.fragment:
            raise ValueError(WRONG_URL)
        user, password = (_decoded(part) for part in (parts.username, parts.password))
        if password and not user:
            raise ValueError(WRONG_URL)
        return cls(host, port or _PORTS[parts.scheme], _security(parts), user or None, password)


def _decoded(part: str | None) -> str:
    try:
        text = unquote(part or '', errors='strict')
    except UnicodeDecodeError:
        raise ValueError(WRONG_URL) from None
    if not text.isprintable():
        raise ValueError(WRONG_URL)
    return text


def _security(parts: SplitResult) -> Security:
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if asked not in ([], [('starttls', 'always')], [('starttls', 'never')]):
        raise ValueError('after the ? write starttls=always or starttls=never, or nothing')
    if parts.scheme == 'smtps':
        if asked:
            raise ValueError('smtps:// has TLS from the start: leave starttls out, or write smtp://')
        return Security.TLS
    return Security.NONE if asked == [('starttls', 'never')] else Security.STARTTLS


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails come from. `name` may be ''."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> 'Sender':
        """ValueError with the fix when it is none."""
        match = re.fullmatch(r'\s*(?P<name>[^<>\r\n]*?)\s*<(?P<address>[^<>]*)>\s*', text)
        name, address = (match['name'], match['address']) if match else ('', text)
        try:
            return cls(check_name(name.strip('"')), check_email(address)[0])
        except AuthError:
            raise ValueError(WRONG_SENDER) from None

    @classmethod
    def at(cls, host: str, name: str) -> 'Sender':
        """The one that is used where none is set."""
        try:
            ip = ip_address(host)
        except ValueError:
            return cls(name, f'no-reply@{host}')
        literal = f'[IPv6:{ip}]' if isinstance(ip, IPv6Address) else f'[{ip}]'  # RFC 5321, 4.1.3
        return cls(name, f'no-reply@{literal}')

    @property
    def domain(self) -> str:
        """For Message-IDs: who makes them, in ASCII."""
        domain = ascii_address(self.address).rpartition('@')[2]
        return domain if len(domain) <= _DOMAIN_LENGTH else 'nicegate'


def ascii_address(address: str) -> str:
    """The address with its domain in IDNA, as every server understands it; letters before the @ stay as they are."""
    if address.isascii():
        return address
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return address
    return f'{found.local_part}@{found.ascii_domain}'


def header_address(address: str, name: str = '') -> Address:
    """As it stands in From and To. The library refuses what could end a header, but for encoded words: those nobody has
    in an address (auth/people.py).
    """
    username, _, domain = ascii_address(address).rpartition('@')
    return Address(name, username, domain)
