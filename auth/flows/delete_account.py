"""Delete account: somebody leaves, with all that is kept of them but the audit."""

import structlog

from auth import audit, credentials, sessions, site_admins
from auth.audit import Act
from auth.visitor import Visitor
from models.database import transaction
from models.user import User

log = structlog.get_logger()


async def delete_account(digest: str | None, password: str, visitor: Visitor) -> None:
    """Delete whoever has this session, with their sessions, roles and attributes.

    Raises:
        AuthError: NOT_SIGNED_IN, PASSWORD_WRONG, LAST_SITE_ADMIN, THROTTLED, PASSWORD_STOPPED, BUSY
    """
    await credentials.prove(digest, password, visitor)
    async with transaction():
        user = (await sessions.get_live(digest)).user
        counted = await site_admins.is_one(user)
        await audit.record(Act.ACCOUNT_DELETED, user, visitor)
        await sessions.end_all(user.id)
        await User.filter(id=user.id).delete()
        if counted:
            await site_admins.keep_one()
    log.info('account deleted', user=user.uid, address=visitor.address)
