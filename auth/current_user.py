"""The person behind a session, as every floor sees them: a frozen value that grants nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from auth.access import SITE_ADMINS


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody holds now: its fixed key, its label, and when it ends (aware UTC; None: never)."""

    key: str
    name: str
    until: datetime | None = None


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
    def is_site_admin(self) -> bool:
        return SITE_ADMINS in self.groups
