"""Verbs on groups: list, create, rename, choose the roles, back to the code's roles, delete. A group is known by its
key, which never changes; people read its name.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import structlog

from auth import audit, declared, page_gates
from auth.access import SITE_ADMINS
from auth.admin import effects, labels
from auth.admin.actor import Actor, authorize
from auth.admin.effects import Door, Effects, People
from auth.audit import Act
from auth.errors import AuthError, Reason
from models import change
from models.access import Group, GroupRole, Role
from models.clock import now
from models.database import transaction
from models.holders import Holders, Walk

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GroupInUse:
    """A group: its roles as (key, name), and how many people are in it. `code_roles` are the keys that the code asks
    for; None where it leaves that to admins.
    """

    key: str
    name: str
    in_code: bool
    roles: tuple[tuple[str, str], ...]
    members: People
    code_roles: frozenset[str] | None

    @property
    def is_fixed(self) -> bool:
        return self.key == SITE_ADMINS

    @property
    def role_keys(self) -> frozenset[str]:
        return frozenset(key for key, _ in self.roles)

    @property
    def is_changed(self) -> bool:
        """Whether an admin has chosen other roles than the code."""
        return self.code_roles is not None and self.code_roles != self.role_keys


async def list_all(actor: Actor) -> tuple[GroupInUse, ...]:
    """All groups by name.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    holders, roles = Holders(), await _roles()
    return tuple([await _in_use(row, holders, roles) for row in await Group.all().order_by('name_key')])


async def get(actor: Actor, key: str) -> GroupInUse:
    """One group.

    Raises:
        AuthError: GROUP_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    row = await Group.get_or_none(key=key)
    if row is None:
        raise AuthError(Reason.GROUP_NOT_FOUND)
    return await _in_use(row, Holders(), await _roles(key))


async def create(actor: Actor, name: str, roles: Collection[str]) -> str:
    """Make a group of whoever holds all of these roles (by key); returns its key, the name that it begins with.

    Raises:
        AuthError: LABEL_INVALID, LABEL_TAKEN, ROLE_NOT_FOUND, FORBIDDEN
    """
    name = labels.check(name)
    async with transaction():
        await authorize(actor)
        await labels.refuse_taken(Group, name)
        rows = await _rows(roles)
        group = await Group.create(key=name, name=name, name_key=name.casefold(), created_at=now())
        await _store(group, rows)
        await audit.record(Act.GROUP_CREATED, None, actor=actor, details={'group': name, 'roles': _listed(roles)})
    log.info('group created', group=name, actor=actor.id)
    return name


async def rename(actor: Actor, key: str, name: str) -> None:
    """Give a group another name; whom it admits and what code calls it stays.

    Raises:
        AuthError: GROUP_NOT_FOUND, FIXED, LABEL_INVALID, LABEL_TAKEN, FORBIDDEN
    """
    name = labels.check(name)
    async with transaction():
        await authorize(actor)
        row = await _get(key)
        await labels.refuse_taken(Group, name, but=row.id)
        await Group.filter(id=row.id).update(name=name, name_key=name.casefold())
        await change.record('access')
        await audit.record(Act.GROUP_RENAMED, None, actor=actor, details={'group': key, 'from': row.name, 'to': name})
    log.info('group renamed', group=key, name=name, actor=actor.id)


async def preview_roles(actor: Actor, key: str | None, roles: Collection[str], doors: Iterable[Door]) -> Effects:
    """What `set_roles` would do; with None for a key what `create` would.

    Raises:
        AuthError: GROUP_NOT_FOUND, FIXED, ROLE_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    group = '' if key is None else (await _get(key)).key
    wanted = frozenset(row.id for row in await _rows(roles))
    before = await effects.stored()
    return await effects.work_out(before, {**before, group: wanted}, doors)


async def set_roles(
    actor: Actor, key: str, roles: Collection[str], *, instead_of: Collection[str] | None = None
) -> None:
    """Let a group admit whoever holds all of these roles (by key), and nobody when there are none. `instead_of` are the
    roles that whoever chooses has seen.

    Raises:
        AuthError: GROUP_NOT_FOUND, FIXED, ROLE_NOT_FOUND, CHANGED_MEANWHILE, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        group = await _get(key)
        before = {str(role) for role in await GroupRole.filter(group=group).values_list('role__key', flat=True)}
        if instead_of is not None and before != set(instead_of):
            raise AuthError(Reason.CHANGED_MEANWHILE)
        rows = await _rows(roles)
        if before == {row.key for row in rows}:
            return
        await _store(group, rows)
        await audit.record(
            Act.GROUP_CHANGED, None, actor=actor, details={'group': key, 'from': _listed(before), 'to': _listed(roles)}
        )
    log.info('group changed', group=key, roles=_listed(roles), actor=actor.id)


async def update(
    actor: Actor, key: str, name: str, roles: Collection[str], *, instead_of: Collection[str] | None = None
) -> None:
    """Give a group this name and these roles; what is so already stays.

    Raises:
        AuthError: as `rename` and `set_roles`
    """
    async with transaction():
        await authorize(actor)
        if (await _get(key)).name != labels.check(name):
            await rename(actor, key, name)
        await set_roles(actor, key, roles, instead_of=instead_of)


async def preview_reset(actor: Actor, key: str, doors: Iterable[Door]) -> Effects:
    """What `reset_roles` would do.

    Raises:
        AuthError: as `reset_roles`
    """
    await authorize(actor)
    known = frozenset([str(role) for role in await Role.all().values_list('key', flat=True)])
    # A role that is not there yet is held by nobody: then so is the group.
    roles = await _code_roles(key)
    return await preview_roles(actor, key, roles if roles <= known else (), doors)


async def reset_roles(actor: Actor, key: str, *, instead_of: Collection[str] | None = None) -> None:
    """Put the roles back to those of the code, which the group then follows again.

    Raises:
        AuthError: NOT_IN_CODE, and as `set_roles`
    """
    async with transaction():
        await authorize(actor)
        roles = await _code_roles(key)
        for role in roles:  # one that an earlier Nicegate met in the code of a group that an admin had changed
            await declared.get_role(role)
        await set_roles(actor, key, roles, instead_of=instead_of)


async def preview_delete(actor: Actor, key: str, doors: Iterable[Door]) -> Effects:
    """What `delete` would do.

    Raises:
        AuthError: as `delete`
    """
    await authorize(actor)
    group = await _get_deletable(key)
    before = await effects.stored()
    after = {key: roles for key, roles in before.items() if key != group.key}
    return await effects.work_out(before, after, doors)


async def delete(actor: Actor, key: str) -> None:
    """Delete a group. People keep their roles; a gate that names this group alone opens to nobody.

    Raises:
        AuthError: GROUP_NOT_FOUND, FIXED, NAMED_IN_CODE, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        group = await _get_deletable(key)
        await Group.filter(id=group.id).delete()
        await page_gates.leave_out(key)
        await change.record('access')
        await audit.record(Act.GROUP_DELETED, None, actor=actor, details={'group': key, 'name': group.name})
    log.info('group deleted', group=key, actor=actor.id)


async def _in_use(row: Group, holders: Holders, roles: dict[int, list[tuple[int, str, str]]]) -> GroupInUse:
    mine = roles.get(row.id, [])
    members = People(await holders.count([Walk(frozenset(id for id, _, _ in mine))]))
    code_roles = None if row.declared is None else frozenset(row.declared.get('roles', ()))
    return GroupInUse(
        row.key,
        row.name,
        row.in_code,
        tuple((key, name) for _, key, name in mine),
        members,
        code_roles if row.in_code else None,
    )


async def _roles(group: str | None = None) -> dict[int, list[tuple[int, str, str]]]:
    """The roles (row, key, name) of each group (by row), or of one."""
    rows = GroupRole.all() if group is None else GroupRole.filter(group__key=group)
    found: dict[int, list[tuple[int, str, str]]] = {}
    for group_id, *role in await rows.order_by('role__name_key').values_list(
        'group_id', 'role_id', 'role__key', 'role__name'
    ):
        found.setdefault(group_id, []).append((role[0], role[1], role[2]))
    return found


async def _store(group: Group, roles: Collection[Role]) -> None:
    await GroupRole.filter(group=group).exclude(role_id__in=[role.id for role in roles]).delete()
    for role in roles:
        await GroupRole.get_or_create(group=group, role=role)
    await change.record('access')


async def _rows(keys: Collection[str]) -> list[Role]:
    """The rows of these roles.

    Raises:
        AuthError: ROLE_NOT_FOUND for the first that is none
    """
    rows = await Role.filter(key__in=list(set(keys)))
    if missing := sorted(set(keys) - {row.key for row in rows}):
        raise AuthError(Reason.ROLE_NOT_FOUND, role=missing[0])
    return rows


async def _code_roles(key: str) -> frozenset[str]:
    group = await _get(key)
    if not group.in_code or group.declared is None:
        raise AuthError(Reason.NOT_IN_CODE)
    return frozenset(group.declared.get('roles', ()))


async def _get(key: str) -> Group:
    group = await Group.get_or_none(key=key)
    if group is None:
        raise AuthError(Reason.GROUP_NOT_FOUND)
    if group.key == SITE_ADMINS:
        raise AuthError(Reason.FIXED)
    return group


async def _get_deletable(key: str) -> Group:
    group = await _get(key)
    if group.in_code:
        raise AuthError(Reason.NAMED_IN_CODE)
    return group


def _listed(roles: Iterable[str]) -> str:
    return ', '.join(sorted(roles))
