"""The difference between two states of the gates, in words: who gains and who loses what. Pure functions.

People differ in what they hold: nobody is signed in, or somebody with a set of roles. A gate admits some of them. Who
is admitted after and was not before gains the door; the other way round they lose it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Gate
from ui.gate.gates import Door, Gates, called, listed, words


@dataclass(frozen=True, slots=True)
class Who:
    """Some of all people. `holds` and `without` are for a group: members hold all of the one; who holds all of the
    other as well is not meant.
    """

    name: str
    is_group: bool = False
    holds: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def __str__(self) -> str:
        name = called(self.name) if self.is_group and self.name != SITE_ADMINS else self.name
        if not self.without:
            return name
        return f'{name} without {"all of " if len(self.without) > 1 else ""}{listed(self.without)}'

    @property
    def is_many(self) -> bool:
        """Whether the verb is a plural."""
        return self.name == SIGNED_OUT.name or (self.is_group and self.name == SITE_ADMINS)


EVERYBODY: Final = Who('Everybody')
SIGNED_IN: Final = Who('Everybody who is signed in')
SIGNED_OUT: Final = Who('Signed-out people')


@dataclass(frozen=True, slots=True)
class Change:
    """Some people gain or lose a door."""

    who: Who
    gains: bool
    door: Door


@dataclass(frozen=True, slots=True)
class _Opening:
    """Whom a gate admits: by `access`, and for groups by {group: roles of a member}, None where no code says them."""

    access: Access
    ways: Mapping[str, frozenset[str] | None]


_SHUT: Final = _Opening(Access.GROUPS, {})


def difference(before: Gates, after: Gates) -> list[str]:
    """A line for each thing that a reader has to know; none exactly when the two are equal."""
    found = changes(before, after)
    lines = _group_lines(before.groups, after.groups)
    for who, gains in dict.fromkeys((change.who, change.gains) for change in found):
        doors = [change.door for change in found if (change.who, change.gains) == (who, gains)]
        what = ', '.join(f'{door}{_now(door, before, after)}' for door in doors)
        lines.append(f'{who} {"gain" if gains else "lose"}{"" if who.is_many else "s"} {what}')
    told = {change.door for change in found}
    lines += [_otherwise(door, before, after) for door in _differing(before, after) if door not in told]
    return lines + _moves(before, after)


def changes(before: Gates, after: Gates) -> list[Change]:
    """Who gains and who loses what: gains first, then by people and doors."""
    found = []
    for door in sorted({*before.doors, *after.doors}):
        old, new = _opening(before, door), _opening(after, door)
        found += [Change(who, True, door) for who in _newcomers(old, new)]
        found += [Change(who, False, door) for who in _newcomers(new, old)]
    return sorted(found, key=lambda change: (not change.gains, change.who.is_group, str(change.who), change.door))


def _opening(gates: Gates, door: Door) -> _Opening:
    if door not in gates.doors:
        return _SHUT
    gate = gates.doors[door] or Gate(Access.GROUPS, frozenset({SITE_ADMINS}))  # as `decide` has it
    known = {**gates.groups, SITE_ADMINS: frozenset({SITE_ADMIN})}
    return _Opening(gate.access, {key: known.get(key) for key in sorted(gate.groups)})


def _newcomers(old: _Opening, new: _Opening) -> list[Who]:
    """Whom the new one admits and the old one did not."""
    if old.access is Access.PUBLIC or new.access is Access.PUBLIC:
        of = {Access.PUBLIC: [], Access.SIGNED_IN: [SIGNED_OUT], Access.GROUPS: [EVERYBODY]}
        return of[old.access] if new.access is Access.PUBLIC else []
    if old.access is Access.SIGNED_IN or new.access is Access.SIGNED_IN:
        return [SIGNED_IN] if old.access is Access.GROUPS else []
    return [
        Who(key, True, roles or frozenset(), (old.ways.get(key) or frozenset()) - (roles or frozenset()))
        for key, roles in new.ways.items()
        if not _is_admitted(key, roles, old.ways)
    ]


def _is_admitted(key: str, roles: frozenset[str] | None, ways: Mapping[str, frozenset[str] | None]) -> bool:
    """Whether everybody in a group comes in by these ways. Who is in one that no code declares, only its name says."""
    if roles is None:
        return key in ways
    return not roles or any(way and way <= roles for way in ways.values())


def _now(door: Door, before: Gates, after: Gates) -> str:
    if door not in before.doors:
        return ' (new)'
    if door not in after.doors:
        return ' (gone)'
    old, new = before.doors[door], after.doors[door]
    return '' if old == new else f' (now {words(new)})'


def _otherwise(door: Door, before: Gates, after: Gates) -> str:
    """A door that differs, though nobody gains or loses it."""
    if door not in before.doors or door not in after.doors:
        return f'{door} is {"new" if door in after.doors else "gone"}'
    was, now = words(before.doors[door]), words(after.doors[door])
    return f'{door} has another gate for the same people: {was} before, {now} now'


def _differing(before: Gates, after: Gates) -> Iterator[Door]:
    for door in sorted({*before.doors, *after.doors}):
        if (door in before.doors, before.doors.get(door)) != (door in after.doors, after.doors.get(door)):
            yield door


def _group_lines(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> list[str]:
    lines = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            members = f': a member holds {listed(new)}' if new else ''
            lines.append(f'The group {called(key)} is {"gone" if new is None else "new"}{members}')
        elif old != new:
            needs = [f'now needs {listed(new - old)} too'] if new - old else []
            needs += [f'no longer needs {listed(old - new)}'] if old - new else []
            lines.append(f'{called(key)}: a member {" and ".join(needs)}')
    return lines


def _moves(before: Gates, after: Gates) -> list[str]:
    """A door that is gone and one that is new, of one kind, with one gate that no other such door has: the same one?"""
    gone = [door for door in sorted(before.doors) if door not in after.doors]
    new = [door for door in sorted(after.doors) if door not in before.doors]
    lines = []
    for door in gone:
        marks = door.kind, before.doors[door]
        here = [other for other in gone if (other.kind, before.doors[other]) == marks]
        there = [other for other in new if (other.kind, after.doors[other]) == marks]
        if len(here) == len(there) == 1:
            lines.append(f'{door} seems to have moved: {there[0]} has its gate')
    return lines
