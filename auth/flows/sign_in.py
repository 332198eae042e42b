"""Sign in: find, match, may they, start a session. Every refusal is one reason in one time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from auth import accounts, passwords, sessions, tickets
from auth.errors import AuthError, Reason
from auth.sessions import NewSession
from auth.tickets import Ticket
from auth.visitor import Visitor
from models.database import transaction
from models.user import User

log = structlog.get_logger()

Given = TypeVar('Given')


async def sign_in(
    email: str, password: str, visitor: Visitor, *, keep: bool = False, replacing: str | None = None
) -> NewSession:
    """Start a session for the person with this address and password; the one of the digest `replacing` ends.

    Raises:
        AuthError: INVALID_CREDENTIALS (wrong, unknown, blocked: nobody can tell which), BUSY
    """

    async def start(user: User) -> NewSession:
        return await sessions.start(user, visitor, keep=keep, replacing=replacing)

    user, session = await _let_in(email, password, visitor, start)
    log.info('signed in', user=user.uid, address=visitor.address)
    return session


async def with_ticket(
    email: str, password: str, visitor: Visitor, *, keep: bool = False, presented: str | None = None
) -> Ticket:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this cookie's digest.

    Raises:
        AuthError: as `sign_in`
    """

    async def issue(user: User) -> Ticket:
        return await tickets.issue(user, visitor, keep=keep, presented=presented)

    _, ticket = await _let_in(email, password, visitor, issue)
    return ticket


async def _let_in(
    email: str, password: str, visitor: Visitor, give: Callable[[User], Awaitable[Given]]
) -> tuple[User, Given]:
    """Who has this address and password, and what `give` makes for them in the transaction that says they may."""
    user = await accounts.find_by_email(email)
    matched = await passwords.matches(password, user.password_hash if user else None)
    if user is None or not matched or user.password_hash is None:
        log.info('sign in refused', why='credentials', address=visitor.address)
        raise AuthError(Reason.INVALID_CREDENTIALS)
    new_hash = await passwords.make_hash(password) if passwords.needs_new_hash(user.password_hash) else None
    async with transaction():
        # Asked again where nothing can change any more: a block or a new password since then wins.
        may = await User.get_or_none(id=user.id, password_hash=user.password_hash, blocked_at__isnull=True)
        if may is not None:
            if new_hash is not None:
                await User.filter(id=user.id).update(password_hash=new_hash)
            given = await give(may)
    if may is None:
        log.info('sign in refused', why='blocked', user=user.uid, address=visitor.address)
        raise AuthError(Reason.INVALID_CREDENTIALS)
    return may, given
