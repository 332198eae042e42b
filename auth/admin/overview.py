"""The admin area's summary: how many people, and which roles and groups there are."""

from dataclasses import dataclass

from tortoise.functions import Count

from auth.admin.actor import Actor, authorize
from models.access import Group, GroupRole, Role, UserRole
from models.clock import now
from models.session import Session
from models.user import User


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts, roles as (name, holders), groups as (key, name, names of the roles a member holds all of)."""

    people: int
    blocked: int
    sessions: int
    roles: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, str, tuple[str, ...]], ...]


async def read(actor: Actor) -> Overview:
    """Read the summary.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    holders = dict(await UserRole.all().annotate(count=Count('id')).group_by('role_id').values_list('role_id', 'count'))
    names: dict[int, list[str]] = {}
    for group_id, role in await GroupRole.all().order_by('role__name_key').values_list('group_id', 'role__name'):
        names.setdefault(group_id, []).append(role)
    at = now()
    return Overview(
        people=await User.all().count(),
        blocked=await User.filter(blocked_at__isnull=False).count(),
        sessions=await Session.filter(ends_at__gt=at, idle_ends_at__gt=at).count(),
        roles=tuple((role.name, int(holders.get(role.id, 0))) for role in await Role.all().order_by('name_key')),
        groups=tuple((g.key, g.name, tuple(names.get(g.id, ()))) for g in await Group.all().order_by('name_key')),
    )
