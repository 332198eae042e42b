"""Who acts on others: a signed-in site admin, whoever runs the command line on the machine itself, or the clock."""

from typing import Final

from tortoise.expressions import Q

from auth.access import SITE_ADMIN
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from models.access import UserRole
from models.clock import now
from models.session import Session


class Operator:
    """The command line, whose user can read the database anyway; or the server itself."""

    def __init__(self, id: str) -> None:
        self.id = id


OPERATOR: Final = Operator('operator')
CLOCK: Final = Operator('clock')
"""What ends by itself."""
Actor = CurrentUser | Operator


async def authorize(actor: Actor) -> None:
    """Refuse everybody but site admins, as the database has it now. Call inside the transaction of the act.

    What `actor` says about itself was read earlier: its session may have ended and its role may be gone since.

    Raises:
        AuthError: FORBIDDEN
    """
    if isinstance(actor, Operator):
        return
    at = now()
    alive = await Session.exists(id=actor.session_id, user__uid=actor.id, ends_at__gt=at, idle_ends_at__gt=at)
    holds = await UserRole.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        user__uid=actor.id,
        user__blocked_at__isnull=True,
        role__key=SITE_ADMIN,
    ).exists()
    if not (alive and holds):
        raise AuthError(Reason.FORBIDDEN)
