"""STUB."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auth import snapshots
from auth.access import groups_of
from auth.admin.actor import Actor, authorize
from models.access import UserRole
from models.user import User

STATUSES = ('active', 'invited', 'unverified', 'blocked')


@dataclass(frozen=True)
class Filter:
    text: str = ''
    role: str = ''
    group: str = ''
    status: str = ''


class Sort(StrEnum):
    EMAIL = 'email'
    NAME = 'name'
    SEEN = 'seen'
    CREATED = 'created'


@dataclass(frozen=True)
class Person:
    id: str
    email: str
    name: str
    status: str
    roles: tuple[str, ...]
    role_keys: tuple[str, ...]
    groups: tuple[str, ...]
    last_seen_at: datetime | None
    created_at: datetime
    attributes: Mapping[str, str]
    version: int


@dataclass(frozen=True)
class PeoplePage:
    people: tuple[Person, ...]
    count: int
    capped: bool
    looked_through: int | None
    next: str | None
    previous: str | None


async def list_people(
    actor: Actor, filter: Filter, *, sort: Sort = Sort.EMAIL, descending: bool = False, at: str = '', size: int = 50
) -> PeoplePage:
    await authorize(actor)
    q = User.filter(email_key__contains=filter.text) if filter.text else User.all()
    if filter.role:
        q = q.filter(user_roles__role__key=filter.role)
    col = {'email': 'email_key', 'name': 'name_key', 'seen': 'last_seen_at', 'created': 'created_at'}[sort]
    off = int(at or 0)
    n = await q.count()
    us = await q.order_by(('-' if descending else '') + col).offset(off).limit(size)
    out = []
    gs = await snapshots.all_groups()
    for u in us:
        held = await UserRole.filter(user_id=u.id).values_list('role__key', 'role__name')
        st = (
            'blocked'
            if u.blocked_at
            else 'invited'
            if not u.password_hash
            else 'unverified'
            if not u.verified_at
            else 'active'
        )
        out.append(
            Person(
                str(u.uid),
                u.email,
                u.name,
                st,
                tuple(b for a, b in held),
                tuple(a for a, b in held),
                tuple(sorted(groups_of(frozenset(a for a, b in held), gs))),
                u.last_seen_at,
                u.created_at,
                u.attributes,
                u.version,
            )
        )
    return PeoplePage(
        tuple(out), n, False, None, str(off + size) if off + size < n else None, str(off - size) if off else None
    )


async def each_id(actor: Actor, filter: Filter, *, limit: int) -> AsyncIterator[str]:
    for u in await User.all().limit(limit):
        yield str(u.uid)
