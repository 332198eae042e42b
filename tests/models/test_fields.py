"""Columns that mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.exceptions import FieldError, ValidationError
from tortoise.expressions import Q

from models import clock
from models.session import Session
from models.setting import Setting
from models.uid import uuid7
from models.user import User

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
EAST = timezone(timedelta(hours=5))
WEST = timezone(-timedelta(hours=5))


async def a_session(ends: datetime) -> Session:
    user = await User.create(email='a', email_key=f'{uuid7()}')
    return await Session.create(digest=f'{uuid7()}', user=user, idle_ends_at=ends, ends_at=ends)


@pytest.mark.parametrize('stored', [UTC, EAST, WEST])
@pytest.mark.parametrize('asked', [UTC, EAST, WEST])
async def test_moments_compare_rightly_whatever_zone_they_come_in(db: str, stored: timezone, asked: timezone) -> None:
    row = await a_session(NOON.astimezone(stored))
    before, after = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
    assert await Session.filter(ends_at__gt=before.astimezone(asked)).count() == 1
    assert await Session.filter(ends_at__lt=after.astimezone(asked)).count() == 1
    assert await Session.filter(ends_at=NOON.astimezone(asked)).count() == 1
    assert await Session.filter(ends_at__lt=before.astimezone(asked)).count() == 0
    await row.refresh_from_db()
    assert (row.ends_at, row.ends_at.utcoffset()) == (NOON, timedelta(0))


async def test_a_moment_keeps_its_microseconds_or_their_absence(db: str) -> None:
    for moment in (NOON, NOON.replace(microsecond=1)):
        row = await a_session(moment)
        assert (await Session.get(id=row.id)).ends_at == moment
    assert await Session.filter(ends_at__lte=NOON).count() == 1


async def test_a_moment_without_a_zone_is_refused(db: str) -> None:
    with pytest.raises(ValueError, match='naive'):
        await a_session(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match='naive'):
        await Session.filter(ends_at__gt=NOON.replace(tzinfo=None)).count()
    row = await a_session(NOON)
    with pytest.raises(ValueError, match='naive'):
        await Session.filter(id=row.id).update(ends_at=NOON.replace(tzinfo=None))


def test_the_clock_is_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize('value', [{}, {'a': '1'}, {'a': {'b': [1, None, 'ü', '{"c": 1}']}}, {'value': '1'}])
async def test_an_object_comes_back_as_it_was(db: str, value: dict[str, Any]) -> None:
    await Setting.create(key='k', value=value)
    assert (await Setting.get(key='k')).value == value
    assert await Setting.filter(key='k').values_list('value') == [(value,)]
    assert await Setting.filter(key='k').update(value={'b': value}) == 1
    assert (await Setting.get(key='k')).value == {'b': value}


@pytest.mark.parametrize('value', ['1', 'text', 1, [1], True])
async def test_what_is_no_object_must_be_wrapped_in_one(db: str, value: object) -> None:
    with pytest.raises((ValueError, FieldError)):
        await Setting.create(key='k', value=value)


async def test_a_key_that_is_too_long_is_not_found_and_not_stored(db: str) -> None:
    assert await User.filter(email_key='a' * 10_000).first() is None
    with pytest.raises(ValidationError):
        await User.create(email='a', email_key='a' * 10_000)
    person = await User.create(email='a', email_key='a')
    with pytest.raises(ValidationError):
        await User.filter(id=person.id).update(name_key='a' * 10_000)


async def test_the_longest_names_have_room_for_their_keys(db: str) -> None:
    name, email = '\u0390' * 200, '\u0390' * 252 + '@b'
    await User.create(email=email, email_key=email.casefold(), name=name, name_key=name.casefold())
    assert (await User.get(email_key=email.casefold())).name == name


async def test_a_list_is_paged_in_one_order_on_both(db: str) -> None:
    names = ['a', 'B', 'a b', 'ab', 'a-b', 'ä', 'z', 'Z', '1', '_', 'ß', 'ss', '\U0001f600', '\uffee', 'a']
    await User.bulk_create([User(email=f'{i}', email_key=f'{i}', name_key=name) for i, name in enumerate(names)])
    listed: list[str] = []
    page = [('', 0)]
    while page:
        name, user_id = page[-1]
        rest = User.filter(name_key__gte=name).filter(Q(name_key__gt=name) | Q(id__gt=user_id))
        page = [(user.name_key, user.id) for user in await rest.order_by('name_key', 'id').limit(4)]
        listed += [name for name, _ in page]
    assert listed == sorted(names)


@given(st.integers(min_value=0, max_value=20))
def test_public_ids_are_version_7_and_sort_by_their_millisecond(number: int) -> None:
    ids = [uuid7() for _ in range(number + 2)]
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, ids[0].variant)}
    assert sorted(one.int >> 80 for one in ids) == [one.int >> 80 for one in ids]
