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


@asynccontextmanager
async def changing(
    actor: Actor, uid: str, act: Act, found: Mapping[str, str] = MappingProxyType({}), **values: str | int
) -> AsyncIterator[User]:
    """Authorize, announce, change, keep a site admin, then log. `values` stand in the audit, and so does `found`, which
    may be filled meanwhile.

    Raises:
        AuthError: USER_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        await change.record('user', user_id=user.id)  # first: its lock puts changes in order (see keep_one)
        counted = await site_admins.is_one(user)
        yield user
        await audit.record(act, user, actor=actor, details={**values, **found})
        if counted:
            await site_admins.keep_one()
    log.info(act.value, user=user.uid, actor=actor.id, **values)
