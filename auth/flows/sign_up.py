"""Sign up: a new account with a password, signed in at once."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tortoise.exceptions import IntegrityError

from auth import accounts, sessions, tickets
from auth.errors import AuthError, Reason
from auth.sessions import NewSession
from auth.tickets import Ticket
from auth.visitor import Visitor
from models.database import transaction
from models.user import User

log = structlog.get_logger()

Given = TypeVar('Given')


async def sign_up(
    email: str, password: str, visitor: Visitor, *, name: str = '', replacing: str | None = None
) -> NewSession:
    """Create an account and start its first session; the session of the digest `replacing` ends.

    Raises:
        AuthError: EMAIL_INVALID, EMAIL_TAKEN, NAME_INVALID, PASSWORD_*, INPUT_INVALID, BUSY
    """

    async def start(user: User) -> NewSession:
        return await sessions.start(user, visitor, replacing=replacing)

    return await _create(email, password, visitor, name, start)


async def with_ticket(
    email: str, password: str, visitor: Visitor, *, name: str = '', presented: str | None = None
) -> Ticket:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this cookie's digest.

    Raises:
        AuthError: as `sign_up`
    """

    async def issue(user: User) -> Ticket:
        return await tickets.issue(user, visitor, presented=presented)

    return await _create(email, password, visitor, name, issue)


async def _create(
    email: str, password: str, visitor: Visitor, name: str, give: Callable[[User], Awaitable[Given]]
) -> Given:
    """Create the account; what `give` makes for it in the same transaction."""
    if await accounts.find_by_email(email) is not None:  # spares the hash; the unique key below decides
        raise AuthError(Reason.EMAIL_TAKEN)
    person = await accounts.draft(email, name, password)
    try:
        async with transaction():
            user = await accounts.create(person)
            given = await give(user)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN) from error
    log.info('signed up', user=user.uid, address=visitor.address)
    return given
