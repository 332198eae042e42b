"""Rows of people: how they are found and made. Rules about who may do so live in the verbs."""

from uuid import UUID

from auth.errors import AuthError, Reason
from auth.people import check_email
from models.clock import now
from models.user import User


async def find_by_email(email: str) -> User | None:
    """The user with this address in any spelling, or None; what is no address belongs to nobody."""
    try:
        _, key = check_email(email)
    except AuthError:
        return None
    return await User.get_or_none(email_key=key)


async def get_by_email(email: str) -> User:
    """The user with this address.

    Raises:
        AuthError: USER_NOT_FOUND
    """
    user = await find_by_email(email)
    if user is None:
        raise AuthError(Reason.USER_NOT_FOUND, email=email)
    return user


async def get(uid: str) -> User:
    """The user with this public id, whatever text was given for it.

    Raises:
        AuthError: USER_NOT_FOUND
    """
    try:
        user = await User.get_or_none(uid=UUID(uid))
    except ValueError:
        user = None
    if user is None:
        raise AuthError(Reason.USER_NOT_FOUND)
    return user


async def create(email: str, email_key: str, *, name: str, password_hash: str | None) -> User:
    """Insert a checked person inside the caller's transaction; a taken key raises IntegrityError."""
    at = now()
    return await User.create(
        email=email,
        email_key=email_key,
        name=name,
        name_key=name.casefold(),
        password_hash=password_hash,
        password_changed_at=at if password_hash else None,
        verified_at=at,
        created_at=at,
    )
