"""The list of people: filtered, sorted, a page at a time, and counts of who holds a role or is in a group."""

import contextlib
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from cryptography.fernet import InvalidToken

from auth import sealed, snapshots
from auth.access import groups_of
from auth.admin.actor import Actor, authorize
from auth.declared import did_you_mean
from auth.errors import AuthError, Reason
from auth.people import KEY_LENGTH, check_email, is_text
from auth.people_status import Status, status_of
from models import people
from models.access import Group, GroupRole, Role, UserRole
from models.clock import now
from models.people import Condition, Edge, Order, Place
from models.user import User

MOST = 10_000
"""People are counted to this number: "10,000+" says as much."""
LARGEST = 200
"""People on one page at most."""
PATIENCE = 0.12
"""Seconds that people are looked through for one page when few of them fit; then it comes with those found so far."""
COUNTING = 0.05
"""Seconds more that go into counting those who fit."""
BATCH = 1_000
"""Ids read at once from a list that is gone through to its end."""


class Sort(StrEnum):
    """What the list is sorted by. Who was never seen stands at the end in both directions."""

    EMAIL = 'email'
    NAME = 'name'
    SEEN = 'seen'
    CREATED = 'created'


COLUMNS = {Sort.EMAIL: 'email_key', Sort.NAME: 'name_key', Sort.SEEN: 'last_seen_at', Sort.CREATED: 'created_at'}
BY_ID = Order('id')
SHOWN = ('id', 'uid', 'email', 'name', 'password_hash', 'verified_at', 'blocked_at', 'attributes', 'created_at',
         'last_seen_at', 'version')  # fmt: skip
"""Columns that a line, or the status in it, is made of."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom to list: those who fit all that is given.

    text: part of e-mail or name, from three characters on; a shorter one is their beginning. role: the key of one that
    they hold now. group: the key of one that they are in now. status: a `Status`.
    """

    text: str = ''
    role: str = ''
    group: str = ''
    status: str = ''


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list. `id` is the public one; roles and groups are those of this moment, by name."""

    id: str
    email: str
    name: str
    status: Status
    roles: tuple[str, ...]
    role_keys: tuple[str, ...]
    groups: tuple[str, ...]
    last_seen_at: datetime | None
    created_at: datetime
    attributes: Mapping[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page. `count` is of all who fit, or with `capped` of so many at least.

    `looked_through` is a number when time was up before the page was full: so many people were looked at for it, in
    the order of the list, and `next` goes on from there. `next` and `previous` are for `at`; None: nobody is there.
    """

    people: tuple[Person, ...]
    count: int
    capped: bool
    looked_through: int | None
    next: str | None
    previous: str | None


async def list_people(
    actor: Actor,
    filter: Filter,
    *,
    sort: Sort = Sort.EMAIL,
    descending: bool = False,
    at: str = '',
    size: int = 50,
) -> PeoplePage:
    """One page of those who fit: the first, or the one that another page's `next` or `previous` leads to.

    Raises:
        AuthError: ROLE_NOT_FOUND, GROUP_NOT_FOUND, INPUT_INVALID (no such status; `at` was made up, or belongs to
            another order), FORBIDDEN
    """
    await authorize(actor)
    size = max(1, min(size, LARGEST))
    order = Order(COLUMNS[sort], descending, nullable=sort is Sort.SEEN)
    edge = _opened(at, order) if at else Edge()
    conditions = await _conditions(filter)
    if conditions is None:
        return PeoplePage((), 0, False, None, None, None)
    plan = await people.plan(conditions)
    found = await people.find(plan, order, edge, size + 1, PATIENCE)
    count, capped = await people.count(plan, MOST, COUNTING)
    places = found.places[:size]
    beyond = _beyond(found, places, more=len(found.places) > size, back=edge.back)
    if edge.back:
        places.reverse()
    back = Edge(edge.place, not edge.inclusive, not edge.back) if edge.place is not None else None
    ahead, behind = (back, beyond) if edge.back else (beyond, back)
    return PeoplePage(
        people=await _people([place.id for place in places]),
        count=max(count, len(places)),
        capped=capped,
        looked_through=found.looked_through if found.stopped is not None else None,
        next=_closed(ahead, order),
        previous=_closed(behind, order),
    )


async def each_id(actor: Actor, filter: Filter) -> AsyncIterator[str]:
    """The public ids of all who fit, in no order that means anything; however many, they are never all in memory.

    Raises:
        AuthError: as `list_people`
    """
    await authorize(actor)
    conditions = await _conditions(filter)
    if conditions is None:
        return
    plan, edge = await people.plan(conditions), Edge()
    while True:
        found = await people.find(plan, BY_ID, edge, BATCH, PATIENCE)
        ids = [place.id for place in found.places]
        uids = dict(await User.filter(id__in=ids).values_list('id', 'uid')) if ids else {}
        for id_ in ids:
            if id_ in uids:  # else deleted meanwhile
                yield str(uids[id_])
        place = found.stopped or (found.places[-1] if len(ids) == BATCH else None)
        if place is None:
            return
        edge = Edge(place)


async def count_people(actor: Actor, filter: Filter) -> tuple[int, bool]:
    """How many fit, and whether there may be more.

    Raises:
        AuthError: as `list_people`
    """
    await authorize(actor)
    conditions = await _conditions(filter)
    return (0, False) if conditions is None else await people.size_of(conditions, MOST)


async def _conditions(filter: Filter) -> list[Condition] | None:
    """What the filter asks for; None when nobody can fit."""
    conditions = [people.has_status(_status(filter.status))] if filter.status else []
    role_ids: set[int] = set()
    if filter.role:
        role_ids.add(await _role_id(filter.role))
    if filter.group:
        of_group = await _role_ids_of(filter.group)
        if not of_group:
            return None
        role_ids |= of_group
    conditions += [people.holds(id_) for id_ in sorted(role_ids)]
    text = ' '.join(filter.text.split()) if isinstance(filter.text, str) else ''
    if text:
        in_email, in_name = _keys(text)
        if not is_text(in_email) or len(in_name) > KEY_LENGTH:
            return None
        conditions.append(people.matches(in_email, in_name))
    return conditions


def _status(text: str) -> str:
    try:
        return Status(text).value
    except ValueError:
        raise AuthError(Reason.INPUT_INVALID, field='status') from None


async def _role_id(key: str) -> int:
    role = await Role.get_or_none(key=key) if isinstance(key, str) and is_text(key) else None
    if role is None:
        known = await Role.all().values_list('key', flat=True)
        raise AuthError(Reason.ROLE_NOT_FOUND, role=key, cure=did_you_mean(key, map(str, known)), field='role')
    return role.id


async def _role_ids_of(key: str) -> set[int]:
    group = await Group.get_or_none(key=key) if isinstance(key, str) and is_text(key) else None
    if group is None:
        raise AuthError(Reason.GROUP_NOT_FOUND, field='group')
    return {int(str(id_)) for id_ in await GroupRole.filter(group_id=group.id).values_list('role_id', flat=True)}


def _keys(text: str) -> tuple[str, str]:
    """The text as it would stand in the key of an e-mail and of a name (auth/people.py)."""
    with contextlib.suppress(AuthError):
        return check_email(text)[1], text.casefold()
    return unicodedata.normalize('NFKC', text).casefold(), text.casefold()


def _beyond(found: people.Found, places: Sequence[Place], *, more: bool, back: bool) -> Edge | None:
    """Where the list goes on in the direction that was looked in."""
    if more:
        return Edge(places[-1], inclusive=False, back=back)
    return Edge(found.stopped, inclusive=False, back=back) if found.stopped is not None else None


def _closed(edge: Edge | None, order: Order) -> str | None:
    """The edge as a text that only we can make: nobody's address stands in it for all to read."""
    if edge is None or edge.place is None:
        return None
    value = edge.place.value
    kind = 'none' if value is None else 'moment' if isinstance(value, datetime) else 'text'
    return sealed.seal(
        _purpose(order),
        {
            'kind': kind,
            'value': value.isoformat() if isinstance(value, datetime) else str(value),
            'id': str(edge.place.id),
            'inclusive': 'yes' if edge.inclusive else '',
            'back': 'yes' if edge.back else '',
        },
    )


def _opened(text: str, order: Order) -> Edge:
    try:
        values = sealed.unseal(_purpose(order), text)
    except (InvalidToken, UnicodeEncodeError, AttributeError):
        raise AuthError(Reason.INPUT_INVALID) from None
    value: str | datetime | None = values['value']
    if values['kind'] == 'moment':
        value = datetime.fromisoformat(values['value'])
    elif values['kind'] == 'none':
        value = None
    return Edge(Place(value, int(values['id'])), bool(values['inclusive']), bool(values['back']))


def _purpose(order: Order) -> str:
    return f'list of people by {order.column}{" descending" if order.descending else ""}'


async def _people(ids: Sequence[int]) -> tuple[Person, ...]:
    """Lines for these people, in this order, with one query for the roles of all."""
    if not ids:
        return ()
    rows = {user.id: user for user in await User.filter(id__in=ids).only(*SHOWN)}
    at = now()
    held: dict[int, list[tuple[str, str]]] = {}
    roles = UserRole.filter(user_id__in=ids).order_by('role__name_key')
    for user_id, key, name, until in await roles.values_list('user_id', 'role__key', 'role__name', 'until'):
        if until is None or until > at:
            held.setdefault(user_id, []).append((key, name))
    groups = await snapshots.all_groups()
    names = dict(await Group.all().values_list('key', 'name'))
    return tuple(
        Person(
            id=str(user.uid),
            email=user.email,
            name=user.name,
            status=status_of(user),
            roles=tuple(name for _, name in theirs),
            role_keys=tuple(key for key, _ in theirs),
            groups=tuple(sorted(names.get(key, key) for key in groups_of(frozenset(k for k, _ in theirs), groups))),
            last_seen_at=user.last_seen_at,
            created_at=user.created_at,
            attributes=MappingProxyType(dict(user.attributes)),
            version=user.version,
        )
        for user, theirs in ((rows[id_], held.get(id_, [])) for id_ in ids if id_ in rows)
    )
