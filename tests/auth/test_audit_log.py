"""The audit as site admins read it: whatever the filter, walking its pages shows what it lets through, once each."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from auth import audit
from auth.access import SITE_ADMIN
from auth.admin import audit_log, users
from auth.admin.actor import OPERATOR
from auth.admin.audit_log import ActFilter, Entry
from auth.audit import Act
from auth.errors import Reason
from models.audit import Audit
from models.database import transaction
from tests.auth.conftest import PASSWORD
from tests.auth.test_accounts import actor, person, refuses

START = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLE = [uuid.UUID(int=number) for number in (1, 2, 3)]
ACTS = ['signed in', 'signed out', 'blocked']
one_of_the_people = st.sampled_from([None, *PEOPLE])
rows = st.lists(
    st.tuples(st.sampled_from(ACTS), one_of_the_people, one_of_the_people, st.integers(0, 200)), max_size=25
)
day = st.one_of(st.none(), st.integers(0, 200).map(lambda hours: START + timedelta(hours=hours)))
filters = st.builds(
    ActFilter,
    person=st.sampled_from(['', *map(str, PEOPLE)]),
    act=st.sampled_from(['', *ACTS]),
    since=day,
    until=day,
)


async def walk(filter: ActFilter, size: int) -> list[Entry]:
    """Forwards to the end, then back to the beginning, which must show the same."""
    pages = [await audit_log.list_acts(OPERATOR, filter, size=size)]
    while pages[-1].next:
        pages.append(await audit_log.list_acts(OPERATOR, filter, pages[-1].next, size))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(await audit_log.list_acts(OPERATOR, filter, back[-1].previous, size))
    forwards = [entry for page in pages for entry in page.entries]
    assert len({entry.id for entry in forwards}) == len(forwards)
    assert sorted(entry.id for page in back for entry in page.entries) == sorted(entry.id for entry in forwards)
    return forwards


def lets_through(filter: ActFilter, row: Audit) -> bool:
    return (
        (not filter.person or filter.person in (str(row.actor_uid), str(row.subject_uid)))
        and (not filter.act or filter.act == row.act)
        and (filter.since is None or row.at >= filter.since)
        and (filter.until is None or row.at < filter.until)
    )


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=rows, filter=filters, size=st.integers(1, 7))
async def test_walking_the_pages_shows_what_the_filter_lets_through(house, written, filter, size):
    await Audit.all().delete()
    for act, by, on, hours in written:
        await Audit.create(act=act, actor_uid=by, subject_uid=on, at=START + timedelta(hours=hours))
    expected = [row.id for row in await Audit.all().order_by('-id') if lets_through(filter, row)]
    assert [entry.id for entry in await walk(filter, size)] == expected
    exported = [entry.id async for batch in audit_log.export(OPERATOR, filter) for entry in batch]
    assert exported == expected


async def test_a_person_is_found_by_address_and_id_with_what_only_named_the_address(house):
    uid = await person('ann@straße.example')
    async with transaction():
        await audit.record(Act.PASSWORD_FORGOTTEN, None, about='ann@straße.example')
        await audit.record(Act.PASSWORD_FORGOTTEN, None, about='bo@cars.example')
    expected = [Act.PASSWORD_FORGOTTEN, Act.USER_CREATED]
    for typed in ('ann@straße.example', ' ANN@xn--strae-oqa.example', uid, uid.upper()):
        assert [entry.act for entry in await walk(ActFilter(person=typed), 1)] == expected
    await users.delete(OPERATOR, uid)
    for typed in ('ann@straße.example', uid):
        found = await audit_log.list_acts(OPERATOR, ActFilter(person=typed))
        assert {Act.DELETED, Act.USER_CREATED} <= {entry.act for entry in found.entries}
    assert not (await audit_log.list_acts(OPERATOR, ActFilter(person=str(uuid.uuid4())))).entries


@pytest.mark.parametrize('given', [{'person': 'x'}, {'person': "' OR 1=1 --"}, {'act': 'no act'}])
async def test_what_can_be_no_filter_is_refused(house, given: dict[str, Any]):
    reason = Reason.EMAIL_INVALID if 'person' in given else Reason.INPUT_INVALID
    with refuses(reason):
        await audit_log.list_acts(OPERATOR, ActFilter(**given))


@pytest.mark.parametrize('at', ['x', 'older-', 'older--1', 'newer-1e9', 'older-' + '9' * 30, 'older-١', '7'])
async def test_an_invented_place_is_refused(house, at):
    with refuses(Reason.INPUT_INVALID):
        await audit_log.list_acts(OPERATOR, at=at)


async def test_only_a_site_admin_reads_it_and_an_export_ends_with_the_right(house, monkeypatch):
    monkeypatch.setattr(audit_log, 'BATCH', 2)
    await person('eve@cars.example')
    boss_id = await users.create(OPERATOR, 'boss@cars.example', PASSWORD, site_admin=True)
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    with refuses(Reason.FORBIDDEN):
        await audit_log.list_acts(await actor('eve@cars.example'))
    boss = await actor('boss@cars.example')
    batches = audit_log.export(boss)
    assert len(await anext(batches)) == 2
    await users.revoke(OPERATOR, boss_id, SITE_ADMIN)
    with refuses(Reason.FORBIDDEN):
        await anext(batches)
