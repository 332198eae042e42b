"""A row of the outbox as the message that a server is handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from cryptography.fernet import InvalidToken
from jinja2 import TemplateError

from auth.mail import outbox, templates
from auth.mail_server import ascii_address, header_address
from auth.settings import get_settings
from models.clock import now
from models.mail import Mail

_LINE_LENGTH = 998
"""Characters of a line at most (RFC 5322, 2.1.1)."""


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """From whom, to whom, and what. `smtputf8`: an address has other letters than ASCII's before its @."""

    sender: str
    recipient: str
    content: bytes
    smtputf8: bool


class UnwritableError(Exception):
    """The mail cannot be made, and never will be: a template or variable is missing, the key or an address is wrong."""


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (TemplateError, InvalidToken, ValueError, TypeError) as error:
        raise UnwritableError(f'it cannot be written: {type(error).__name__}') from error


def words_of(mail: Mail) -> templates.Rendered:
    """What it says. Raises UnwritableError."""
    with _writing():
        return _words(mail)


def _words(mail: Mail) -> templates.Rendered:
    secrets = outbox.unseal(mail.sealed) if mail.sealed else {}
    variables = {name: str(value) for name, value in (mail.variables | secrets).items()}
    name = variables.pop('name', mail.user.name if mail.user else '')
    return templates.render(mail.template, name, variables)


def envelope_of(mail: Mail) -> Envelope:
    """The whole message. Raises UnwritableError."""
    with _writing():
        return _envelope(mail)


def _envelope(mail: Mail) -> Envelope:
    words, sender = _words(mail), get_settings().sender
    addresses = ascii_address(sender.address), ascii_address(mail.address)
    smtputf8 = not all(address.isascii() for address in addresses)
    message = EmailMessage(SMTP.clone(utf8=smtputf8))
    message['From'] = header_address(sender.address, sender.name)
    message['To'] = header_address(mail.address)
    message['Subject'] = words.subject
    message['Date'] = format_datetime(now())
    message['Message-ID'] = mail.message_id
    message['Auto-Submitted'] = 'auto-generated'  # RFC 3834: no holiday note answers it
    message.set_content(words.plain, cte=_encoding(words.plain))
    message.add_alternative(words.html, subtype='html', cte=_encoding(words.html))
    return Envelope(*addresses, message.as_bytes(), smtputf8)


def _encoding(text: str) -> str:
    fits = text.isascii() and max(map(len, text.splitlines()), default=0) <= _LINE_LENGTH
    return '7bit' if fits else 'quoted-printable'
