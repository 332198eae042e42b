"""Change password: with the old one, for somebody who is signed in, or has to before they are."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from auth import accounts, audit, credentials, mail, pending, sessions, throttle, tickets
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.pending import Step
from auth.sessions import NewSession
from auth.tickets import Ticket
from auth.visitor import Visitor
from models.database import transaction
from models.session import Session
from models.user import User

log = structlog.get_logger()

Given = TypeVar('Given')


async def change_password(digest: str | None, current: str, new: str, visitor: Visitor) -> NewSession | None:
    """Store a new password. All other sessions end; a browser's own gets a new token, a program's stays (None).

    Raises:
        AuthError: NOT_SIGNED_IN, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY
    """

    async def renew(session: Session) -> NewSession | None:
        if session.is_program:
            return None
        return await sessions.start(session.user, visitor, keep=session.keep, replacing=digest)

    return await _change(digest, current, new, visitor, renew)


async def with_ticket(digest: str | None, current: str, new: str, visitor: Visitor) -> Ticket:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this digest's cookie.

    Raises:
        AuthError: as `change_password`
    """

    async def issue(session: Session) -> Ticket:
        return await tickets.issue(session.user, visitor, keep=session.keep, presented=digest)

    return await _change(digest, current, new, visitor, issue)


async def replace_generated(
    token: str | None, current: str, new: str, visitor: Visitor, *, replacing: str | None = None
) -> NewSession:
    """Put a password of one's own in the place of one that somebody else made, and sign in; the session of the digest
    `replacing` ends. `token` is of the step that signing in led to (auth/pending.py).

    Raises:
        AuthError: SIGN_UP_OVER (that step is too old, or done), PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY
    """
    row = await pending.find(Step.NEW_PASSWORD, token)
    if row is None or row.user is None:
        raise AuthError(Reason.SIGN_UP_OVER)
    user = row.user
    await credentials.match(user, current, visitor)
    password_hash = await credentials.make_hash_of_new(user, current, new)
    async with transaction():
        await _store(user, password_hash, visitor)
        return await sessions.start(user, visitor, keep=pending.keeps(row), replacing=replacing)


async def _change(
    digest: str | None, current: str, new: str, visitor: Visitor, give: Callable[[Session], Awaitable[Given]]
) -> Given:
    """Store the password; what `give` makes for the session in the same transaction."""
    session = await credentials.prove(digest, current, visitor)
    password_hash = await credentials.make_hash_of_new(session.user, current, new)
    async with transaction():
        await sessions.get_live(digest)
        await _store(session.user, password_hash, visitor, but=digest)
        return await give(session)


async def _store(user: User, password_hash: str, visitor: Visitor, *, but: str | None = None) -> None:
    if not await accounts.store_password(user, password_hash):  # it was changed meanwhile, or its owner blocked
        raise AuthError(Reason.PASSWORD_WRONG)
    await sessions.end_all(user.id, but=but)
    await pending.forget(user.id)
    await throttle.forget(user.email_key)
    await mail.queue(Template.PASSWORD_CHANGED, user.email, user, mail.circumstances(visitor))
    await audit.record(Act.PASSWORD_CHANGED, user, visitor)
    log.info('password changed', user=user.uid, address=visitor.address)
