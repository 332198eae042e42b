"""Who holds which role: how one is given and taken, inside the caller's transaction, and written down."""

from datetime import datetime

from tortoise.expressions import F

from auth import audit
from auth.admin.actor import Actor
from auth.audit import Act
from models.access import Role, UserRole
from models.clock import now
from models.user import User


async def give(actor: Actor | None, user: User, role: Role, until: datetime | None = None) -> bool:
    """Give a role for good or until a moment; whether that changed anything. Without `actor` somebody does it
    themselves, with the set-up link.
    """
    held = await UserRole.get_or_none(user=user, role=role)
    if held is not None and held.until == until:
        return False
    if held is None:
        await UserRole.create(user=user, role=role, until=until, created_at=now())
    else:
        await UserRole.filter(id=held.id).update(until=until)
    details = {'role': role.name, 'until': f'{until:%Y-%m-%d}'} if until else {'role': role.name}
    await _note(actor, user, Act.ROLE_GRANTED, details)
    return True


async def take(actor: Actor, user: User, role: Role) -> bool:
    """Take a role away; whether that changed anything."""
    if not await UserRole.filter(user=user, role=role).delete():
        return False
    await _note(actor, user, Act.ROLE_REVOKED, {'role': role.name})
    return True


async def _note(actor: Actor | None, user: User, act: Act, details: dict[str, str]) -> None:
    """The version grows, too: a form that shows the person as they were must not put the old roles back."""
    await User.filter(id=user.id).update(version=F('version') + 1)
    await audit.record(act, user, actor=actor, details=details)
