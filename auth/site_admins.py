"""Who runs the site, and the rule that one of them who can come in always remains."""

from tortoise.queryset import QuerySet

from auth import roles_of
from auth.access import SITE_ADMIN
from auth.admin.actor import Actor
from auth.errors import AuthError, Reason
from models import change
from models.access import Role, UserRole
from models.user import User


async def exist() -> bool:
    """Whether anybody holds the role for good and is not blocked."""
    return await _permanent().exists()


async def count() -> int:
    """How many they are."""
    return await _permanent().count()


async def appoint(actor: Actor | None, user: User) -> None:
    """Give the role for good, inside the caller's transaction."""
    role = await Role.get(key=SITE_ADMIN)
    await change.record('user', user_id=user.id)
    await roles_of.give(actor, user, role)


async def keep_one() -> None:
    """Call after a change to a site admin, inside its transaction.

    The lock makes two site admins who remove each other at the same moment take turns: the second sees what the first
    did. (On SQLite the transaction itself is that lock, and this asks for nothing.)

    Raises:
        AuthError: LAST_SITE_ADMIN; the transaction is taken back
    """
    await Role.filter(key=SITE_ADMIN).select_for_update().first()
    if not await exist():
        raise AuthError(Reason.LAST_SITE_ADMIN)


async def is_one(user: User) -> bool:
    """Whether this user counts for `exist`."""
    return await _permanent().filter(user=user).exists()


async def is_last(uid: str) -> bool:
    """Whether nobody would remain without the person of this public id."""
    mine = _permanent().filter(user__uid=uid)
    return await mine.exists() and not await _permanent().exclude(user__uid=uid).exists()


def _permanent() -> QuerySet[UserRole]:
    """Who was invited and has no password yet may never come: they do not count."""
    return UserRole.filter(
        role__key=SITE_ADMIN,
        until__isnull=True,
        user__blocked_at__isnull=True,
        user__password_hash__isnull=False,
        user__verified_at__isnull=False,
    )
