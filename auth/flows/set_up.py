"""Set up: the first site admin comes in by a link that the start prints, good for one hour and one use."""

import secrets
from datetime import timedelta

import structlog
from tortoise.exceptions import IntegrityError

from auth import accounts, audit, sessions, site_admins
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.sessions import NewSession, digest_of
from auth.visitor import Visitor
from models.clock import now
from models.code import Code
from models.database import transaction

log = structlog.get_logger()

LINK_LIFETIME = timedelta(hours=1)
"""How long a set-up link is good: long enough to read a terminal, too short for a log archive (the issue's figure)."""
PURPOSE = 'set up'


async def new_link_token() -> str | None:
    """A fresh set-up token in place of all earlier ones, or None when a site admin exists."""
    token, at = secrets.token_urlsafe(32), now()
    async with transaction():
        if await site_admins.exist():
            return None
        await Code.filter(purpose=PURPOSE).delete()
        await Code.create(purpose=PURPOSE, digest=digest_of(token), created_at=at, ends_at=at + LINK_LIFETIME)
    return token


async def link_is_good(token: str) -> bool:
    """Whether a set-up link would work now. Asking uses nothing up."""
    return not await site_admins.exist() and await Code.filter(**_usable(token)).exists()


async def set_up(
    token: str, email: str, password: str, visitor: Visitor, *, name: str = '', replacing: str | None = None
) -> NewSession:
    """Make the first site admin, signed in; the link is spent. An account of that address is not taken over.

    Raises:
        AuthError: SETUP_LINK_INVALID, SETUP_DONE, EMAIL_*, NAME_INVALID, PASSWORD_*, INPUT_INVALID, BUSY
    """
    if not await link_is_good(token):  # before any hash: a stranger gets no work done
        raise AuthError(Reason.SETUP_DONE if await site_admins.exist() else Reason.SETUP_LINK_INVALID)
    person = await accounts.draft(email, name, password)
    try:
        async with transaction():
            # A conditional update, so that of two clicks one wins; a refusal below takes it back.
            if not await Code.filter(**_usable(token)).update(used_at=now()):
                raise AuthError(Reason.SETUP_LINK_INVALID)
            if await site_admins.exist():
                raise AuthError(Reason.SETUP_DONE)
            user = await accounts.create(person)
            await site_admins.appoint(None, user)
            await audit.record(Act.SET_UP, user, visitor)
            session = await sessions.start(user, visitor, replacing=replacing)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN) from error
    log.info('first site admin set up', user=user.uid, address=visitor.address)
    return session


def _usable(token: str) -> dict[str, object]:
    return {'purpose': PURPOSE, 'digest': digest_of(token) or '', 'used_at__isnull': True, 'ends_at__gt': now()}
