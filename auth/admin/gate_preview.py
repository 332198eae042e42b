"""What a change of a gate would do, before it is made: how many people gain the page, and how many lose it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

from tortoise.connection import get_connection
from tortoise.expressions import Case, Q, When
from tortoise.functions import Sum

from auth import page_gates, snapshots
from auth.access import Decision, Gate, Group, Override, decide, groups_of
from auth.admin.actor import Actor, authorize
from auth.admin.pages import check
from auth.current_user import CurrentUser, HeldRole
from auth.errors import AuthError, Reason
from models.access import Role, UserRole
from models.clock import now
from models.user import User

LOOKED_AT = 20_000
"""People who are looked at: with more, the numbers are lower bounds. Enough to see what one is about to do."""
ROLES = 60
"""Roles that both gates may be about: a bit each, in a number of 64."""


@dataclass(frozen=True, slots=True)
class Preview:
    """People who would gain and lose the page; `strangers`: what becomes of those who are signed out ('gain', 'lose'
    or ''). `at_least`: only the first LOOKED_AT people were looked at. `before` and `after` are the gates.
    """

    gains: int
    loses: int
    strangers: str
    at_least: bool
    before: Gate | None
    after: Gate | None


async def preview(actor: Actor, path: str, gate: Gate | None) -> Preview:
    """Look what this gate would change, or, with None, putting the code's back.

    Raises:
        AuthError: PAGE_NOT_FOUND, GATE_INVALID, PAGE_PERSONAL, FORBIDDEN
    """
    await authorize(actor)
    page = page_gates.declared().get(path)
    if page is None:
        raise AuthError(Reason.PAGE_NOT_FOUND)
    if gate is not None:
        check(page, gate)
    groups = await snapshots.all_groups()
    stands = await page_gates.read_overrides([group.key for group in groups])
    before = page.under(stands.get(path))
    after = page.under(None if gate is None else Override(gate, page.gate))
    last = await _last_looked_at()
    gains = loses = 0
    for held, count in await _people_by_roles(_roles_of((before, after), groups), last):
        someone = _somebody(held, groups)
        had, has = decide(before, someone) is Decision.ALLOW, decide(after, someone) is Decision.ALLOW
        gains += count if has and not had else 0
        loses += count if had and not has else 0
    open_before, open_after = (decide(each, None) is Decision.ALLOW for each in (before, after))
    strangers = '' if open_before is open_after else 'gain' if open_after else 'lose'
    return Preview(gains, loses, strangers, last is not None, before, after)


def _roles_of(gates: Iterable[Gate | None], groups: Iterable[Group]) -> frozenset[str]:
    """Every role that what these gates decide could hang on."""
    named = frozenset().union(*(gate.named for gate in gates if gate is not None))
    return frozenset().union(*(group.roles for group in groups if group.key in named))


async def _last_looked_at() -> int | None:
    """The id of the last person who is looked at; None: all are."""
    found = await User.all().order_by('id').offset(LOOKED_AT).limit(1).values_list('id', flat=True)
    return int(str(found[0])) - 1 if found else None


async def _people_by_roles(keys: Collection[str], last: int | None) -> list[tuple[frozenset[str], int]]:
    """How many people who are not blocked hold exactly which of these roles now: a row for each combination that
    occurs, and none for a person.
    """
    roles = await Role.filter(key__in=list(keys)).values_list('id', 'key') if keys else []
    if len(roles) > ROLES:
        raise AuthError(Reason.GATE_INVALID, field='groups')
    people = User.filter(blocked_at__isnull=True, **({} if last is None else {'id__lte': last}))
    everybody = await people.count()
    if not roles:
        return [(frozenset(), everybody)]
    # Numbers are values to all three; their types name texts and expressions only.
    bits: Any = Case(*(When(role_id=id, then=cast(Any, 1 << at)) for at, (id, _) in enumerate(roles)))
    holders = UserRole.filter(
        Q(until__isnull=True) | Q(until__gt=now()),
        role_id__in=[id for id, _ in roles],
        user__blocked_at__isnull=True,
        **({} if last is None else {'user_id__lte': last}),
    )
    each = holders.annotate(mask=Sum(bits)).group_by('user_id').values('mask').sql(params_inline=True)
    rows = await get_connection('default').execute_query_dict(
        f'SELECT mask, COUNT(*) AS count FROM ({each}) AS person GROUP BY mask'  # noqa: S608 - numbers and a time of ours
    )
    found = [(int(row['mask']), int(row['count'])) for row in rows]
    without = everybody - sum(count for _, count in found)
    named = [str(key) for _, key in roles]
    return [(frozenset(), without)] + [
        (frozenset(key for at, key in enumerate(named) if mask >> at & 1), count) for mask, count in found
    ]


def _somebody(held: frozenset[str], groups: Iterable[Group]) -> CurrentUser:
    roles = tuple(HeldRole(key, key) for key in sorted(held))
    return CurrentUser('', '', '', roles, groups_of(held, groups), session_id=0, created_at=now())
