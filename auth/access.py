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
    """The rule of one page or section. `groups` holds group keys and is empty unless `access` is GROUPS."""

    access: Access
    groups: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return ' or '.join(sorted(self.groups)) if self.access is Access.GROUPS else self.access.value


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
    allowed = user.is_site_admin if gate is None else gate.access is Access.SIGNED_IN or bool(gate.groups & user.groups)
    return Decision.ALLOW if allowed else Decision.NO_ACCESS


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
    if theirs := sorted(gate.groups & user.groups):
        return f'in group {" and ".join(theirs)}'
    known, held = {group.key: group for group in groups}, user.role_keys
    return '; '.join(_lack(known.get(key, Group(key, frozenset())), held) for key in sorted(gate.groups))


def _lack(group: Group, held: frozenset[str]) -> str:
    missing = sorted(group.roles - held)
    if not missing:
        return f'not in group {group.key}' if group.roles else f'nobody is in group {group.key}'
    return f'lacks {"role" if len(missing) == 1 else "roles"} {", ".join(missing)} for group {group.key}'
