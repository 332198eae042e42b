"""Where no mail server is set: mails are printed, each once, and go on waiting for a server."""

import sys

from auth.logs import clean
from auth.mail import leases, written
from auth.mail.message import UnwritableError, words_of
from auth.mail.templates import Rendered
from models.clock import now
from models.mail import Mail

RULE = '-' * 78


async def show_new() -> None:
    """Print what was not printed yet, the oldest first."""
    for mail in await Mail.filter(status='waiting', shown_at__isnull=True).order_by('id').prefetch_related('user'):
        if await Mail.filter(id=mail.id, status='waiting', shown_at__isnull=True).update(shown_at=now()):
            try:
                _print(mail.address, words_of(mail, await written.texts_of(mail.template)))
            except UnwritableError as error:
                await leases.unwritable(mail, error)


def _print(address: str, words: Rendered) -> None:
    lines = ['', '--- Mail (no mail server is set: NICEGATE_SMTP_URL) '.ljust(78, '-')]
    lines += [f'To: {address}', f'Subject: {words.subject}', '', *words.plain.splitlines(), RULE]
    encoding = sys.stdout.encoding or 'ascii'
    for line in lines:  # an address or a name cannot colour the terminal, nor stop us in one that lacks its letters
        print(clean(line, 1000).encode(encoding, 'backslashreplace').decode(encoding))  # noqa: T201 - what it is for
    sys.stdout.flush()
