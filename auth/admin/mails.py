"""The outbox as site admins see it."""

from dataclasses import dataclass, field
from datetime import datetime

from auth.admin.actor import Actor, authorize
from auth.mail.message import UnwritableError, words_of
from auth.mail.templates import Rendered
from auth.settings import get_settings
from models.mail import Mail

NEWEST = 100
"""Mails that are listed: what a person looks through. All of them, and more about each, come with the admin area."""


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One mail: its template, to whom, and what has become of it. Times are aware UTC. `words` are there while it waits
    on a site that has no mail server: then a site admin hands the code or the link on.
    """

    id: int
    template: str
    address: str
    status: str
    created_at: datetime
    tries: int
    next_try_at: datetime
    last_error: str
    words: Rendered | None = field(repr=False)


async def newest(actor: Actor) -> tuple[OutboxMail, ...]:
    """The last mails that were queued, the newest first.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    rows = await Mail.exclude(status='asked for').order_by('-id').limit(NEWEST).prefetch_related('user')
    return tuple(
        OutboxMail(
            row.id,
            row.template,
            row.address,
            row.status,
            row.created_at,
            row.tries,
            row.next_try_at,
            row.last_error,
            _words(row),
        )
        for row in rows
    )


def _words(row: Mail) -> Rendered | None:
    if get_settings().smtp_url or row.status != 'waiting':
        return None
    try:
        return words_of(row)
    except UnwritableError:
        return None
