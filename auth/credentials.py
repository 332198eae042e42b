"""A password that somebody who is signed in gives once more, before what a stolen session must not be enough for."""

from auth import audit, passwords, sessions, throttle
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.throttle import Kind
from auth.visitor import Visitor
from models.database import transaction
from models.session import Session
from models.user import User


async def prove(digest: str | None, password: str, visitor: Visitor) -> Session:
    """The live session of this digest, with its user, once the password is right. A wrong one signs nobody out.

    Raises:
        AuthError: NOT_SIGNED_IN, PASSWORD_WRONG, THROTTLED, PASSWORD_STOPPED, BUSY
    """
    session = await sessions.get_live(digest)
    await match(session.user, password, visitor)
    return session


async def match(user: User, password: str, visitor: Visitor) -> None:
    """Refuse a password that is not this person's.

    Raises:
        AuthError: PASSWORD_WRONG, THROTTLED, PASSWORD_STOPPED, BUSY
    """
    async with throttle.attempt(Kind.PASSWORD, user.email_key, visitor):
        if not await passwords.matches(password, user.password_hash):
            async with transaction():
                await audit.record(Act.PASSWORD_REFUSED, user, visitor)
            raise AuthError(Reason.PASSWORD_WRONG)


async def make_hash_of_new(user: User, current: str, new: str) -> str:
    """The hash of a new password for somebody who has just given the current one.

    Raises:
        AuthError: PASSWORD_*, INPUT_INVALID, BUSY
    """
    if new == current:
        raise AuthError(Reason.PASSWORD_SAME)
    await passwords.check(new, user.email, user.name)
    return await passwords.make_hash(new)
