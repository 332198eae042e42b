"""The admin area's summary: how many people, what happened on each of the last days, and what needs attention.

It stays cheap with a million rows of each kind. Rows of the audit are counted by their ids, whose order is that of
time: index (act, id) answers by itself. What was counted is kept for as long as it took, many times over.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tortoise.connection import get_connection
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from auth import invitations, site_admins
from auth.access import Access
from auth.admin import effects
from auth.admin.actor import Actor, authorize
from auth.admin.effects import Door
from auth.audit import Act
from auth.mail import worker
from auth.settings import get_settings
from models.audit import Audit
from models.clock import now
from models.code import Code
from models.holders import Holders, Walk
from models.mail import Mail
from models.session import Session
from models.user import User

DAYS: Final = 30
SEEN: Final = 10
"""People who are listed as signed in."""
REST: Final = 10
"""How many times as long as it took to count is what was counted kept: counting takes a tenth of the time at most."""
GOOD_LENGTH: Final = 8
"""The least password length that nobody is warned of (NIST SP 800-63B)."""
_ACTS: Final = (Act.SIGNED_IN, Act.SIGN_IN_FAILED, Act.SIGNED_UP)
_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day (UTC), and how many people there were at its end: those of today who were there then.
    Mails count for the day on which they were due.
    """

    date: date
    people: int
    sign_ins: int
    failures: int
    sign_ups: int
    mails_sent: int
    mails_refused: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who is signed in now, by public id."""

    id: str
    email: str
    name: str
    last_seen_at: datetime


class Concern(StrEnum):
    """What needs the attention of those who run the site."""

    NO_MAIL_SERVER = 'no mail server'
    MAIL_SERVER_FAILING = 'mail server failing'
    MAILS_WAITING = 'mails waiting'
    MAILS_REFUSED = 'mails refused'
    CLOSED_PAGE = 'closed page'
    NO_GATE = 'no gate'
    ONE_SITE_ADMIN = 'one site admin'
    SHORT_PASSWORDS = 'short passwords'


@dataclass(frozen=True, slots=True)
class Matter:
    """One concern: what it is about by name, or how many."""

    concern: Concern
    names: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it. `signed_in` counts people, not their sessions; `days` end with today."""

    people: int
    signed_in: int
    blocked: int
    invited: int
    days: tuple[Day, ...]
    seen: tuple[Seen, ...]
    matters: tuple[Matter, ...]


_kept: tuple[object, float, Overview] | None = None


async def read(actor: Actor, doors: Iterable[Door]) -> Overview:
    """Read the summary, or what it was a moment ago.

    Raises:
        AuthError: FORBIDDEN
    """
    global _kept
    await authorize(actor)
    database, began = get_connection('default'), time.monotonic()
    if _kept is None or _kept[0] is not database or _kept[1] < began:
        found = await _read(list(doors))
        ended = time.monotonic()
        _kept = database, ended + REST * (ended - began), found
    return _kept[2]


async def _read(doors: Sequence[Door]) -> Overview:
    at = now()
    live = Session.filter(ends_at__gt=at, idle_ends_at__gt=at)
    invited = Code.filter(purpose=invitations.PURPOSE, used_at__isnull=True, withdrawn_at__isnull=True, ends_at__gt=at)
    [signed_in] = await live.annotate(count=Count('user_id', distinct=True)).values_list('count', flat=True)
    return Overview(
        people=await User.all().count(),
        signed_in=int(str(signed_in)),
        blocked=await User.filter(blocked_at__isnull=False).count(),  # by an index of its own
        invited=await invited.count(),  # each person has one link at most that is good
        days=await _days(at),
        seen=await _seen(at),
        matters=(*await _mail_matters(), *await _door_matters(doors), *await _other_matters()),
    )


async def _seen(at: datetime) -> tuple[Seen, ...]:
    """Who was seen last. Somebody may have several sessions."""
    rows = (
        await Session.filter(ends_at__gt=at, idle_ends_at__gt=at)
        .order_by('-last_seen_at')
        .limit(SEEN * 5)
        .values_list('user__uid', 'user__email', 'user__name', 'last_seen_at')
    )
    people: dict[str, Seen] = {}
    for uid, email, name, last_seen_at in rows:
        people.setdefault(str(uid), Seen(str(uid), email, name, last_seen_at))
    return tuple(people.values())[:SEEN]


async def _days(at: datetime) -> tuple[Day, ...]:
    today = datetime(at.year, at.month, at.day, tzinfo=UTC)
    starts = [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS + 1)]
    firsts = [await _first_id(start) for start in starts]
    by_id = firsts == sorted(firsts)  # else a clock was set back, or rows were put in later
    people = await User.filter(created_at__lt=starts[0]).count()
    days = []
    for number, start in enumerate(starts[:-1]):
        rows = (
            Audit.filter(id__gte=firsts[number], id__lt=firsts[number + 1])
            if by_id
            else Audit.filter(at__gte=start, at__lt=start + timedelta(days=1))
        )
        acts = await _counted(rows.filter(act__in=list(_ACTS)), 'act')
        mails = await _mails(start)
        people += await User.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).count()
        days.append(
            Day(
                start.date(),
                people=people,
                sign_ins=acts.get(Act.SIGNED_IN, 0),
                failures=acts.get(Act.SIGN_IN_FAILED, 0),
                sign_ups=acts.get(Act.SIGNED_UP, 0),
                mails_sent=mails.get('sent', 0),
                mails_refused=mails.get('refused', 0),
            )
        )
    return tuple(days)


async def _first_id(start: datetime) -> int:
    row = await Audit.filter(at__gte=start).order_by('at').limit(1).values_list('id', flat=True)
    return int(str(row[0])) if row else _NEVER


async def _mails(start: datetime) -> dict[str, int]:
    """By index (status, next_try_at): for a mail that has gone out, that is when it was due."""
    due = Mail.filter(next_try_at__gte=start, next_try_at__lt=start + timedelta(days=1))
    return await _counted(due.filter(status__in=['sent', 'refused']), 'status')


async def _counted(rows: QuerySet[Any], by: str) -> dict[str, int]:
    return dict(await rows.annotate(count=Count('id')).group_by(by).values_list(by, 'count'))


async def _mail_matters() -> list[Matter]:
    waiting = Mail.filter(status='waiting')
    found = []
    if not get_settings().smtp_url:
        found.append(Matter(Concern.NO_MAIL_SERVER, count=await waiting.count()))
    else:
        if worker.is_failing():
            found.append(Matter(Concern.MAIL_SERVER_FAILING))
        if put_off := await waiting.filter(tries__gt=0).count():
            found.append(Matter(Concern.MAILS_WAITING, count=put_off))
    if refused := await Mail.filter(status='refused').count():
        found.append(Matter(Concern.MAILS_REFUSED, count=refused))
    return found


async def _door_matters(doors: Sequence[Door]) -> list[Matter]:
    """Doors without a gate, and those whose groups have nobody in them."""
    groups, holders = await effects.stored(), Holders()
    gated = [door for door in doors if door.gate is not None and door.gate.access is Access.GROUPS]
    named = frozenset[str]().union(*(door.gate.groups for door in gated if door.gate))
    inhabited = {key for key in named if await holders.count([Walk(groups.get(key, frozenset()))], most=1)}
    closed = tuple(door.name for door in gated if door.gate and not door.gate.groups & inhabited)
    ungated = tuple(door.name for door in doors if door.gate is None)
    found = [(Concern.NO_GATE, ungated), (Concern.CLOSED_PAGE, closed)]
    return [Matter(concern, names, len(names)) for concern, names in found if names]


async def _other_matters() -> list[Matter]:
    found = []
    if await site_admins.count() < 2:
        found.append(Matter(Concern.ONE_SITE_ADMIN))
    if (length := get_settings().password_min_length) < GOOD_LENGTH:
        found.append(Matter(Concern.SHORT_PASSWORDS, count=length))
    return found
