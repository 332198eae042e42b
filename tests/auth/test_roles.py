"""Roles: made, renamed and deleted by site admins, and what the code names stays."""

import asyncio
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import declared, start
from auth.access import SITE_ADMIN, Access, Gate
from auth.admin import groups, labels, roles, users
from auth.admin.actor import OPERATOR
from auth.admin.effects import Door
from auth.errors import AuthError, Reason
from models.access import Group, GroupRole, Role, UserRole
from models.audit import Audit
from models.change import Change
from models.clock import now
from models.page import PageGate
from tests.auth.test_accounts import actor, person


def refuses(reason: Reason) -> AbstractContextManager[object]:
    return pytest.raises(AuthError, match=f'^{reason.value}$')


async def test_a_role_is_made_given_renamed_and_deleted_and_each_act_is_written_down(house):
    assert await roles.create(OPERATOR, '  Gold   customer ') == 'Gold customer'
    await person('ann@cars.example', 'gold CUSTOMER')
    await roles.rename(OPERATOR, 'Gold customer', 'VIP')
    [gold] = [role for role in await roles.list_all(OPERATOR) if role.key == 'Gold customer']
    assert (gold.name, gold.holders.count, gold.groups, gold.in_code) == ('VIP', 1, (), False)
    heard = await Change.filter(kind='access').count()
    await roles.delete(OPERATOR, 'Gold customer')
    assert await Change.filter(kind='access').count() == heard + 1
    assert not await UserRole.all().count()
    acts = [
        (row.act, row.details) for row in await Audit.filter(act__startswith='role ', actor='operator').order_by('id')
    ]
    assert acts == [
        ('role created', {'role': 'Gold customer'}),
        ('role granted', {'role': 'Gold customer'}),
        ('role renamed', {'role': 'Gold customer', 'from': 'Gold customer', 'to': 'VIP'}),
        ('role deleted', {'role': 'Gold customer', 'name': 'VIP', 'holders': 1}),
    ]


async def test_names_are_unique_in_any_case_and_against_the_names_of_code(house):
    await start.store_groups({'Premium': frozenset({'Premium'})})
    await roles.rename(OPERATOR, 'Premium', 'Gold')
    await roles.create(OPERATOR, 'Silver')
    for taken in ('gold', 'GOLD', 'premium', 'Premium', 'silver', 'SITE ADMIN'):
        with refuses(Reason.LABEL_TAKEN):
            await roles.create(OPERATOR, taken)
        with refuses(Reason.LABEL_TAKEN):
            await roles.rename(OPERATOR, 'Silver', taken) if taken != 'silver' else await roles.create(OPERATOR, taken)
    await roles.rename(OPERATOR, 'Silver', 'SILVER')  # its own
    made = await asyncio.gather(
        *[roles.create(OPERATOR, name) for name in ('Bronze', 'bronze')], return_exceptions=True
    )
    assert sum(isinstance(each, AuthError) for each in made) == 1


@given(st.text(max_size=130, alphabet=st.characters(exclude_categories=['Cs'])))
def test_a_name_is_one_to_a_hundred_printable_characters(text):
    squeezed = ' '.join(text.split())
    if 1 <= len(squeezed) <= 100 and squeezed.isprintable():
        assert labels.check(text) == labels.check(squeezed) == squeezed
    else:
        with refuses(Reason.LABEL_INVALID):
            labels.check(text)


async def test_what_is_fixed_or_named_in_code_stays_and_what_is_unknown_is_refused(house):
    await start.store_groups({'Premium': frozenset({'Premium'})})
    for act in (roles.rename(OPERATOR, SITE_ADMIN, 'Boss'), roles.delete(OPERATOR, SITE_ADMIN)):
        with refuses(Reason.FIXED):
            await act
    with refuses(Reason.NAMED_IN_CODE):
        await roles.delete(OPERATOR, 'Premium', taken_from=['Premium'])
    with refuses(Reason.NAMED_IN_CODE):
        await roles.preview_delete(OPERATOR, 'Premium', [])
    for unknown in ('', 'premium', 'nothing', 'x' * 5000):
        with refuses(Reason.ROLE_NOT_FOUND):
            await roles.delete(OPERATOR, unknown)
        with refuses(Reason.ROLE_NOT_FOUND):
            await roles.rename(OPERATOR, unknown, 'Other')
    await person('eve@cars.example', 'Premium')
    eve = await actor('eve@cars.example')
    for refused in (roles.create(eve, 'X'), roles.rename(eve, 'Premium', 'X'), roles.delete(eve, 'Premium'),
                    roles.list_all(eve), roles.names(eve), roles.preview_delete(eve, 'Premium', [])):  # fmt: skip
        with refuses(Reason.FORBIDDEN):
            await refused


async def test_a_role_that_groups_ask_for_goes_only_when_its_effects_were_seen(house):
    """Premium asks for Member and Paid: without Paid every member of the site is in it."""
    for name in ('Member', 'Paid'):
        await roles.create(OPERATOR, name)
    await groups.create(OPERATOR, 'Premium', ['Member', 'Paid'])
    await groups.create(OPERATOR, 'Payers', ['Paid'])
    for number in range(7):
        await person(f'm{number}@cars.example', 'Member', *(['Paid'] if number < 2 else []))
    doors = [Door('Best cars', Gate(Access.GROUPS, frozenset({'Premium'}))),
             Door('Bills', Gate(Access.GROUPS, frozenset({'Payers'}))),
             Door('Either', Gate(Access.GROUPS, frozenset({'Payers', 'Premium'}))),
             Door('Home', Gate(Access.PUBLIC)), Door('Nowhere', None)]  # fmt: skip
    told = await roles.preview_delete(OPERATOR, 'Paid', doors)
    assert (told.holders.count, told.holders.named) == (2, ('m0@cars.example', 'm1@cars.example'))
    payers, premium = told.groups
    assert (payers.name, payers.leaves.count, payers.joins.count, payers.is_left_empty) == ('Payers', 2, 0, True)
    assert (premium.name, premium.leaves.count, premium.joins.count, premium.asks_less) == ('Premium', 0, 5, True)
    assert len(premium.joins.named) == 5
    assert [(d.name, d.opens.count, d.closes.count) for d in told.doors] == [
        ('Best cars', 5, 0), ('Bills', 0, 2), ('Either', 5, 0)]  # fmt: skip
    with refuses(Reason.ROLE_IN_USE):
        await roles.delete(OPERATOR, 'Paid')
    with refuses(Reason.CHANGED_MEANWHILE):
        await roles.delete(OPERATOR, 'Paid', taken_from=['Premium'])
    assert await Role.exists(key='Paid')
    await roles.delete(OPERATOR, 'Paid', taken_from=['Premium', 'Payers'])
    by_key = {group.key: group for group in await groups.list_all(OPERATOR)}
    assert (by_key['Premium'].members.count, by_key['Payers'].members.count, by_key['Payers'].roles) == (7, 0, ())


async def test_who_holds_a_role_no_more_is_not_counted(house):
    await roles.create(OPERATOR, 'Guest')
    uid = await person('ann@cars.example')
    await users.grant(OPERATOR, uid, 'Guest', until=now() + timedelta(hours=1))
    assert (await roles.list_all(OPERATOR))[0].holders.count == 1
    await UserRole.all().update(until=now() - timedelta(seconds=1))
    assert (await roles.list_all(OPERATOR))[0].holders.count == 0


# ------------------------------------------------------------------ what the code names


async def test_a_name_in_code_takes_over_what_an_admin_made_in_another_case(house):
    await roles.create(OPERATOR, 'gold')
    await groups.create(OPERATOR, 'premium', ['gold'])
    await person('ann@cars.example', 'gold')
    await PageGate.create(path='/x', gate={'access': 'groups', 'groups': ['premium']}, replaced={})
    await start.store_groups({'Premium': frozenset({'Gold'})}, ['Premium'])
    assert {row.key: row.in_code for row in await Role.exclude(key=SITE_ADMIN)} == {'Gold': True}
    assert (await start.read_groups())['Premium'] == {'Gold'}
    assert (await PageGate.get(path='/x')).gate['groups'] == ['Premium']
    assert await UserRole.filter(role__key='Gold').count() == 1
    await start.store_groups({'Premium': frozenset({'Gold', 'Silver'})}, ['Premium'])
    assert (await start.read_groups())['Premium'] == {'Gold', 'Silver'}  # it stands as it was declared: it follows


async def test_a_name_in_code_that_an_admin_gave_to_another_role_gets_a_label_of_its_own(house):
    await start.store_groups({'Premium': frozenset({'Premium'})})
    await roles.rename(OPERATOR, 'Premium', 'Gold')
    await groups.rename(OPERATOR, 'Premium', 'Best')
    await start.store_groups({'Premium': frozenset({'Premium'}), 'best': frozenset({'gold'})})
    assert dict(await Role.filter(key='gold').values_list('key', 'name')) == {'gold': 'gold (2)'}
    assert dict(await Group.filter(key='best').values_list('key', 'name')) == {'best': 'best (2)'}


async def test_what_the_code_does_not_name_any_more_can_be_deleted(house):
    await start.store_groups({'Premium': frozenset({'Gold'})}, ['Premium', 'Made here'])
    await groups.create(OPERATOR, 'Made here', ['Gold'])
    await start.store_groups({'Premium': frozenset({'Gold'})}, ['Premium', 'Made here'])
    with refuses(Reason.NAMED_IN_CODE):  # a gate names it: without it the next start would end
        await groups.delete(OPERATOR, 'Made here')
    await declared.store({})  # what a command does, which knows no pages
    with refuses(Reason.NAMED_IN_CODE):
        await groups.delete(OPERATOR, 'Premium')
    await start.store_groups({}, [])
    await groups.delete(OPERATOR, 'Premium')
    await groups.delete(OPERATOR, 'Made here')
    await roles.delete(OPERATOR, 'Gold')
    assert not await GroupRole.exclude(role__key=SITE_ADMIN).count()
