"""Verbs on roles: list, create, rename, delete. A role is known by its key, which stays; people read its name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import structlog

from auth import audit
from auth.access import SITE_ADMIN
from auth.admin import effects, labels
from auth.admin.actor import Actor, authorize
from auth.admin.effects import Door, Effects, People
from auth.audit import Act
from auth.errors import AuthError, Reason
from models import change
from models.access import GroupRole, Role, UserRole
from models.clock import now
from models.database import transaction
from models.holders import Holders, Walk

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RoleInUse:
    """A role: how many people hold it, and the names of the groups that ask for it."""

    key: str
    name: str
    in_code: bool
    holders: People
    groups: tuple[str, ...]

    @property
    def is_fixed(self) -> bool:
        return self.key == SITE_ADMIN


async def list_all(actor: Actor) -> tuple[RoleInUse, ...]:
    """All roles by name.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    holders, groups = Holders(), await _groups()
    return tuple(
        [
            RoleInUse(
                row.key,
                row.name,
                row.in_code,
                People(await holders.count([Walk(frozenset({row.id}))])),
                tuple(groups.get(row.id, ())),
            )
            for row in await Role.all().order_by('name_key')
        ]
    )


async def names(actor: Actor) -> dict[str, str]:
    """The name of each role by its key, in order of the names.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    return dict(await Role.all().order_by('name_key').values_list('key', 'name'))


async def create(actor: Actor, name: str) -> str:
    """Make a role; returns its key, which is the name that it begins with.

    Raises:
        AuthError: LABEL_INVALID, LABEL_TAKEN, FORBIDDEN
    """
    name = labels.check(name)
    async with transaction():
        await authorize(actor)
        await labels.refuse_taken(Role, name)
        await Role.create(key=name, name=name, name_key=name.casefold(), created_at=now())
        await change.record('access')
        await audit.record(Act.ROLE_CREATED, None, actor=actor, details={'role': name})
    log.info('role created', role=name, actor=actor.id)
    return name


async def rename(actor: Actor, key: str, name: str) -> None:
    """Give a role another name; who holds it and what code calls it stays.

    Raises:
        AuthError: ROLE_NOT_FOUND, FIXED, LABEL_INVALID, LABEL_TAKEN, FORBIDDEN
    """
    name = labels.check(name)
    async with transaction():
        await authorize(actor)
        row = await _get(key)
        await labels.refuse_taken(Role, name, but=row.id)
        await Role.filter(id=row.id).update(name=name, name_key=name.casefold())
        await change.record('access')
        await audit.record(Act.ROLE_RENAMED, None, actor=actor, details={'role': key, 'from': row.name, 'to': name})
    log.info('role renamed', role=key, name=name, actor=actor.id)


async def preview_delete(actor: Actor, key: str, doors: Iterable[Door]) -> Effects:
    """What `delete` would do, with the role taken from all groups.

    Raises:
        AuthError: as `delete`
    """
    await authorize(actor)
    row = await _get_deletable(key)
    before = await effects.stored()
    after = {group: roles - {row.id} for group, roles in before.items()}
    return await effects.work_out(before, after, doors, losing=row.id)


async def delete(actor: Actor, key: str, *, taken_from: Collection[str] = ()) -> None:
    """Delete a role, and take it from all who hold it.

    A group that asks for one role less admits MORE people. So a role that groups ask for goes only when whoever deletes
    it names all of these groups (by key): they have seen what it does to them.

    Raises:
        AuthError: ROLE_NOT_FOUND, FIXED, NAMED_IN_CODE, ROLE_IN_USE (groups ask for it and none was named),
            CHANGED_MEANWHILE (other groups than those named), FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        row = await _get_deletable(key)
        asking = dict(await GroupRole.filter(role=row).values_list('group__key', 'group__name'))
        if asking.keys() != set(taken_from):
            listed = ', '.join(sorted(asking.values()))
            raise AuthError(Reason.CHANGED_MEANWHILE if taken_from else Reason.ROLE_IN_USE, groups=listed)
        holders = await UserRole.filter(role=row).count()
        await Role.filter(id=row.id).delete()  # with it go the rows of those who hold it and of groups
        await change.record('access')
        told: dict[str, str | int] = {'role': key, 'name': row.name, 'holders': holders}
        if asking:
            told['taken from'] = ', '.join(sorted(asking))
        await audit.record(Act.ROLE_DELETED, None, actor=actor, details=told)
    log.info('role deleted', role=key, holders=holders, actor=actor.id)


async def _get(key: str) -> Role:
    row = await Role.get_or_none(key=key)
    if row is None:
        raise AuthError(Reason.ROLE_NOT_FOUND, role=key)
    if row.key == SITE_ADMIN:
        raise AuthError(Reason.FIXED)
    return row


async def _get_deletable(key: str) -> Role:
    row = await _get(key)
    if row.in_code:
        raise AuthError(Reason.NAMED_IN_CODE)
    return row


async def _groups() -> dict[int, list[str]]:
    """The names of the groups that ask for each role (by row)."""
    found: dict[int, list[str]] = {}
    for role, group in await GroupRole.all().order_by('group__name_key').values_list('role_id', 'group__name'):
        found.setdefault(role, []).append(group)
    return found
