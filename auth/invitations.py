"""Invitations: links sent by mail with which somebody new sets a password. Asking about one uses nothing up."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from auth.errors import AuthError, Reason
from auth.sessions import TOKEN_BYTES, digest_of
from models.clock import now
from models.code import Code
from models.mail import Mail
from models.user import User

PURPOSE = 'invitation'
LIFETIME = timedelta(days=7)
"""How long a link is good: over a holiday week; Clerk's and Auth0's are good for 30 and 7 days."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who an invitation is for."""

    email: str
    name: str
    attributes: Mapping[str, str]


async def look(token: str) -> Invited:
    """Who this link is for.

    Raises:
        AuthError: INVITATION_INVALID (unknown, or its person may not come in), INVITATION_USED, INVITATION_WITHDRAWN,
            INVITATION_EXPIRED
    """
    user = await get_invited(token)
    return Invited(user.email, user.name, MappingProxyType(dict(user.attributes)))


async def get_invited(token: str) -> User:
    """The person whom a link that can be used now is for.

    Raises:
        AuthError: as `look`
    """
    return (await _get(token))[1]


async def _get(token: str) -> tuple[Code, User]:
    """The row of a link that can be used now, and its user.

    Raises:
        AuthError: as `look`
    """
    row = await Code.get_or_none(purpose=PURPOSE, digest=digest_of(token) or '').select_related('user')
    if row is None or row.user is None or row.user.blocked_at is not None:
        raise AuthError(Reason.INVITATION_INVALID)
    if row.used_at is not None:
        raise AuthError(Reason.INVITATION_USED)
    if row.withdrawn_at is not None:
        raise AuthError(Reason.INVITATION_WITHDRAWN)
    if row.user.password_hash is not None and row.user.verified_at is not None:  # they came in by another way
        raise AuthError(Reason.INVITATION_USED)
    if row.ends_at <= now():
        raise AuthError(Reason.INVITATION_EXPIRED)
    return row, row.user


async def issue(user: User) -> str:
    """A new link's token in place of all earlier ones, inside the caller's transaction. It is shown this once."""
    await end_all(user.id)
    token, at = secrets.token_urlsafe(TOKEN_BYTES), now()
    await Code.create(purpose=PURPOSE, digest=digest_of(token), user=user, created_at=at, ends_at=at + LIFETIME)
    return token


async def spend(token: str) -> Code:
    """Use a link up, inside the caller's transaction; of two clicks one wins.

    Raises:
        AuthError: as `look`
    """
    row, _ = await _get(token)
    usable = Code.filter(id=row.id, used_at__isnull=True, withdrawn_at__isnull=True)
    if not await usable.update(used_at=now()):
        raise AuthError(Reason.INVITATION_USED)
    return row


async def is_withdrawn(user: User) -> bool:
    """Whether somebody has no password, and the last link they were sent was taken back: they are not to come in."""
    if user.password_hash is not None:
        return False
    row = await Code.filter(purpose=PURPOSE, user_id=user.id).order_by('-id').first()
    return row is not None and row.withdrawn_at is not None and row.used_at is None


async def end_all(user_id: int, *, but: int | None = None) -> int:
    """Withdraw the links of a person that are still good, inside the caller's transaction; how many those were."""
    waiting = Mail.filter(user_id=user_id, template='invitation', status='waiting', leased_until__isnull=True)
    await waiting.update(status='late', sealed=None)  # nobody is sent a link that opens nothing
    good = Code.filter(purpose=PURPOSE, user_id=user_id, used_at__isnull=True, withdrawn_at__isnull=True)
    return int(await good.exclude(id=but or 0).update(withdrawn_at=now()))
