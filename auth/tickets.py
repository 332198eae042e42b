"""Tickets: what a page is given for a session when it asks over its socket, because a socket cannot set a cookie.

A ticket works once, within half a minute, and for one browser: its digest is made of the ticket and of what that
browser presents, so a row is only ever found by whoever presents the same. The session starts when it is redeemed.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from auth import sessions
from auth.errors import AuthError, Reason
from auth.sessions import TICKET, NewSession, digest_of
from auth.visitor import Visitor
from models.clock import now
from models.code import Code
from models.database import transaction
from models.user import User

log = structlog.get_logger()

LIFETIME = timedelta(seconds=30)
"""How long a ticket is good: one request of a page that is open anyway, on a phone with a bad line."""
FORGOTTEN = timedelta(minutes=1)
"""How long after its end a row is kept: whoever issued the ticket may only then look what has become of it."""
KEEP = 'keep.'
"""What the ticket of a session to be kept begins with."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket just issued: `text` is for the browser, shown once; `id` is for whoever waits until it is redeemed."""

    id: int
    text: str = field(repr=False)


async def issue(user: User, visitor: Visitor, *, keep: bool = False, presented: str | None = None) -> Ticket:
    """Make a ticket inside the caller's transaction, for the browser that presents this cookie's digest."""
    at = now()
    await Code.filter(purpose=TICKET, ends_at__lt=at - FORGOTTEN).delete()
    text = (KEEP if keep else '') + secrets.token_urlsafe(sessions.TOKEN_BYTES)
    row = await Code.create(
        purpose=TICKET,
        digest=_digest(text, visitor, presented),
        user=user,
        created_at=at,
        ends_at=at + LIFETIME,
    )
    return Ticket(row.id, text)


async def redeem(text: str, visitor: Visitor, *, presented: str | None = None) -> NewSession:
    """Start the session that a ticket stands for; the one of the digest `presented` ends.

    Raises:
        AuthError: TICKET_INVALID (unknown, used, too old, of another browser, or its user was blocked meanwhile)
    """
    async with transaction():
        row = await _spend(_digest(text, visitor, presented))
        if row is not None and row.user is not None:
            session = await sessions.start(row.user, visitor, keep=text.startswith(KEEP), replacing=presented)
            await Code.filter(id=row.id).update(digest=digest_of(session.token))  # see `find_session`
    if row is None or row.user is None:
        log.info('ticket refused', address=visitor.address)
        raise AuthError(Reason.TICKET_INVALID)
    log.info('signed in', user=row.user.uid, address=visitor.address)
    return session


async def find_session(ticket: Ticket) -> str | None:
    """The digest of the session that was started for a ticket; None when none was."""
    row = await Code.get_or_none(id=ticket.id, purpose=TICKET, used_at__isnull=False)
    return row.digest if row is not None else None


async def withdraw(ticket: Ticket) -> None:
    """Take a ticket back, and end the session that was started for it: whoever asked has gone, or has given up."""
    async with transaction():
        row = await Code.get_or_none(id=ticket.id, purpose=TICKET)
        if row is not None:
            await sessions.end(row.digest)  # of an unused ticket it is nobody's
            await row.delete()


async def _spend(digest: str) -> Code | None:
    """The row of a ticket, which is used from now on; None when there is none that may be."""
    at = now()
    # One conditional update, so that of two requests one wins.
    if not await Code.filter(purpose=TICKET, digest=digest, used_at__isnull=True, ends_at__gt=at).update(used_at=at):
        return None
    row = await Code.get(digest=digest).select_related('user')
    return row if row.user is not None and row.user.blocked_at is None else None


def _digest(text: str, visitor: Visitor, presented: str | None) -> str:
    """What a ticket is found by. No part can hold a line break, so no two browsers make the same text."""
    parts = (digest_of(text) or '', presented or '', visitor.address, visitor.user_agent)
    return hashlib.sha256('\n'.join(parts).encode()).hexdigest()
