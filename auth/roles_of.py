"""Who holds which role: how one is given and taken, inside the caller's transaction."""

from datetime import datetime

from tortoise.expressions import F

from models.access import Role, UserRole
from models.clock import now
from models.user import User


async def give(user: User, role: Role, until: datetime | None = None) -> bool:
    """Give a role for good or until a moment; whether that changed anything."""
    held = await UserRole.get_or_none(user=user, role=role)
    if held is not None and held.until == until:
        return False
    if held is None:
        await UserRole.create(user=user, role=role, until=until, created_at=now())
    else:
        await UserRole.filter(id=held.id).update(until=until)
    await _note(user)
    return True


async def take(user: User, role: Role) -> bool:
    """Take a role away; whether that changed anything."""
    if not await UserRole.filter(user=user, role=role).delete():
        return False
    await _note(user)
    return True


async def _note(user: User) -> None:
    """A form that shows the person as they were must not put the old roles back."""
    await User.filter(id=user.id).update(version=F('version') + 1)
