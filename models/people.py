"""The list of people: who fits a filter, a page at a time, at a cost that does not grow with their number.

Every statement walks an index and stops early. What fits is found in one of two ways. When one condition is known, by
its own index, to leave few people, those are taken, tested and sorted. Else people are taken in the order of the list
and each is tested, some thousand at a time, until a page is full or time is up.

Statements are the same text on both databases but for the search itself; values are never part of it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from models.clock import now
from models.engines.common import TooSlowError

FEW = 10_000
"""People whom a condition may leave to be taken by it: they are sorted in some 20 ms."""
VERY_FEW = 1_000
"""People so few that it does not matter whether another condition leaves fewer."""
CHUNK, LARGEST_CHUNK = 500, 4_000
"""People tested by one statement: the first is small, because most conditions are met by many."""
PATIENCE = 0.08
"""Seconds in which an index must tell how many a condition leaves; else they are many."""
LIMIT = 10.0
"""Seconds for one statement whose length is bounded anyhow, on a machine that does everything else as well."""
TRIGRAM = 3
"""Characters from which any part of a text is found by the index; a shorter one is looked for at the beginning."""

DISTINCT = ('id', 'email_key')
"""Columns in which no two people have the same."""
MOMENTS = ('last_seen_at', 'created_at')

STATUSES = {
    'blocked': 'blocked_at IS NOT NULL',
    'invited': 'blocked_at IS NULL AND password_hash IS NULL',
    'unverified': 'blocked_at IS NULL AND password_hash IS NOT NULL AND verified_at IS NULL',
    'active': 'blocked_at IS NULL AND password_hash IS NOT NULL AND verified_at IS NOT NULL',
}
"""What each status means; each has an index of its own (migration 0004)."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement, with `?` where its values belong, in their order."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: 'Sql | str') -> 'Sql':
        other = Sql(other) if isinstance(other, str) else other
        return Sql(f'{self.text} {other.text}', self.values + other.values)


def joined(word: str, pieces: Sequence[Sql]) -> Sql:
    return Sql(f' {word} '.join(piece.text for piece in pieces), tuple(v for piece in pieces for v in piece.values))


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of a person. `test` asks it of the row `u`, by no index but the one of the row's own roles, so that
    no planner begins there; each of `sources` selects, by an index, the ids of some of those who fit, together all.
    """

    test: Sql
    sources: tuple[Sql, ...]

    def taken(self, limit: int) -> Sql:
        """The ids of those who fit, all of them if they are `limit` at most."""
        (first, *others) = (
            Sql('SELECT id FROM (') + source + Sql('LIMIT ?) AS part', (limit,)) for source in self.sources
        )
        return joined('UNION', [first, *others])


def holds(role_id: int) -> Condition:
    """They hold this role now."""
    held = Sql('role_id = ? AND (until IS NULL OR until > ?)', (role_id, now()))
    # Neither database turns this form into a join, which could read everybody who holds the role.
    test = Sql('(SELECT 1 FROM user_role WHERE user_id = u.id AND') + held + 'LIMIT 1) IS NOT NULL'
    return Condition(test, (Sql('SELECT user_id AS id FROM user_role WHERE') + held,))


def has_status(status: str) -> Condition:
    cases = ' '.join(f"WHEN {condition} THEN '{name}'" for name, condition in STATUSES.items())
    test = Sql(f'CASE {cases} END = ?', (status,))
    return Condition(test, (Sql(f'SELECT id FROM user_account WHERE {STATUSES[status]}'),))


def matches(in_email: str, in_name: str) -> Condition:
    """The first is part of their e-mail's key or the second of their name's; a short one its beginning."""
    if min(len(in_email), len(in_name)) < TRIGRAM:
        return _begins(in_email, in_name)
    if _on_sqlite():
        test = Sql('(instr(u.email_key, ?) > 0 OR instr(u.name_key, ?) > 0)', (in_email, in_name))
        phrases = [text.replace('"', '""') for text in (in_email, in_name)]
        source = Sql(
            'SELECT rowid AS id FROM user_search WHERE user_search MATCH ?',
            ('email_key : "{}" OR name_key : "{}"'.format(*phrases),),
        )
        return Condition(test, (source,))
    test = Sql('(strpos(u.email_key, ?) > 0 OR strpos(u.name_key, ?) > 0)', (in_email, in_name))
    patterns = tuple(f'%{_plain(text)}%' for text in (in_email, in_name))
    return Condition(test, (Sql('SELECT id FROM user_account WHERE (email_key LIKE ? OR name_key LIKE ?)', patterns),))


def _begins(*texts: str) -> Condition:
    pairs = list(zip(('email_key', 'name_key'), texts, strict=True))
    tests = [Sql(f'substr(u.{key}, 1, ?) = ?', (len(text), text)) for key, text in pairs]
    # No key holds the last character of all, which is none.
    sources = [
        Sql(f'SELECT id FROM user_account WHERE {key} >= ? AND {key} < ?', (text, f'{text}\U0010ffff'))
        for key, text in pairs
    ]
    return Condition(Sql('(') + joined('OR', tests) + ')', tuple(sources))


def _plain(text: str) -> str:
    for character in '\\%_':
        text = text.replace(character, f'\\{character}')
    return text


@dataclass(frozen=True, slots=True)
class Order:
    """By a column and then by id. Who has nothing in a `nullable` column stands at the end, whatever the direction."""

    column: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands in an order."""

    value: str | datetime | int | None
    id: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A place to go on from: those after it or, going `back`, before it; with the person at it when `inclusive`."""

    place: Place | None = None
    inclusive: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """People in a row in an order: those who have something in its column, or those who have not."""

    column: str
    kind: tuple[Sql, ...]
    down: bool
    bounds: tuple[Sql, ...] = ()

    @property
    def where(self) -> list[Sql]:
        return [*self.kind, *self.bounds] or [Sql('1 = 1')]

    @property
    def by(self) -> str:
        way = ' DESC' if self.down else ''
        return f'u.{self.column}{way}' if self.column in DISTINCT else f'u.{self.column}{way}, u.id{way}'

    def bound(self, sign: str, place: Place) -> Sql:
        """Those after the place (`>`), up to it (`<=`), and so on, in the direction of the stretch."""
        sign = sign.translate(str.maketrans('<>', '><')) if self.down else sign
        if self.column in DISTINCT:
            return Sql(f'u.{self.column} {sign} ?', (place.value,))
        if place.value is None:
            return Sql(f'u.id {sign} ?', (place.id,))
        return Sql(f'(u.{self.column}, u.id) {sign} (?, ?)', (place.value, place.id))


def stretches(order: Order, edge: Edge) -> list[Stretch]:
    """What there is from the edge on, in the direction that it looks."""
    kinds = ['IS NOT NULL', 'IS NULL'] if order.nullable else ['']
    if edge.back:
        kinds.reverse()
    parts = [
        Stretch(order.column, (Sql(f'u.{order.column} {kind}'),) if kind else (), order.descending != edge.back)
        for kind in kinds
    ]
    if edge.place is None:
        return parts
    if order.nullable and (edge.place.value is None) != edge.back:
        del parts[0]
    return [replace(parts[0], bounds=(parts[0].bound('>=' if edge.inclusive else '>', edge.place),)), *parts[1:]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How those who fit are found: the few that `driver` leaves are taken first. `sizes` of the conditions, None when
    an index could not tell in time.
    """

    conditions: tuple[Condition, ...]
    sizes: tuple[int | None, ...] = ()
    driver: Condition | None = None

    @property
    def tests(self) -> list[Sql]:
        return [condition.test for condition in self.conditions if condition is not self.driver]


async def plan(conditions: Sequence[Condition]) -> Plan:
    """Ask each condition's index how many it leaves, until one leaves very few. The first should be the quickest."""
    sizes: list[int | None] = []
    for condition in conditions:
        sizes.append(await _size(condition))
        if sizes[-1] is not None and sizes[-1] <= VERY_FEW:
            break
    few = [(size, i) for i, size in enumerate(sizes) if size is not None and size <= FEW]
    return Plan(tuple(conditions), tuple(sizes), conditions[min(few)[1]] if few else None)


async def _size(condition: Condition) -> int | None:
    try:
        return await _count(condition.taken(FEW + 1), PATIENCE)
    except TooSlowError:
        return None


async def _count(people: Sql, seconds: float = LIMIT) -> int:
    ((count,),) = await _rows(Sql('SELECT count(*) FROM (') + people + ') AS counted', seconds)
    return int(count)


@dataclass(frozen=True, slots=True)
class Found:
    """Places of those who fit, in the order of the list. `stopped` is where time was up, after `looked_through`."""

    places: list[Place]
    stopped: Place | None = None
    looked_through: int = 0


async def find(plan: Plan, order: Order, edge: Edge, size: int, seconds: float) -> Found:
    """The first `size` of those who fit, from the edge on and in the direction that it looks."""
    if plan.driver is not None:
        return Found(await _taken(plan, order, edge, size))
    if not plan.conditions:
        return Found(await _untested(order, edge, size))
    return await _walk(plan, order, edge, size, time.monotonic() + seconds)


async def _taken(plan: Plan, order: Order, edge: Edge, size: int) -> list[Place]:
    parts = stretches(order, edge)
    ends = f'(u.{order.column} IS NULL){" DESC" if edge.back else ""}, ' if order.nullable else ''
    beyond = Sql('(') + joined('OR', [joined('AND', part.where) for part in parts]) + ')'
    query = _picked(plan, f'u.id, u.{order.column}', [beyond, *plan.tests])
    return await _places(order.column, query + Sql(f'ORDER BY {ends}{parts[0].by} LIMIT ?', (size,)))


def _picked(plan: Plan, columns: str, wanted: Sequence[Sql]) -> Sql:
    """Of those whom the driver leaves, who meets the rest."""
    driver = plan.driver or plan.conditions[0]
    picked = Sql('WITH picked AS MATERIALIZED (') + driver.taken(FEW + 1)
    # CROSS JOIN is an order to SQLite: this table first.
    query = picked + f') SELECT {columns} FROM picked CROSS JOIN user_account AS u WHERE u.id = picked.id'
    return joined('AND', [query, *wanted])


async def _untested(order: Order, edge: Edge, size: int) -> list[Place]:
    found: list[Place] = []
    for stretch in stretches(order, edge):
        if len(found) < size:
            found += await _some(stretch, [], size - len(found))
    return found


async def _walk(plan: Plan, order: Order, edge: Edge, size: int, until: float) -> Found:
    found: list[Place] = []
    looked_through, chunk = 0, CHUNK
    for stretch in stretches(order, edge):
        rest: Stretch | None = stretch
        while rest is not None:
            last = await _end(rest, chunk)
            upto = (rest.bound('<=', last),) if last is not None else ()
            found += await _some(replace(rest, bounds=rest.bounds + upto), plan.tests, size - len(found))
            if len(found) == size:
                return Found(found)
            if last is not None:
                looked_through += chunk
                if time.monotonic() > until:
                    return Found(found, last, looked_through)
            rest = replace(stretch, bounds=(stretch.bound('>', last),)) if last is not None else None
            chunk = min(2 * chunk, LARGEST_CHUNK)
    return Found(found)


async def _end(stretch: Stretch, chunk: int) -> Place | None:
    """Where the next `chunk` people end; None when there are no more than that."""
    ends = await _places(stretch.column, _people(stretch) + Sql('LIMIT 1 OFFSET ?', (chunk - 1,)))
    return ends[0] if ends else None


async def _some(stretch: Stretch, tests: Sequence[Sql], size: int) -> list[Place]:
    return await _places(stretch.column, _people(stretch, tests) + Sql('LIMIT ?', (size,)))


def _people(stretch: Stretch, tests: Sequence[Sql] = ()) -> Sql:
    query = Sql(f'SELECT u.id, u.{stretch.column} FROM user_account AS u WHERE')
    return query + joined('AND', [*stretch.where, *tests]) + f'ORDER BY {stretch.by}'


async def count(plan: Plan, most: int, seconds: float) -> tuple[int, bool]:
    """How many fit, and whether there may be more than that: `most` (FEW or less) is counted to, and so long."""
    if plan.driver is not None and plan.tests:
        found = await _count(_picked(plan, 'u.id', plan.tests))
    elif not plan.conditions:
        found = await _count(Sql('SELECT id FROM user_account LIMIT ?', (most + 1,)))
    elif len(plan.conditions) == 1 and plan.sizes[0] is not None:
        found = plan.sizes[0]
    else:
        seen = await find(plan, Order('id'), Edge(), most + 1, seconds)
        return min(len(seen.places), most), len(seen.places) > most or seen.stopped is not None
    return min(found, most), found > most


async def size_of(conditions: Sequence[Condition], most: int) -> tuple[int, bool]:
    """How many meet all of the conditions."""
    return await count(await plan(conditions), most, PATIENCE)


async def _places(column: str, query: Sql) -> list[Place]:
    rows = await _rows(query)
    if column in MOMENTS and _on_sqlite():
        return [Place(row[1] and datetime.fromisoformat(row[1]), row[0]) for row in rows]
    return [Place(row[1], row[0]) for row in rows]


async def _rows(query: Sql, seconds: float = LIMIT) -> list[Any]:
    text, values = query.text, list(query.values)
    if _on_sqlite():
        values = [value.isoformat(' ') if isinstance(value, datetime) else value for value in values]
    else:
        first, *others = text.split('?')
        text = first + ''.join(f'${number}{part}' for number, part in enumerate(others, 1))
    client: Any = get_connection('default')
    return list(await client.execute_within(seconds, text, values))


def _on_sqlite() -> bool:
    return get_connection('default').capabilities.dialect == 'sqlite'
