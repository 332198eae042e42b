"""Sign out: the session's row goes, and every open page of it with it."""

import structlog

from auth import audit, sessions
from auth.audit import Act
from auth.visitor import Visitor
from models.database import transaction

log = structlog.get_logger()


async def sign_out(digest: str | None, visitor: Visitor) -> None:
    """End the session of this digest; signing out twice, or without a session, is no error."""
    if digest is None:
        return
    async with transaction():
        user = await sessions.end(digest)
        if user is not None:
            await audit.record(Act.SIGNED_OUT, user, visitor)
    if user is not None:
        log.info('signed out', user=user.uid)
