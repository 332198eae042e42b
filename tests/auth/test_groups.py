"""Groups: who is in them is the subset rule, whatever admins and code do to their roles."""

from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import start
from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Decision, Gate, decide
from auth.access import Group as Rule
from auth.access import groups_of as rule
from auth.admin import effects, groups, roles, users
from auth.admin.actor import OPERATOR
from auth.admin.effects import Door
from auth.errors import AuthError, Reason
from models.access import Group, Role, UserRole
from models.audit import Audit
from tests.auth.test_access import person as somebody
from tests.auth.test_accounts import actor, person

ROLES = ['A', 'B', 'C', 'D']
GROUPS = ['one', 'two', 'three']
some_roles = st.frozensets(st.sampled_from(ROLES))
edits = st.one_of(
    st.tuples(st.just('roles'), st.sampled_from(GROUPS), some_roles),
    st.tuples(st.just('hold'), st.integers(0, 4), some_roles),
)


def refuses(reason: Reason) -> AbstractContextManager[object]:
    return pytest.raises(AuthError, match=f'^{reason.value}$')


async def members(key: str) -> int:
    return (await groups.get(OPERATOR, key)).members.count


async def test_a_group_is_made_of_roles_renamed_and_deleted_and_each_act_is_written_down(house):
    for name in ('Admin', 'Premium'):
        await roles.create(OPERATOR, name)
    await person('ann@cars.example', 'Admin', 'Premium')
    await person('bob@cars.example', 'Admin')
    assert (await groups.preview_roles(OPERATOR, None, ['Admin'], [])).groups[0].joins.count == 2
    key = await groups.create(OPERATOR, 'Fleet', ['Admin', 'Premium'])
    assert await members(key) == 1
    await groups.rename(OPERATOR, key, 'Fleet managers')
    await groups.set_roles(OPERATOR, key, ['Admin'], instead_of=['Premium', 'Admin'])
    fleet = await groups.get(OPERATOR, key)
    assert (fleet.key, fleet.name, fleet.roles) == ('Fleet', 'Fleet managers', (('Admin', 'Admin'),))
    assert fleet.members.count == 2
    await groups.set_roles(OPERATOR, key, [])
    assert await members(key) == 0  # a group without roles admits nobody
    await groups.delete(OPERATOR, key)
    assert not await Group.exists(key=key)
    acts = [row.act for row in await Audit.filter(act__startswith='group ').order_by('id')]
    assert acts == ['group created', 'group renamed', 'group changed', 'group changed', 'group deleted']


async def test_two_admins_at_one_group_do_not_undo_each_other_unseen(house):
    for name in ('Admin', 'Premium'):
        await roles.create(OPERATOR, name)
    await groups.create(OPERATOR, 'Fleet', ['Admin'])
    await groups.set_roles(OPERATOR, 'Fleet', ['Premium'], instead_of=['Admin'])
    with refuses(Reason.CHANGED_MEANWHILE):
        await groups.set_roles(OPERATOR, 'Fleet', ['Admin', 'Premium'], instead_of=['Admin'])
    assert (await groups.get(OPERATOR, 'Fleet')).role_keys == {'Premium'}


async def test_what_is_fixed_named_in_code_unknown_or_not_for_everybody_is_refused(house):
    await start.store_groups({'Premium': frozenset({'Premium'})})
    await person('eve@cars.example')
    eve = await actor('eve@cars.example')
    for act in (groups.rename(OPERATOR, SITE_ADMINS, 'X'), groups.delete(OPERATOR, SITE_ADMINS),
                groups.set_roles(OPERATOR, SITE_ADMINS, ['Premium']), groups.set_roles(OPERATOR, SITE_ADMINS, []),
                groups.reset_roles(OPERATOR, SITE_ADMINS)):  # fmt: skip
        with refuses(Reason.FIXED):
            await act
    for kept in (groups.delete(OPERATOR, 'Premium'), groups.preview_delete(OPERATOR, 'Premium', [])):
        with refuses(Reason.NAMED_IN_CODE):
            await kept
    for vain in (groups.delete(OPERATOR, 'premium'), groups.rename(OPERATOR, '', 'X'),
                groups.set_roles(OPERATOR, 'nothing', []), groups.get(OPERATOR, 'x' * 5000)):  # fmt: skip
        with refuses(Reason.GROUP_NOT_FOUND):
            await vain
    with refuses(Reason.ROLE_NOT_FOUND):
        await groups.set_roles(OPERATOR, 'Premium', ['Premium', 'nothing'])
    with refuses(Reason.LABEL_TAKEN):
        await groups.create(OPERATOR, 'PREMIUM', [])
    for foreign in (groups.create(eve, 'X', []), groups.rename(eve, 'Premium', 'X'), groups.list_all(eve),
                    groups.set_roles(eve, 'Premium', []), groups.update(eve, 'Premium', 'X', []),
                    groups.reset_roles(eve, 'Premium'), groups.preview_reset(eve, 'Premium', []),
                    groups.preview_roles(eve, 'Premium', [], []), groups.delete(eve, 'Premium'),
                    groups.preview_delete(eve, 'Premium', [])):  # fmt: skip
        with refuses(Reason.FORBIDDEN):
            await foreign
    assert (await start.read_groups())[SITE_ADMINS] == {SITE_ADMIN}


async def test_an_edit_outlasts_every_start_until_it_is_put_back_to_the_code(house):
    await start.store_groups({'Premium': frozenset({'Premium', 'Gold'})}, ['Premium'])
    assert not (await groups.get(OPERATOR, 'Premium')).is_changed
    await groups.set_roles(OPERATOR, 'Premium', ['Premium'])
    for roles_in_code in map(frozenset, (['Premium', 'Gold'], ['Premium', 'Silver'], ['Silver'])):
        await start.store_groups({'Premium': roles_in_code}, ['Premium'])
        premium = await groups.get(OPERATOR, 'Premium')
        assert premium.is_changed
        assert (premium.role_keys, premium.code_roles) == (frozenset({'Premium'}), roles_in_code)
    await groups.reset_roles(OPERATOR, 'Premium', instead_of=['Premium'])
    assert (await groups.get(OPERATOR, 'Premium')).role_keys == {'Silver'}
    await start.store_groups({'Premium': frozenset({'Silver', 'Gold'})}, ['Premium'])
    assert (await groups.get(OPERATOR, 'Premium')).role_keys == {'Silver', 'Gold'}
    await groups.create(OPERATOR, 'Mine', [])
    with refuses(Reason.NOT_IN_CODE):
        await groups.reset_roles(OPERATOR, 'Mine')


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(edits, min_size=1, max_size=12))
async def test_membership_is_the_subset_rule_after_any_edits_and_each_preview_comes_true(house, steps):
    """The preview of each edit is compared with what the pure decision says before and after it."""
    held, table = await _begin()
    gate = Gate(Access.GROUPS, frozenset(GROUPS[:2]))
    for what, whom, wanted in steps:
        if what == 'hold':
            await _hold(str(whom), wanted, held[str(whom)])
            held[str(whom)] = wanted
        else:
            before = {who: rule(has, _rules(table)) for who, has in held.items()}
            open_before = _open_to(gate, held, table)
            told = await groups.preview_roles(OPERATOR, whom, wanted, [Door('door', gate)])
            await groups.set_roles(OPERATOR, whom, wanted)
            table[whom] = wanted
            after = {who: rule(has, _rules(table)) for who, has in held.items()}
            joined = {who for who in held if whom in after[who] - before[who]}
            left = {who for who in held if whom in before[who] - after[who]}
            assert [(len(joined), len(left))] == [
                (e.joins.count, e.leaves.count) for e in told.groups
            ] or not told.groups
            opened, closed = _open_to(gate, held, table) - open_before, open_before - _open_to(gate, held, table)
            seen = told.doors[0] if told.doors else effects.DoorEffect('', effects.People(), effects.People())
            assert (seen.opens.count, seen.closes.count) == (len(opened), len(closed))
            assert {email.partition('@')[0] for email in seen.opens.named} == opened
        for key in GROUPS:
            assert await members(key) == sum(key in rule(has, _rules(table)) for has in held.values())
    stored = await start.read_groups()
    assert {key: stored[key] for key in GROUPS} == table


async def _begin() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """The same people, roles and groups for every example, holding and asking for nothing."""
    if not await Role.exists(key='A'):
        for role in ROLES:
            await roles.create(OPERATOR, role)
        for key in GROUPS:
            await groups.create(OPERATOR, key, [])
        for number in range(5):
            await users.create(OPERATOR, f'{number}@cars.example', None)
    await UserRole.all().delete()
    for key in GROUPS:
        await groups.set_roles(OPERATOR, key, [])
    return {str(number): frozenset() for number in range(5)}, {key: frozenset() for key in GROUPS}


async def _hold(who: str, wanted: frozenset[str], held: frozenset[str]) -> None:
    uid = await users.find(OPERATOR, f'{who}@cars.example')
    for role in wanted - held:
        await users.grant(OPERATOR, uid, role)
    for role in held - wanted:
        await users.revoke(OPERATOR, uid, role)


def _rules(table: dict[str, frozenset[str]]) -> list[Rule]:
    return [Rule(key, roles) for key, roles in table.items()]


def _open_to(gate: Gate, held: dict[str, frozenset[str]], table: dict[str, frozenset[str]]) -> set[str]:
    return {who for who, has in held.items() if decide(gate, somebody(has, _rules(table))) is Decision.ALLOW}
