"""The person behind a session, as every floor sees them: a frozen value that grants nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from auth.access import SITE_ADMINS


class HeldRole(str):
    """A role that somebody holds now. The text is its fixed key, so that `'Premium' in user.roles` asks what it says.

    `name` is its label, `until` when it ends (aware UTC; None: never). Two of them are equal when all of it is.
    """

    __slots__ = ('name', 'until')
    name: str
    until: datetime | None

    def __new__(cls, key: str, name: str, until: datetime | None = None) -> 'HeldRole':
        role = super().__new__(cls, key)
        role.name, role.until = name, until
        return role

    @property
    def key(self) -> str:
        return str.__str__(self)

    def __eq__(self, other: object) -> bool:
        same = super().__eq__(other)
        if same is True and isinstance(other, HeldRole):
            return self.name == other.name and self.until == other.until
        return same

    def __ne__(self, other: object) -> bool:  # a text has one of its own
        return not self == other

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who is signed in. `id` is the public one; `groups` holds the keys of the groups they are in now."""

    id: str
    email: str
    name: str
    roles: tuple[HeldRole, ...]
    groups: frozenset[str]
    session_id: int
    created_at: datetime
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def role_keys(self) -> frozenset[str]:
        return frozenset(role.key for role in self.roles)

    @property
    def is_site_admin(self) -> bool:
        return SITE_ADMINS in self.groups
