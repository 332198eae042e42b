"""Roles and groups that code names: made when missing, never taken from an admin's hand."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from tortoise.exceptions import IntegrityError

from auth.access import SITE_ADMIN, SITE_ADMINS
from models import change
from models.access import Group, GroupRole, Role
from models.clock import now
from models.database import transaction

STARTS = 10
"""How many processes may start on one new database at the same moment."""
FIXED: Mapping[str, frozenset[str]] = {SITE_ADMINS: frozenset({SITE_ADMIN})}


async def store(groups: Mapping[str, frozenset[str]]) -> None:
    """Bring the tables up to what the code declares: {group key: role keys}; all of it or nothing.

    A group follows the code for as long as it stands as the code last declared it; one that an admin has
    changed is left alone.
    """
    for attempt in range(1, STARTS + 1):
        try:
            async with transaction():
                if any([await _store_group(key, roles) for key, roles in sorted({**groups, **FIXED}.items())]):
                    await change.record('access')
        except IntegrityError:  # another start made the same row in the same moment: look again
            if attempt == STARTS:
                raise
        else:
            return


async def _store_group(key: str, roles: frozenset[str]) -> bool:
    wanted = sorted(roles)
    group, made = await Group.get_or_create(
        key=key, defaults={'name': key, 'name_key': key.casefold(), 'created_at': now()}
    )
    stand = sorted(await GroupRole.filter(group=group).values_list('role__key', flat=True))
    before = (group.declared or {}).get('roles', [])
    if group.in_code and before == wanted:
        return False
    await Group.filter(id=group.id).update(in_code=True, declared={'roles': wanted})
    if not made and stand != before:
        return False
    rows = [await _store_role(role) for role in wanted]
    await GroupRole.filter(group=group).exclude(role_id__in=[role.id for role in rows]).delete()
    for role in rows:
        await GroupRole.get_or_create(group=group, role=role)
    return True


async def _store_role(key: str) -> Role:
    role = await Role.get_or_none(key=key)
    if role is None:
        role = await Role.create(key=key, name=key, name_key=key.casefold(), in_code=True, created_at=now())
    elif not role.in_code:
        await Role.filter(id=role.id).update(in_code=True)
    return role


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
