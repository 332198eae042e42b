"""What a change to roles or groups would do to people and pages, worked out before it happens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auth.access import Access, Gate
from models.access import Group, GroupRole
from models.holders import MANY, Holders, Walk

NAMED = 5
"""People who are named in a preview; the others are counted."""

Table = Mapping[str, frozenset[int]]
"""The roles (by row) that each group (by key) asks for."""


@dataclass(frozen=True, slots=True)
class Door:
    """A page as the code declares it, or another thing with a gate, and what people call it."""

    name: str
    gate: Gate | None


@dataclass(frozen=True, slots=True)
class People:
    """How many, and the addresses of the first few where somebody asked for them. Counting ends at MANY: so many, or
    more.
    """

    count: int = 0
    named: tuple[str, ...] = ()

    @property
    def is_capped(self) -> bool:
        return self.count >= MANY


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What becomes of one group. `is_left_empty`: it asks for no role any more, so it admits nobody."""

    key: str
    name: str
    joins: People
    leaves: People
    is_left_empty: bool
    asks_less: bool
    """Some of its roles are gone and others stay: the danger in it is that it admits more people than before."""


@dataclass(frozen=True, slots=True)
class DoorEffect:
    """To whom one door would open, and to whom it would close."""

    name: str
    opens: People
    closes: People


@dataclass(frozen=True, slots=True)
class Effects:
    """All of it. `holders` are those who lose a role that is deleted."""

    holders: People = People()
    groups: tuple[GroupEffect, ...] = ()
    doors: tuple[DoorEffect, ...] = ()


async def stored() -> dict[str, frozenset[int]]:
    """The groups as they are."""
    roles: dict[str, set[int]] = {str(key): set() for key in await Group.all().values_list('key', flat=True)}
    for key, role in await GroupRole.all().values_list('group__key', 'role_id'):
        roles.setdefault(key, set()).add(role)
    return {key: frozenset(ids) for key, ids in roles.items()}


async def work_out(before: Table, after: Table, doors: Iterable[Door], *, losing: int | None = None) -> Effects:
    """Compare two tables of groups, for the people there are. A group that `after` does not have is deleted; `losing`
    is a role (by row) that is, which no group of `after` may ask for.
    """
    look, names = _Look(), dict(await Group.all().values_list('key', 'name'))
    changed = [key for key in {**before, **after} if _roles(before, key) != _roles(after, key)]
    return Effects(
        holders=await look.people([Walk(frozenset({losing}))]) if losing is not None else People(),
        groups=tuple([await _group_effect(look, key, names.get(key, key), before, after) for key in sorted(changed)]),
        doors=tuple([effect for door in doors if (effect := await _door_effect(look, door, changed, before, after))]),
    )


class _Look:
    def __init__(self) -> None:
        self._holders = Holders()

    async def people(self, walks: Sequence[Walk]) -> People:
        count = await self._holders.count(walks)
        return People(count, await self._holders.emails(walks, NAMED) if count else ())


async def _group_effect(look: _Look, key: str, name: str, before: Table, after: Table) -> GroupEffect:
    old, new = _roles(before, key), _roles(after, key)
    return GroupEffect(
        key,
        name,
        joins=await look.people(_gained([new], [old])),
        leaves=await look.people(_gained([old], [new])),
        is_left_empty=key in after and not new,
        asks_less=bool(new) and new < old,
    )


async def _door_effect(
    look: _Look, door: Door, changed: Sequence[str], before: Table, after: Table
) -> DoorEffect | None:
    if door.gate is None or door.gate.access is not Access.GROUPS or not door.gate.groups & set(changed):
        return None
    old = [_roles(before, key) for key in sorted(door.gate.groups)]
    new = [_roles(after, key) for key in sorted(door.gate.groups)]
    opens, closes = await look.people(_gained(new, old)), await look.people(_gained(old, new))
    return DoorEffect(door.name, opens, closes) if opens.count or closes.count else None


def _gained(new: Sequence[frozenset[int]], old: Sequence[frozenset[int]]) -> list[Walk]:
    """Those whom one of the new sets of roles admits, and none of the old ones did: each set admits whoever holds all
    of it, and an empty one nobody."""
    without = tuple(roles for roles in old if roles)
    return [Walk(roles, without) for roles in dict.fromkeys(new) if roles]


def _roles(table: Table, key: str) -> frozenset[int]:
    return table.get(key, frozenset())
