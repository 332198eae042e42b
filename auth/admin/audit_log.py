"""The audit as site admins read it: by person, act and time, newest first, in pages that cost the same at any depth.

Whoever has the rows of one person reads two or three indexes and merges them: one query with OR would sort all of them.
"""

import heapq
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from auth import accounts
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import check_email
from models.audit import Audit
from models.user import User

MOST: Final = 500
"""Acts on one page at most."""
BATCH: Final = 1_000
"""Acts read at once for an export."""
LOOKED_THROUGH: Final = 100_000
"""Newest acts in which an address is looked for that only the text of an act has: no index leads there."""
ACTS: Final = 100
"""Newest acts on an address by which its accounts, which are gone, are found."""
SKEW: Final = 5_000
"""Acts by which their numbers and their times may be in different order: clocks are set back, and differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFilter:
    """Which acts. `person`: an email or a public id, of who acted or who was acted on. Times are aware, `until` is not
    included.
    """

    person: str = ''
    act: str = ''
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. Ids are public ids, '' for none; a person is named by the address they had then."""

    id: int
    at: datetime
    act: str
    actor_id: str
    actor: str
    subject_id: str
    subject: str
    address: str
    user_agent: str
    details: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class ActPage:
    """Acts, the newest first, and where the pages before and after begin ('' for none)."""

    entries: tuple[Entry, ...]
    previous: str
    next: str


EVERYTHING: Final = ActFilter()


async def list_acts(actor: Actor, filter: ActFilter = EVERYTHING, at: str = '', size: int = 50) -> ActPage:
    """One page of the acts that `filter` lets through; `at` is '' for the newest, or what a page said.

    Raises:
        AuthError: EMAIL_INVALID (field person), INPUT_INVALID, FORBIDDEN
    """
    await authorize(actor)
    look = await _Look.at(filter)
    way, edge = _read_place(at)
    size = max(1, min(size, MOST))
    if way == 'newer':
        found = await look.read(size + 1, above=edge)
        entries, more = found[:size][::-1], len(found) > size
        return _page(entries, newer=more, older=True)
    found = await look.read(size + 1, below=edge)
    return _page(found[:size], newer=edge is not None, older=len(found) > size)


async def export(actor: Actor, filter: ActFilter = EVERYTHING) -> AsyncIterator[tuple[Entry, ...]]:
    """All acts that `filter` lets through, the newest first, in batches. It ends with the actor's rights.

    Raises:
        AuthError: as `list_acts`
    """
    look = await _Look.at(filter)
    edge: int | None = None
    while True:
        await authorize(actor)
        batch = await look.read(BATCH, below=edge)
        if batch:
            yield tuple(batch)
        if len(batch) < BATCH:
            return
        edge = batch[-1].id


def _page(entries: Sequence[Entry], *, newer: bool, older: bool) -> ActPage:
    if not entries:
        return ActPage((), '', '')
    previous = f'newer-{entries[0].id}' if newer else ''
    return ActPage(tuple(entries), previous, f'older-{entries[-1].id}' if older else '')


def _read_place(at: str) -> tuple[str, int | None]:
    if not at:
        return 'older', None
    way, _, number = at.partition('-')
    if way not in ('older', 'newer') or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise AuthError(Reason.INPUT_INVALID)
    return way, int(number)


@dataclass(frozen=True, slots=True)
class _Look:
    """A filter made ready: the sources whose rows it takes, each read by an index of its own."""

    sources: tuple[QuerySet[Audit], ...]

    @classmethod
    async def at(cls, filter: ActFilter) -> '_Look':
        if filter.act and filter.act not in set(Act):
            raise AuthError(Reason.INPUT_INVALID, field='kind')
        rows = Audit.all()
        if filter.act:
            rows = rows.filter(act=filter.act)
        rows = await _in_time(rows, filter)
        return cls(tuple(await _about(rows, filter.person.strip())) if filter.person.strip() else (rows,))

    async def read(self, count: int, *, below: int | None = None, above: int | None = None) -> list[Entry]:
        """The newest below a number, newest first; or the oldest above one, oldest first."""
        found: dict[int, Audit] = {}
        for source in self.sources:
            if above is not None:
                rows = source.filter(id__gt=above).order_by('id')
            else:
                rows = (source if below is None else source.filter(id__lt=below)).order_by('-id')
            found.update({row.id: row for row in await rows.limit(count)})
        pick = heapq.nlargest if above is None else heapq.nsmallest
        return [_entry(found[id]) for id in pick(count, found)]


async def _in_time(rows: QuerySet[Audit], filter: ActFilter) -> QuerySet[Audit]:
    """Acts of these days. Pages follow the numbers, so the numbers at both ends are looked up by the time first."""
    if filter.since is not None:
        first = await Audit.filter(at__gte=filter.since).order_by('at').first().values('id')
        rows = rows.filter(at__gte=filter.since, id__gte=first['id'] - SKEW if first else 0)
    if filter.until is not None:
        last = await Audit.filter(at__lt=filter.until).order_by('-at').first().values('id')
        rows = rows.filter(at__lt=filter.until, id__lte=last['id'] + SKEW if last else 0)
    return rows


async def _about(rows: QuerySet[Audit], person: str) -> list[QuerySet[Audit]]:
    """Acts of and on somebody. An act that named an address before it had an account, or for which nobody looked
    (forgot password), has the address alone.
    """
    newest = await Audit.all().order_by('-id').first().values('id')
    recent = Q(id__gt=newest['id'] - LOOKED_THROUGH if newest else 0)
    uids, address = await _who(person, recent)
    sources = [rows.filter(**{column: uid}) for uid in uids for column in ('actor_uid', 'subject_uid')]
    if address:
        sources.append(rows.filter(recent, subject_uid__isnull=True, subject=address))
    return sources


async def _who(person: str, recent: Q) -> tuple[set[UUID], str]:
    """The public ids and the address that are meant; of a deleted account the ids come from what the audit tells."""
    try:
        uid = UUID(person)
    except ValueError:
        pass
    else:
        user = await User.get_or_none(uid=uid)
        return {uid}, user.email if user else ''
    try:
        address, _ = check_email(person)
    except AuthError as error:
        raise AuthError(Reason.EMAIL_INVALID, field='person') from error
    user = await accounts.find_by_email(address)
    if user is not None:
        return {user.uid}, user.email
    # By number, and without DISTINCT or NOT NULL: either would have SQLite walk another index, all of it.
    named = await Audit.filter(recent, subject=address).order_by('-id').limit(BATCH).values_list('subject_uid')
    return set([uid for (uid,) in named if uid is not None][:ACTS]), address


def _entry(row: Audit) -> Entry:
    return Entry(
        row.id,
        row.at,
        row.act,
        str(row.actor_uid or ''),
        row.actor,
        str(row.subject_uid or ''),
        row.subject,
        row.address,
        row.user_agent,
        row.details,
    )
