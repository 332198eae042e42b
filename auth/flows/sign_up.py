"""Sign up: a new account with a password, signed in at once."""

import structlog
from tortoise.exceptions import IntegrityError

from auth import accounts, sessions
from auth.errors import AuthError, Reason
from auth.sessions import NewSession
from auth.visitor import Visitor
from models.database import transaction

log = structlog.get_logger()


async def sign_up(
    email: str, password: str, visitor: Visitor, *, name: str = '', replacing: str | None = None
) -> NewSession:
    """Create an account and start its first session; the session of the digest `replacing` ends.

    Raises:
        AuthError: EMAIL_INVALID, EMAIL_TAKEN, NAME_INVALID, PASSWORD_*, INPUT_INVALID, BUSY
    """
    if await accounts.find_by_email(email) is not None:  # spares the hash; the unique key below decides
        raise AuthError(Reason.EMAIL_TAKEN)
    person = await accounts.draft(email, name, password)
    try:
        async with transaction():
            user = await accounts.create(person)
            session = await sessions.start(user, visitor, replacing=replacing)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN) from error
    log.info('signed up', user=user.uid, address=visitor.address)
    return session
