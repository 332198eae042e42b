"""The decision, for all gates and all people (hypothesis)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from auth.access import (
    SITE_ADMIN,
    SITE_ADMINS,
    Access,
    Decision,
    Gate,
    Group,
    Override,
    admits,
    both,
    decide,
    effective,
    explain,
    groups_of,
)
from auth.current_user import CurrentUser, HeldRole

ROLES = ['Admin', 'Premium', 'Driver', SITE_ADMIN]
some_roles = st.frozensets(st.sampled_from(ROLES))
group_tables = st.dictionaries(st.sampled_from(['A', 'B', 'C', 'D']), some_roles).map(
    lambda table: [Group(key, roles) for key, roles in {**table, SITE_ADMINS: frozenset({SITE_ADMIN})}.items()]
)
gates = st.one_of(
    st.just(Gate(Access.PUBLIC)),
    st.just(Gate(Access.SIGNED_IN)),
    st.frozensets(st.sampled_from(['A', 'B', 'C', 'D', 'Nowhere', SITE_ADMINS]), min_size=1).map(
        lambda keys: Gate(Access.GROUPS, keys)
    ),
)


def person(held: frozenset[str], groups: list[Group]) -> CurrentUser:
    roles = tuple(HeldRole(role, role) for role in sorted(held))
    return CurrentUser('id', 'ann@cars.example', '', roles, groups_of(held, groups), 1, datetime.now(UTC))


@given(some_roles, some_roles)
def test_a_member_holds_every_role_of_a_group_and_a_group_has_at_least_one(asked, held):
    assert admits(Group('G', asked), held) == (len(asked) > 0 and all(role in held for role in asked))


@given(some_roles)
def test_a_group_without_roles_admits_nobody(held):
    assert not admits(Group('Empty', frozenset()), held)


@given(gates, group_tables, some_roles)
def test_any_one_of_a_gates_groups_opens_it_and_nothing_else_does(gate, groups, held):
    user = person(held, groups)
    opens = (
        gate.access is Access.PUBLIC
        or gate.access is Access.SIGNED_IN
        or any(admits(group, held) for group in groups if group.key in gate.groups)
    )
    assert decide(gate, user) is (Decision.ALLOW if opens else Decision.NO_ACCESS)


@given(gates)
def test_nobody_signed_in_opens_public_pages_only(gate):
    assert decide(gate, None) is (Decision.ALLOW if gate.access is Access.PUBLIC else Decision.SIGN_IN)


@given(group_tables, some_roles)
def test_a_page_without_a_gate_opens_to_site_admins_only(groups, held):
    assert decide(None, None) is Decision.SIGN_IN
    expected = Decision.ALLOW if SITE_ADMIN in held else Decision.NO_ACCESS
    assert decide(None, person(held, groups)) is expected


@given(gates, group_tables, some_roles, some_roles)
def test_more_roles_never_close_a_page(gate, groups, held, more):
    if decide(gate, person(held, groups)) is Decision.ALLOW:
        assert decide(gate, person(held | more, groups)) is Decision.ALLOW


@given(gates, group_tables, some_roles)
def test_a_site_admin_has_no_key_to_other_peoples_pages(gate, groups, held):
    """Running the site opens the admin area, not the gates that name other groups."""
    closed = decide(gate, person(held - {SITE_ADMIN}, groups)) is Decision.NO_ACCESS
    names_admins = SITE_ADMINS in gate.groups or any(SITE_ADMIN in g.roles for g in groups if g.key in gate.groups)
    if closed and not names_admins:
        assert decide(gate, person(held | {SITE_ADMIN}, groups)) is Decision.NO_ACCESS


@given(st.one_of(st.none(), gates), group_tables, st.one_of(st.none(), some_roles))
def test_the_reason_fits_the_decision_and_names_each_role_that_is_missing(gate, groups, held):
    user = None if held is None else person(held, groups)
    reason = explain(gate, user, groups)
    opens = reason in ('public', 'signed in', 'site admin') or reason.startswith('in group ')
    assert opens is (decide(gate, user) is Decision.ALLOW)
    assert (reason == 'signed out') is (decide(gate, user) is Decision.SIGN_IN)
    if held is not None and gate is not None and not opens:
        roles = {group.key: group.roles for group in groups if group.key in gate.groups}
        assert len(reason.split('; ')) == len(gate.groups)
        for key in gate.groups:
            missing = roles.get(key, frozenset()) - held
            part = next(part for part in reason.split('; ') if part.endswith(f'group {key}'))
            assert all(role in part for role in missing) and ('lacks' in part) is bool(missing)


def test_a_role_that_is_held_is_its_key_and_knows_its_name_and_end():
    role, ends = HeldRole('Premium', 'Gold customers'), datetime.now(UTC)
    assert 'Premium' in (role,)
    assert (role, role.key, role.name, role.until) == ('Premium', 'Premium', 'Gold customers', None)
    assert role == HeldRole('Premium', 'Gold customers')
    assert role != HeldRole('Premium', 'Customers')
    assert role != HeldRole('Premium', 'Gold customers', ends)
    assert len({role, HeldRole('Premium', 'Customers'), 'Premium'}) == 2


maybe_gates = st.one_of(st.none(), gates)
anybody = st.one_of(st.none(), some_roles)


def opens(gate, groups, held):
    return decide(gate, None if held is None else person(held, groups)) is Decision.ALLOW


@given(maybe_gates, maybe_gates, maybe_gates, group_tables, anybody)
def test_the_stricter_of_gates_admits_those_whom_all_admit(one, other, third, groups, held):
    expected = opens(one, groups, held) and opens(other, groups, held)
    assert opens(both(one, other), groups, held) is expected
    assert opens(both(both(one, other), third), groups, held) is (expected and opens(third, groups, held))
    assert both(one, other) == both(other, one)
    assert both(one, one) == one


@given(maybe_gates, maybe_gates, group_tables, anybody)
def test_the_reason_for_the_stricter_fits_the_decision(one, other, groups, held):
    gate = both(one, other)
    user = None if held is None else person(held, groups)
    said = explain(gate, user, groups)
    assert (decide(gate, user) is Decision.ALLOW) is (
        said.startswith(('in group', 'public', 'signed in', 'site admin'))
    )


@given(maybe_gates, maybe_gates, maybe_gates, st.booleans(), group_tables, anybody)
def test_an_override_opens_nothing_that_the_code_has_closed_since_or_locks(
    default, chosen, replaced, locked, groups, held
):
    gate = effective(default, Override(chosen, replaced), locked=locked)
    if replaced == default and not locked:
        assert gate == chosen
    else:
        assert opens(gate, groups, held) is (opens(default, groups, held) and opens(chosen, groups, held))
    assert effective(default, None, locked=locked) == default
