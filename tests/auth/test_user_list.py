"""The list of people: what it shows is what a plain filter and sort would show, on every path through the indexes."""

import itertools
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.connection import get_connection

from auth import snapshots
from auth.admin import user_list, users
from auth.admin.actor import OPERATOR
from auth.admin.user_list import Filter, Sort, each_id, list_people
from auth.errors import Reason
from auth.flows.sign_up import sign_up
from auth.people_status import Status, status_of
from models import people
from models.access import Group, GroupRole, Role, UserRole
from models.clock import now
from models.engines.common import TooSlowError
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import actor as signed_in
from tests.auth.test_accounts import refuses

ROLES = ('Red', 'Green', 'Blue')
GROUPS: dict[str, tuple[str, ...]] = {'Nobody': (), 'Reds': ('Red',), 'Both': ('Red', 'Green'), 'All': ROLES}
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = 'ab%_"\'\\*ßé?-'


@dataclass(frozen=True)
class Someone:
    """A person to be, moments as days: of None there is none."""

    local: str
    name: str
    password: bool
    verified: bool
    blocked: bool
    seen: int | None
    created: int
    roles: dict[str, int | None]
    """When each ends, in days from now."""


names = st.text(LETTERS, max_size=6)
someone = st.builds(
    Someone,
    local=names,
    name=names,
    password=st.booleans(),
    verified=st.booleans(),
    blocked=st.booleans(),
    seen=st.none() | st.integers(0, 3),
    created=st.integers(0, 3),
    roles=st.dictionaries(st.sampled_from(ROLES), st.sampled_from((None, -1, 1)), max_size=3),
)
filters = st.builds(
    Filter,
    text=st.just('') | st.text(LETTERS, max_size=4) | st.just('@x.'),
    role=st.sampled_from(('', '', '', *ROLES)),
    group=st.sampled_from(('', '', '', '', *GROUPS)),
    status=st.sampled_from(('', '', '', '', *Status)),
)


async def settle(crowd: list[Someone]) -> None:
    """Nobody else is there."""
    await User.all().delete()
    made = [
        User(
            email=f'{one.local}{number}@x.example',
            email_key=f'{one.local.casefold()}{number}@x.example',
            name=one.name,
            name_key=one.name.casefold(),
            password_hash='hash' if one.password else None,
            verified_at=SOME_DAY if one.verified else None,
            blocked_at=SOME_DAY if one.blocked else None,
            last_seen_at=None if one.seen is None else SOME_DAY + timedelta(days=one.seen),
            created_at=SOME_DAY + timedelta(days=one.created, microseconds=one.created % 2),
        )
        for number, one in enumerate(crowd)
    ]
    await User.bulk_create(made)
    ids = dict(await User.all().values_list('email', 'id'))
    roles = dict(await Role.all().values_list('key', 'id'))
    held = [
        (ids[user.email], role, days) for user, one in zip(made, crowd, strict=True) for role, days in one.roles.items()
    ]
    await UserRole.bulk_create(
        UserRole(user_id=id_, role_id=roles[role], until=None if days is None else now() + timedelta(days=days))
        for id_, role, days in held
    )


async def define_groups() -> None:
    roles = {key: await Role.create(key=key, name=key, name_key=key.casefold()) for key in ROLES}
    for key, of in GROUPS.items():
        group = await Group.create(key=key, name=f'The {key}', name_key=f'the {key}'.casefold())
        for role in of:
            await GroupRole.create(group=group, role=roles[role])
    snapshots.clear()


async def plainly(filter: Filter, sort: Sort, descending: bool) -> list[str]:
    """The emails that should be listed, found without any index."""
    held: dict[int, set[str]] = {}
    for user_id, key, until in await UserRole.all().values_list('user_id', 'role__key', 'until'):
        if until is None or until > now():
            held.setdefault(user_id, set()).add(key)
    text = ' '.join(filter.text.split())
    in_email, in_name = unicodedata.normalize('NFKC', text).casefold(), text.casefold()

    def fits(user: User) -> bool:
        roles = held.get(user.id, set())
        if min(len(in_email), len(in_name)) < 3:
            found = user.email_key.startswith(in_email) or user.name_key.startswith(in_name)
        else:
            found = in_email in user.email_key or in_name in user.name_key
        group = set(GROUPS[filter.group]) if filter.group else None
        return (
            found
            and (not filter.role or filter.role in roles)
            and (group is None or (bool(group) and group <= roles))
            and filter.status in ('', status_of(user))
        )

    column = {Sort.EMAIL: 'email_key', Sort.NAME: 'name_key', Sort.SEEN: 'last_seen_at', Sort.CREATED: 'created_at'}[
        sort
    ]
    fitting = [user for user in await User.all() if fits(user)]
    there = [user for user in fitting if getattr(user, column) is not None]
    there.sort(key=lambda user: (getattr(user, column), user.id), reverse=descending)
    never = sorted((user for user in fitting if getattr(user, column) is None), key=lambda u: u.id, reverse=descending)
    return [user.email for user in (*there, *never)]


async def walked(filter: Filter, sort: Sort, descending: bool, size: int) -> tuple[list[list[str]], list[list[str]]]:
    """All pages from the first to the last, and again from the last back to the first."""
    forward, back = [], []
    page = await list_people(OPERATOR, filter, sort=sort, descending=descending, size=size)
    assert page.previous is None
    forward.append([person.email for person in page.people])
    while page.next is not None:
        page = await list_people(OPERATOR, filter, sort=sort, descending=descending, size=size, at=page.next)
        forward.append([person.email for person in page.people])
        assert len(forward) < 200
    back.append(forward[-1])
    while page.previous is not None:
        page = await list_people(OPERATOR, filter, sort=sort, descending=descending, size=size, at=page.previous)
        assert page.next is not None
        back.append([person.email for person in page.people])
        assert len(back) < 200
    return forward, back[::-1]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crowd=st.lists(someone, max_size=14) | st.lists(someone, min_size=8, max_size=14),
    filter=filters,
    sort=st.sampled_from((*Sort, Sort.SEEN)),
    descending=st.booleans(),
    size=st.integers(1, 6),
    few=st.sampled_from((1, 3, 10_000)),
    patient=st.booleans(),
)
async def test_pages_in_either_direction_hold_what_a_plain_filter_and_sort_finds(
    house, crowd, filter, sort, descending, size, few, patient
):
    if not await Group.exists(key='Both'):
        await define_groups()
    await settle(crowd)
    with pytest.MonkeyPatch.context() as patch:
        # So few people are many when FEW is fewer, and there is never time when it is 0: each path is walked.
        patch.setattr(people, 'FEW', few)
        patch.setattr(people, 'CHUNK', 3)
        patch.setattr(user_list, 'MOST', few)
        if not patient:
            patch.setattr(user_list, 'PATIENCE', 0)
            patch.setattr(user_list, 'COUNTING', 0)
        expected = await plainly(filter, sort, descending)
        forward, back = await walked(filter, sort, descending, size)
        assert list(itertools.chain(*forward)) == expected
        assert list(itertools.chain(*back)) == expected
        page = await list_people(OPERATOR, filter, sort=sort, descending=descending, size=size)
        assert page.count <= len(expected)
        assert page.capped or page.count == len(expected)
        if patient:
            assert len(page.people) == min(size, len(expected))
            assert page.looked_through is None
            assert page.count >= min(len(expected), few)
        listed = [uid async for uid in each_id(OPERATOR, filter)]
        emails = {str(user.uid): user.email for user in await User.all()}
        assert sorted(emails[uid] for uid in listed) == sorted(expected)


async def test_a_line_says_what_there_is_to_say(house):
    await define_groups()
    uid = await users.create(OPERATOR, 'Ada@Cars.example', None, name='Ada  Lovelace', roles=['Red', 'Green', 'Blue'])
    await User.filter(uid=uid).update(attributes={'team': 'Engines'}, last_seen_at=SOME_DAY)
    user = await User.get(uid=uid)
    await UserRole.filter(user=user, role__key='Blue').update(until=now() - timedelta(seconds=1))
    (person,) = (await list_people(OPERATOR, Filter(text='LOVE'))).people
    assert (person.id, person.email, person.name, person.status) == (uid, 'Ada@cars.example', 'Ada Lovelace', 'invited')
    assert (person.roles, person.role_keys, person.groups) == (('Green', 'Red'),) * 2 + (('The Both', 'The Reds'),)
    assert (person.last_seen_at, person.created_at, person.version) == (SOME_DAY, user.created_at, user.version)
    assert dict(person.attributes) == {'team': 'Engines'}


async def test_people_are_counted_by_role_and_by_group(house):
    await define_groups()
    crowd = [Someone('p', '', True, True, False, None, 0, dict.fromkeys(ROLES[:n])) for n in (1, 2, 2, 3)]
    await settle([*crowd, Someone('q', '', True, True, False, None, 0, {'Blue': -1})])
    held = {key: await user_list.count_people(OPERATOR, Filter(role=key)) for key in ROLES}
    assert held == {'Red': (4, False), 'Green': (3, False), 'Blue': (1, False)}
    members = {key: await user_list.count_people(OPERATOR, Filter(group=key)) for key in GROUPS}
    assert members == {'Nobody': (0, False), 'Reds': (4, False), 'Both': (3, False), 'All': (1, False)}
    assert await user_list.count_people(OPERATOR, Filter(group='Both', text='p2')) == (1, False)


HOSTILE = [
    '\0', 'a\0b', '\ud800', 'abc\ud800', 'x' * 10_000, 'ﷺ' * 500, '"', '""" OR name_key : "', '%', '%%%%', '___',
    "'; --", 'NEAR(a b)', '* * *', '\\', '\\\\\\', '\U0010ffff', '\u202e abc', '?' * 5, '$1 $2', '{}{}',
]  # fmt: skip


async def test_any_text_is_only_looked_for(house):
    await users.create(OPERATOR, 'ada@cars.example', None, name='Ada')
    for text in HOSTILE:
        page = await list_people(OPERATOR, Filter(text=text))
        assert (page.people, page.count, page.next, page.previous) == ((), 0, None, None), text
        assert [uid async for uid in each_id(OPERATOR, Filter(text=text))] == [], text
    for nothing in ('   ', '\n'):
        assert len((await list_people(OPERATOR, Filter(text=nothing))).people) == 1


async def test_an_address_is_found_in_any_spelling(house):
    await users.create(OPERATOR, 'ana@straße.example', None)
    for text in ('ANA@straße.example', 'ana@xn--strae-oqa.example', 'Ana@', 'oqa.ex'):
        assert len((await list_people(OPERATOR, Filter(text=text))).people) == 1, text


UNKNOWN = {
    Reason.ROLE_NOT_FOUND: [Filter(role=key) for key in ('Rot', '\0', '\ud800', 'x' * 10_000)],
    Reason.GROUP_NOT_FOUND: [Filter(group=key) for key in ('Rote', "' OR 1=1", '\0')],
    Reason.INPUT_INVALID: [Filter(status=status) for status in ('banned', 'BLOCKED', '\0')],
}


async def test_a_filter_for_what_is_not_there_is_refused(house):
    for reason, filters in UNKNOWN.items():
        for filter in filters:
            with refuses(reason):
                await list_people(OPERATOR, filter)


async def test_a_cursor_that_was_made_up_is_refused(house):
    for number in range(3):
        await users.create(OPERATOR, f'p{number}@cars.example', None)
    real = (await list_people(OPERATOR, Filter(), size=1)).next
    assert real is not None and 'cars' not in real
    tampered = [real[:-2], real + 'A', real[:40] + ('A' if real[40] != 'A' else 'B') + real[41:], real[::-1]]
    for text in ('1', "' OR 1=1 --", '\0', '\ud800', 'é', 'x' * 10_000, *tampered):
        with refuses(Reason.INPUT_INVALID):
            await list_people(OPERATOR, Filter(), at=text)
    for order in ({'descending': True}, {'sort': Sort.NAME}):
        with refuses(Reason.INPUT_INVALID):
            await list_people(OPERATOR, Filter(), at=real, **order)


async def test_a_page_goes_on_where_somebody_was_who_is_gone(house):
    for number in range(4):
        await users.create(OPERATOR, f'p{number}@cars.example', None)
    page = await list_people(OPERATOR, Filter(text='cars'), size=2)
    await User.filter(email__in=['p0@cars.example', 'p1@cars.example']).delete()
    page = await list_people(OPERATOR, Filter(text='cars'), size=2, at=page.next or '')
    assert [person.email for person in page.people] == ['p2@cars.example', 'p3@cars.example']
    page = await list_people(OPERATOR, Filter(text='cars'), size=2, at=page.previous or '')
    assert page.people == ()


async def test_who_is_no_site_admin_sees_nobody(house):
    await sign_up('ann@cars.example', PASSWORD, VISITOR)
    ann = await signed_in('ann@cars.example')
    for verb in (list_people, user_list.count_people):
        with refuses(Reason.FORBIDDEN):
            await verb(ann, Filter())
    with refuses(Reason.FORBIDDEN):
        await anext(each_id(ann, Filter()))


async def found(text: str) -> list[str]:
    return [person.email for person in (await list_people(OPERATOR, Filter(text=text))).people]


async def test_search_follows_what_happens_to_people(house):
    uid = await users.create(OPERATOR, 'ada@cars.example', None, name='Countess')
    assert await found('ntes') == await found('da@c') == ['ada@cars.example']
    await User.filter(uid=uid).update(name='Duchess', name_key='duchess')
    assert (await found('ntes'), await found('uche')) == ([], ['ada@cars.example'])
    await User.filter(uid=uid).update(email='eve@cars.example', email_key='eve@cars.example')
    assert (await found('ada@'), await found('eve@')) == ([], ['eve@cars.example'])
    await User.filter(uid=uid).update(version=7)
    assert await found('eve@') == ['eve@cars.example']
    await users.delete(OPERATOR, uid)
    assert await found('eve@') == await found('uche') == []
    await index_is_right()


async def index_is_right() -> None:
    client = get_connection('default')
    if client.capabilities.dialect == 'sqlite':  # raises when the index differs from the table
        await client.execute_query("INSERT INTO user_search (user_search, rank) VALUES ('integrity-check', 1)")


async def test_a_search_that_takes_long_is_broken_off_and_the_database_goes_on(house):
    endless = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c'
    client: Any = get_connection('default')
    with pytest.raises(TooSlowError):
        await client.execute_within(0.05, endless, [])
    assert await found('anybody') == []
