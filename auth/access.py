"""THE decision: who may open what. Pure functions on frozen values: no database, no clock, no web."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth.current_user import CurrentUser

SITE_ADMIN = 'Site admin'
"""Key of the role that opens the admin area."""
SITE_ADMINS = 'Site admins'
"""Key of the group that the admin area is locked to."""


class Access(StrEnum):
    """What a gate asks for."""

    PUBLIC = 'public'
    SIGNED_IN = 'signed-in'
    GROUPS = 'groups'


class Decision(StrEnum):
    """What a door answers."""

    ALLOW = 'allow'
    SIGN_IN = 'sign in'
    NO_ACCESS = 'no access'


@dataclass(frozen=True, slots=True)
class Gate:
    """The rule of one page or section. `groups` holds group keys and is empty unless `access` is GROUPS.

    `also` holds more such sets, each of which must open it too: what nobody declares, but `both` makes.
    """

    access: Access
    groups: frozenset[str] = frozenset()
    also: frozenset[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        if self.access is not Access.GROUPS:
            return self.access.value
        return ', and '.join(' or '.join(sorted(keys)) for keys in self.demands())

    @property
    def named(self) -> frozenset[str]:
        """Every group in it."""
        return self.groups.union(*self.also)

    def demands(self) -> list[frozenset[str]]:
        """Sets of groups: who comes in is in one group of each. In the same order each time."""
        return sorted([self.groups, *self.also], key=sorted) if self.access is Access.GROUPS else []


@dataclass(frozen=True, slots=True)
class Group:
    """A set of role keys under a key."""

    key: str
    roles: frozenset[str]


def admits(group: Group, held: frozenset[str]) -> bool:
    """Whether someone who holds these roles is in the group: every role of it, and it has at least one."""
    return bool(group.roles) and group.roles <= held


def groups_of(held: frozenset[str], groups: Iterable[Group]) -> frozenset[str]:
    """The keys of all groups that someone who holds these roles is in."""
    return frozenset(group.key for group in groups if admits(group, held))


def decide(gate: Gate | None, user: 'CurrentUser | None') -> Decision:
    """Answer for every door. Without a gate all but site admins are kept out: closed is the default."""
    if gate is not None and gate.access is Access.PUBLIC:
        return Decision.ALLOW
    if user is None:
        return Decision.SIGN_IN
    if gate is None:
        allowed = user.is_site_admin
    else:
        in_one = bool(gate.groups & user.groups) and all(keys & user.groups for keys in gate.also)
        allowed = gate.access is Access.SIGNED_IN or in_one
    return Decision.ALLOW if allowed else Decision.NO_ACCESS


def both(one: Gate | None, other: Gate | None) -> Gate | None:
    """The stricter of two gates: it admits those whom both admit, and nobody else."""
    if one is None and other is None:
        return None
    asked = {keys for gate in (one, other) for keys in (gate.demands() if gate else [frozenset({SITE_ADMINS})])}
    least = sorted((keys for keys in asked if not any(fewer < keys for fewer in asked)), key=sorted)
    if not least:
        is_public = all(gate is not None and gate.access is Access.PUBLIC for gate in (one, other))
        return Gate(Access.PUBLIC if is_public else Access.SIGNED_IN)
    if None in (one, other) and least == [frozenset({SITE_ADMINS})]:
        return None  # the same people, and it stays one that asks for a gate
    return Gate(Access.GROUPS, least[0], frozenset(least[1:]))


@dataclass(frozen=True, slots=True)
class Override:
    """A gate that a site admin has put in the place of the code's, and which one that was then."""

    gate: Gate | None
    replaced: Gate | None


def effective(default: Gate | None, override: Override | None, *, locked: bool = False) -> Gate | None:
    """The gate that holds. Once the code says something else than what was replaced, the stricter of both; where it
    locks a page, an override only ever adds.
    """
    if override is None:
        return default
    if override.replaced == default and not locked:
        return override.gate
    return both(override.gate, default)


def explain(gate: Gate | None, user: 'CurrentUser | None', groups: Iterable[Group]) -> str:
    """Why `decide` answers as it does, in words. `groups` are all there are: they tell which roles somebody lacks."""
    if gate is not None and gate.access is Access.PUBLIC:
        return 'public'
    if user is None:
        return 'signed out'
    if gate is None:
        return 'site admin' if user.is_site_admin else 'no gate yet: only site admins'
    if gate.access is Access.SIGNED_IN:
        return 'signed in'
    for keys in gate.demands():
        if not keys & user.groups:
            known, held = {group.key: group for group in groups}, user.role_keys
            return '; '.join(_lack(known.get(key, Group(key, frozenset())), held) for key in sorted(keys))
    return f'in group {" and ".join(sorted(user.groups & gate.named))}'


def _lack(group: Group, held: frozenset[str]) -> str:
    missing = sorted(group.roles - held)
    if not missing:
        return f'not in group {group.key}' if group.roles else f'nobody is in group {group.key}'
    return f'lacks {"role" if len(missing) == 1 else "roles"} {", ".join(missing)} for group {group.key}'
