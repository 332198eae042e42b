"""Blocks: how one is lifted, by a site admin or by its own end.

Everybody asks `blocked_at` alone, so a block holds until somebody lifts it: a worker within a minute of its end, or the
person's own next try to sign in.
"""

from typing import Final

from auth import audit
from auth.admin.actor import CLOCK
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import is_text
from models import change
from models.clock import now
from models.database import transaction
from models.user import User

REASON_LENGTH: Final = 500
"""Characters of a reason, as its column has it: a sentence or three."""


def check_reason(text: str) -> str:
    """The reason as stored, on one line.

    Raises:
        AuthError: BLOCK_REASON_INVALID
    """
    text = ' '.join(text.split())
    if len(text) > REASON_LENGTH or not (text.isprintable() and is_text(text)):
        raise AuthError(Reason.BLOCK_REASON_INVALID, field='reason')
    return text


async def lift(user_id: int) -> None:
    """Lift a block inside the caller's transaction."""
    await User.filter(id=user_id).update(blocked_at=None, blocked_until=None, block_reason='')


async def lift_over(email_key: str | None = None) -> None:
    """Lift the blocks whose end has come: everybody's, or that of one person."""
    over = User.filter(blocked_at__isnull=False, blocked_until__lte=now())
    if email_key is not None:
        over = over.filter(email_key=email_key)
    for user in await over:
        async with transaction():
            if await User.filter(id=user.id, blocked_until__lte=now()).exists():
                await lift(user.id)
                await change.record('user', user_id=user.id)
                await audit.record(Act.UNBLOCKED, user, actor=CLOCK)
