"""What this process last read of each session in use: fresh to milliseconds by events, never older than 5 s.

`hear` is the one entrance for changes. It first flips what is in memory, in one synchronous step (from then on no
door lets anybody through on old rights), then tells those who show pages; they read again and decide again.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from auth.access import Group, groups_of
from auth.current_user import CurrentUser, HeldRole
from models import access as tables
from models.change import Changed
from models.clock import now
from models.session import Session

SNAPSHOT_AGE = 5.0
"""Seconds after which a snapshot is read again even if nothing was heard (design, section 3)."""
CAPACITY = 20_000
"""Snapshots kept: about 1 KB each, and more people than one process can serve."""
HANDED_OVER_IN = 2.0
"""Seconds that an answer with a new cookie may take to reach its browser: a phone on a bad line."""
CHUNK = 500
"""Digests in one query; SQLite takes 32,766 parameters, PostgreSQL plans short lists better."""


class Stale:
    """The answer "nothing fresh is known"."""


STALE: Final = Stale()


@dataclass(slots=True)
class Snapshot:
    """One session as last read. `user` is None when the session is over."""

    user: CurrentUser | None
    user_id: int
    keep: bool = False
    idle_ends_at: datetime = field(default_factory=now)
    ends_at: datetime = field(default_factory=now)
    read_at: float = field(default_factory=time.monotonic)
    touch_after: float = 0.0
    replaced_at: float | None = None
    stale: bool = False


_snapshots: OrderedDict[str, Snapshot] = OrderedDict()
_groups: tuple[Group, ...] | None = None
_groups_read_at = 0.0
_generation = 0
_listeners: list[Callable[[], None]] = []


def get(digest: str) -> Snapshot | None:
    return _snapshots.get(digest)


def peek(digest: str) -> CurrentUser | Stale | None:
    """Who has this session, without waiting; STALE when the database must be asked."""
    snapshot = _snapshots.get(digest)
    if snapshot is None:
        return STALE
    if snapshot.user is None:
        return STALE if snapshot.stale else None
    if snapshot.stale or time.monotonic() - snapshot.read_at > SNAPSHOT_AGE or _is_over(snapshot, now()):
        return STALE
    return snapshot.user


def is_just_replaced(digest: str) -> bool:
    """Whether this session ended a moment ago for another of the same person in the same browser, whose other tabs may
    not have the new cookie yet.
    """
    snapshot = _snapshots.get(digest)
    replaced_at = snapshot.replaced_at if snapshot is not None else None
    return replaced_at is not None and time.monotonic() - replaced_at < HANDED_OVER_IN


def known_groups() -> frozenset[str]:
    """The keys of the groups as last read, without waiting."""
    return frozenset(group.key for group in _groups or ())


def subscribe(listener: Callable[[], None]) -> None:
    """Call `listener()` after each change, once what is in memory has been flipped. It must not wait."""
    _listeners.append(listener)


async def hear(changes: Sequence[Changed]) -> None:
    """Take in changes from this process or another one."""
    global _generation
    _generation += 1
    for changed in changes:
        _take_in(changed)
    for listener in _listeners:
        listener()


def _take_in(changed: Changed) -> None:
    global _groups
    if changed.kind in ('access', 'lost'):
        _groups = None
        touched = list(_snapshots.values())
    elif changed.kind in ('session', 'replaced'):
        for snapshot in _snapshots.values():
            if snapshot.user is not None and snapshot.user.session_id == changed.session_id:
                snapshot.user = None
                snapshot.replaced_at = time.monotonic() if changed.kind == 'replaced' else None
        return
    elif changed.kind in ('started', 'mail', 'settings'):
        return
    else:
        touched = [snapshot for snapshot in _snapshots.values() if snapshot.user_id == changed.user_id]
    for snapshot in touched:
        snapshot.stale = True


async def read(digests: Sequence[str]) -> dict[str, CurrentUser | None]:
    """Read sessions from the database, however many, in a few queries, and keep what was read."""
    while True:
        generation, started = _generation, time.monotonic()
        groups = await all_groups()
        found: dict[str, Snapshot] = {}
        for first in range(0, len(digests), CHUNK):
            found |= await _read(digests[first : first + CHUNK], groups, started)
        if generation == _generation:  # else a change came in meanwhile: what was read may be from before it
            break
    for digest in digests:
        if (snapshot := found.get(digest)) is not None:
            if (old := _snapshots.get(digest)) is not None:
                snapshot.touch_after = old.touch_after
            _snapshots[digest] = snapshot
            _snapshots.move_to_end(digest)
        elif digest in _snapshots:  # was alive: remember that it is over; never-seen digests are not kept
            _snapshots[digest].user, _snapshots[digest].stale = None, False
    while len(_snapshots) > CAPACITY:
        _snapshots.popitem(last=False)
    return {digest: found[digest].user if digest in found else None for digest in digests}


def clear() -> None:
    """Forget everything: for a process that changes its database."""
    global _groups, _generation
    _generation += 1
    _groups = None
    _snapshots.clear()


async def all_groups() -> tuple[Group, ...]:
    """Every group with the keys of its roles."""
    global _groups, _groups_read_at
    if _groups is not None and time.monotonic() - _groups_read_at <= SNAPSHOT_AGE:
        return _groups
    generation, started = _generation, time.monotonic()
    members: dict[str, set[str]] = {group.key: set() for group in await tables.Group.all()}
    for group, role in await tables.GroupRole.all().values_list('group__key', 'role__key'):
        members.setdefault(group, set()).add(role)
    groups = tuple(Group(key, frozenset(roles)) for key, roles in sorted(members.items()))
    if generation == _generation:
        _groups, _groups_read_at = groups, started
    return groups


async def _read(digests: Sequence[str], groups: tuple[Group, ...], started: float) -> dict[str, Snapshot]:
    at = now()
    sessions = await Session.filter(
        digest__in=digests, ends_at__gt=at, idle_ends_at__gt=at, user__blocked_at__isnull=True
    ).select_related('user')
    roles: dict[int, list[HeldRole]] = {}
    if sessions:
        held = await tables.UserRole.filter(user_id__in={s.user_id for s in sessions}).values_list(
            'user_id', 'role__key', 'role__name', 'until'
        )
        for user_id, key, name, until in held:
            if until is None or until > at:
                roles.setdefault(user_id, []).append(HeldRole(key, name, until))
    return {
        session.digest: Snapshot(
            user=_current_user(session, tuple(sorted(roles.get(session.user_id, ()), key=lambda r: r.name)), groups),
            user_id=session.user_id,
            keep=session.keep,
            idle_ends_at=session.idle_ends_at,
            ends_at=session.ends_at,
            read_at=started,
        )
        for session in sessions
    }


def _current_user(session: Session, roles: tuple[HeldRole, ...], groups: tuple[Group, ...]) -> CurrentUser:
    user = session.user
    return CurrentUser(
        id=str(user.uid),
        email=user.email,
        name=user.name,
        roles=roles,
        groups=groups_of(frozenset(role.key for role in roles), groups),
        session_id=session.id,
        created_at=user.created_at,
        attributes=MappingProxyType(dict(user.attributes)),
    )


def _is_over(snapshot: Snapshot, at: datetime) -> bool:
    """Whether a moment has come at which the database is to be asked: another process may have moved the idle end."""
    roles = snapshot.user.roles if snapshot.user else ()
    ends = (snapshot.idle_ends_at, snapshot.ends_at, *(role.until for role in roles if role.until))
    return min(ends) <= at
