"""What site admins have written in place of our mails, as this process last read it: a few rows, read once and again
after a change, so that a mail costs no query more.
"""

from collections.abc import Sequence

from auth.mail.templates import Texts
from models import change
from models.change import Changed
from models.mail import MailTemplate

_known: dict[str, Texts] | None = None
_generation = 0


async def texts_of(template: str) -> Texts | None:
    """What is written for a mail; None: what stands in our files."""
    global _known
    known, generation = _known, _generation
    if known is None:
        rows = await MailTemplate.all()
        known = {row.name: Texts(row.subject, row.plain, row.html) for row in rows}
        if change.feed is not None and generation == _generation:  # else nobody tells, or it was changed meanwhile
            _known = known
    return known.get(template)


def hear(changes: Sequence[Changed]) -> None:
    """Take in changes from this process or another one."""
    if any(changed.kind in ('mail_template', 'lost') for changed in changes):
        clear()


def clear() -> None:
    global _known, _generation
    _known = None
    _generation += 1
