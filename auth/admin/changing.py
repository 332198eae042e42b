"""The one shape of a change to somebody."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import structlog

from auth import accounts, audit, site_admins
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from models import change
from models.database import transaction
from models.user import User

log = structlog.get_logger()


class NothingChangedError(Exception):
    """Raised inside `changing` where somebody stands already as they should: there is nothing to write down."""


@asynccontextmanager
async def changing(
    actor: Actor, uid: str, act: Act | None, details: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[User]:
    """Authorize, announce, change, keep a site admin, then log. `details` stand in the audit; they may be filled
    meanwhile. Without `act` what is called inside leaves its own rows. After `NothingChangedError` nothing is left.

    Raises:
        AuthError: USER_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        await change.record('user', user_id=user.id)  # first: its lock puts changes in order (see keep_one)
        counted = await site_admins.is_one(user)
        yield user
        if act is not None:
            await audit.record(act, user, actor=actor, details=details)
        if counted:
            await site_admins.keep_one()
    log.info(act or 'roles changed', user=user.uid, actor=actor.id)
