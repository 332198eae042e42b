"""Roles and groups that code names: made when missing, never taken from an admin's hand."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import structlog
from tortoise.exceptions import IntegrityError

from auth.access import SITE_ADMIN, SITE_ADMINS
from models import change
from models.access import Group, GroupRole, Role
from models.clock import now
from models.database import transaction
from models.page import PageGate

STARTS = 10
"""How many processes may start on one new database at the same moment."""
FIXED: Mapping[str, frozenset[str]] = {SITE_ADMINS: frozenset({SITE_ADMIN})}
"""Groups and roles that are Nicegate's own."""
LABEL_ROOT = 190
"""Characters of a key that stay in a label with a number: the column takes 200."""


log = structlog.get_logger()


async def store(groups: Mapping[str, frozenset[str]], named: Collection[str] | None = None) -> None:
    """Bring the tables up to what the code declares: {group key: role keys}; all of it or nothing.

    A group follows the code for as long as it stands as the code last declared it; one that an admin has
    changed is left alone. With `named`, the groups that gates name, this is all that the code names: what it does not
    name any more can be deleted by an admin, and what it does cannot.
    """
    for attempt in range(1, STARTS + 1):
        try:
            async with transaction():
                changed = [await _store_group(key, roles) for key, roles in sorted({**groups, **FIXED}.items())]
                if named is not None:
                    await _mark({*groups, *FIXED, *named}, frozenset().union(*groups.values(), *FIXED.values()))
                if any(changed):
                    await change.record('access')
        except IntegrityError:  # another start made the same row in the same moment: look again
            if attempt == STARTS:
                raise
        else:
            return


async def _store_group(key: str, roles: frozenset[str]) -> bool:
    wanted = sorted(roles)
    group, made = await _get_group(key)
    stand = sorted([str(role) for role in await GroupRole.filter(group=group).values_list('role__key', flat=True)])
    before = (group.declared or {}).get('roles', [])
    if group.in_code and before == wanted:
        return made
    await Group.filter(id=group.id).update(in_code=True, declared={'roles': wanted})
    rows = [await get_role(role) for role in wanted]
    # In any case of letters: a role that was adopted has changed its key under the groups that ask for it.
    if not made and sorted(map(str.casefold, stand)) != sorted(map(str.casefold, before)):
        return False
    await GroupRole.filter(group=group).exclude(role_id__in=[role.id for role in rows]).delete()
    for role in rows:
        await GroupRole.get_or_create(group=group, role=role)
    return True


async def _get_group(key: str) -> tuple[Group, bool]:
    """The group of this key, and whether it was made just now. One that differs only in case is it, too."""
    group = await _adopted(Group, key)
    if group is not None:
        return group, False
    return await Group.create(key=key, **await _label(Group, key), in_code=True, created_at=now()), True


async def get_role(key: str) -> Role:
    """The role that the code calls so, made when it is missing, inside the caller's transaction."""
    role = await _adopted(Role, key)
    if role is None:
        return await Role.create(key=key, **await _label(Role, key), in_code=True, created_at=now())
    if not role.in_code:
        await Role.filter(id=role.id).update(in_code=True)
    return role


Named = TypeVar('Named', Role, Group)


async def _adopted(table: type[Named], key: str) -> Named | None:
    """The row of this key. One whose key differs only in case was made by an admin, or by the code when it spelled the
    key otherwise: names are the same in any case, so it takes the code's spelling, which is what gates compare.
    """
    if (row := await table.get_or_none(key=key)) is not None:
        return row
    for id, other in await table.all().values_list('id', 'key'):
        if other.casefold() == key.casefold():
            await table.filter(id=id).update(key=key)
            await change.record('access')
            if table is Group:
                await _respell_gates(other, key)
            log.warning('taken over as the code spells it', kind=table.__name__.lower(), was=other, key=key)
            return await table.get(id=id)
    return None


async def _respell_gates(old: str, key: str) -> None:
    """Let the gates that admins have changed go on naming a group whose key is spelled otherwise now."""
    for row in await PageGate.all():
        for gate in (row.gate, row.replaced):
            if old in gate.get('groups', ()):
                gate['groups'] = sorted(key if each == old else each for each in gate['groups'])
        await PageGate.filter(path=row.path).update(gate=row.gate, replaced=row.replaced)


async def _label(table: type[Named], key: str) -> dict[str, Any]:
    """Name and folded name for a new row: its key, or with a number when an admin has called another one so."""
    name, number = key, 1
    while await table.exists(name_key=name.casefold()):
        number += 1
        name = f'{key[:LABEL_ROOT]} ({number})'
    if name != key:
        log.warning('the name is taken: another label was given', kind=table.__name__.lower(), key=key, name=name)
    return {'name': name, 'name_key': name.casefold()}


async def _mark(groups: Collection[str], roles: Collection[str]) -> None:
    """Note what the code names now. As what a group was declared stays: named again, it follows the code again."""
    for table, keys in ((Group, groups), (Role, roles)):
        known = {str(key): bool(is_named) for key, is_named in await table.all().values_list('key', 'in_code')}
        if appeared := [key for key, is_named in known.items() if key in keys and not is_named]:
            await table.filter(key__in=appeared).update(in_code=True)
        if gone := [key for key, is_named in known.items() if key not in keys and is_named]:
            await table.filter(key__in=gone).update(in_code=False)


async def group_keys() -> frozenset[str]:
    """The keys of all groups there are."""
    return frozenset(str(key) for key in await Group.all().values_list('key', flat=True))


def group_cure(key: str, known: Iterable[str]) -> str:
    """The end of a message about a group that is nowhere: a guess, or how to declare it."""
    return did_you_mean(key, known, f"declare it with group({key!r}, roles=['…'])")


def did_you_mean(word: str, words: Iterable[str], otherwise: str = '') -> str:
    """The end of a message about an unknown word: a guess, else `otherwise` or all there are."""
    known = sorted(words)
    if close := get_close_matches(word, known, n=1, cutoff=0.6):
        return f'did you mean "{close[0]}"?'
    return otherwise or 'there is ' + (', '.join(f'"{other}"' for other in known) or 'none yet')
