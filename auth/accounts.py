"""Rows of people: how they are found and made. Rules about who may do so live in the verbs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from auth import passwords
from auth.attributes import changed
from auth.errors import AuthError, Reason
from auth.people import EMAIL_LENGTH, check_email, check_name
from models.clock import now
from models.user import User


async def find_by_email(email: str) -> User | None:
    """The user with this address in any spelling, or None; what is no address belongs to nobody."""
    try:
        _, key = check_email(email)
    except AuthError:
        return None
    return await User.get_or_none(email_key=key)


def key_of(email: str) -> str:
    """What is counted under for this address, or for a text that is none."""
    try:
        return check_email(email)[1]
    except AuthError:
        return email[:EMAIL_LENGTH].casefold()


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


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked person who is not in the database yet."""

    email: str
    email_key: str
    name: str
    password_hash: str | None = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict)


async def draft(
    email: str, name: str, password: str | None, attributes: Mapping[str, str] = MappingProxyType({})
) -> Draft:
    """Check what was typed about a new person and hash the password. Outside any transaction: hashing takes long.

    Without a password the person cannot sign in. `attributes` are checked already; empty ones are left out.

    Raises:
        AuthError: EMAIL_INVALID, NAME_INVALID, PASSWORD_*, INPUT_INVALID, BUSY
    """
    address, key = check_email(email)
    name = check_name(name)
    if password is None:
        return Draft(address, key, name, None, attributes)
    await passwords.check(password, address, name)
    return Draft(address, key, name, await passwords.make_hash(password), attributes)


async def create(person: Draft, *, verified: bool = True, must_change_password: bool = False) -> User:
    """Insert a person inside the caller's transaction; a taken key raises IntegrityError."""
    at = now()
    return await User.create(
        email=person.email,
        email_key=person.email_key,
        name=person.name,
        name_key=person.name.casefold(),
        password_hash=person.password_hash,
        password_changed_at=at if person.password_hash else None,
        must_change_password=must_change_password,
        verified_at=at if verified else None,
        attributes=changed({}, person.attributes),
        created_at=at,
    )


async def store_password(
    user: User, password_hash: str, *, must_change: bool = False, known: Mapping[str, object] | None = None
) -> bool:
    """Give somebody this password, inside the caller's transaction, unless theirs has changed since `user` was read, or
    they were blocked: whether it was done. `known` is stored with it, by column.
    """
    at = now()
    same = User.filter(id=user.id, password_hash=user.password_hash, blocked_at__isnull=True)
    return bool(
        await same.update(
            password_hash=password_hash, password_changed_at=at, must_change_password=must_change, **(known or {})
        )
    )
