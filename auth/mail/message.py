"""A row of the outbox as the message that a server is handed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime

from cryptography.fernet import InvalidToken
from jinja2 import TemplateError

from auth.mail import outbox, templates
from auth.mail_server import ascii_address, header_address
from auth.people import ENCODED
from auth.settings import get_settings
from models.clock import now
from models.mail import Mail

_LINE_LENGTH = 998
"""Characters of a line at most (RFC 5322, 2.1.1)."""
TRIED = 'texts'
"""Among the variables of a test mail: the texts that it tries, which are kept nowhere else yet."""


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


def words_of(mail: Mail, written: templates.Texts | None = None) -> templates.Rendered:
    """What it says, without its HTML, in the words that a site admin has `written`. Raises UnwritableError."""
    with _writing():
        return _words(mail, written, templates.render_plain)


def _words(
    mail: Mail, written: templates.Texts | None, render: Callable[..., templates.Rendered]
) -> templates.Rendered:
    secrets = outbox.unseal(mail.sealed) if mail.sealed else {}
    given = mail.variables | secrets
    tried = given.pop(TRIED, None)
    variables = {name: str(value) for name, value in given.items()}
    name = variables.pop('name', mail.user.name if mail.user else '')
    if tried is None:
        return render(mail.template, name, variables, written)
    words = render(mail.template, name, variables, templates.Texts(**tried))
    return replace(words, subject=f'Test: {words.subject}')


def envelope_of(mail: Mail, written: templates.Texts | None = None) -> Envelope:
    """The whole message. Raises UnwritableError."""
    with _writing():
        return _envelope(mail, written)


def _envelope(mail: Mail, written: templates.Texts | None) -> Envelope:
    words, sender = _words(mail, written, templates.render), get_settings().sender
    addresses = ascii_address(sender.address), ascii_address(mail.address)
    smtputf8 = not all(address.isascii() for address in addresses)
    message = EmailMessage(SMTP.clone(utf8=smtputf8))
    message['From'] = header_address(sender.address, _literal(sender.name))
    message['To'] = header_address(mail.address)
    message['Subject'] = _literal(words.subject)
    message['Date'] = format_datetime(now())
    message['Message-ID'] = mail.message_id
    message['Auto-Submitted'] = 'auto-generated'  # RFC 3834: no holiday note answers it
    message.set_content(words.plain, cte=_encoding(words.plain))
    message.add_alternative(words.html, subtype='html', cte=_encoding(words.html))
    _refuse_injected(message)
    return Envelope(*addresses, message.as_bytes(), smtputf8)


def _literal(text: str) -> str:
    """Text that means itself in a header: the library would read an encoded word in it, line breaks and all."""
    return text.replace(ENCODED, '= ?')


def _refuse_injected(message: EmailMessage) -> None:
    """The last look: no header has become two, and mail goes to one address. Raises ValueError."""
    read = BytesHeaderParser(policy=SMTP).parsebytes(message.as_bytes())
    is_one = len(read['To'].addresses) == 1 and len(read['From'].addresses) == 1
    if not is_one or sorted(read.keys()) != sorted(message.keys()):
        raise ValueError('a header would say more than it was given')


def _encoding(text: str) -> str:
    fits = text.isascii() and max(map(len, text.splitlines()), default=0) <= _LINE_LENGTH
    return '7bit' if fits else 'quoted-printable'
