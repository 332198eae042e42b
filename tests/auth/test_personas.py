"""Demo people that a developer can become: they hold what their group asks for, and nobody else can be them."""

import pytest

from auth import accounts, declared, personas, sessions, snapshots
from auth.access import SITE_ADMIN
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows.sign_in import sign_in
from auth.flows.sign_up import sign_up
from auth.personas import Persona
from auth.sessions import digest_of
from models.access import Group, GroupRole, Role
from tests.auth.conftest import PASSWORD, VISITOR

GROUPS = {'Premium': frozenset({'Premium'}), 'Crew Premium': frozenset({'Crew', 'Premium'})}
PREMIUM, CREW = (Persona(f'{name}@demo.example', group, frozenset({group})) for name, group in zip(
    ('premium', 'crew-premium'), GROUPS, strict=True
))  # fmt: skip


@pytest.fixture
async def groups(house: str) -> None:
    await declared.store(GROUPS)


async def become(persona: Persona) -> CurrentUser:
    session = await personas.become(persona, VISITOR)
    user = await sessions.resume(digest_of(session.token))
    assert user is not None
    return user


def test_each_group_has_one_persona_and_an_address_of_its_own():
    keys = ['Premium', 'Crew Premium', 'crew-premium', 'No roles', 'All groups', '\u54e1', '\u5ba2', 'x' * 100]
    made = personas.of_groups({key: frozenset({key}) for key in keys})
    assert [one.groups for one in made] == [frozenset(), *(frozenset({key}) for key in sorted(keys)), frozenset(keys)]
    assert {PREMIUM.email, 'no-roles@demo.example'} <= {one.email for one in made}
    assert len({one.email for one in made}) == len(made)
    assert all(len(one.email.partition('@')[0]) <= 64 and one.email.isascii() for one in made)


async def test_one_persona_is_in_all_groups_unless_a_group_has_all_roles(house: str):
    assert [one.name for one in personas.of_groups({})] == ['No roles']
    assert [one.name for one in personas.of_groups(GROUPS)] == ['No roles', 'Crew Premium', 'Premium']
    apart = {'Crew': frozenset({'Crew'}), 'Premium': frozenset({'Premium', 'Paying'})}
    await declared.store(apart)
    everything = personas.of_groups(apart)[-1]
    user = await become(everything)
    assert user.email == 'all-groups@demo.example' and user.role_keys == {'Crew', 'Premium', 'Paying'}
    foreseen = personas.as_user(everything, await snapshots.all_groups())
    assert foreseen is not None and (foreseen.role_keys, foreseen.groups) == (user.role_keys, frozenset(apart))


async def test_a_persona_holds_exactly_its_groups_roles_whatever_somebody_did_to_it(groups):
    user = await become(CREW)
    assert (user.role_keys, user.groups) == (GROUPS['Crew Premium'], frozenset(GROUPS))
    foreseen = personas.as_user(CREW, await snapshots.all_groups())
    assert foreseen is not None and (foreseen.role_keys, foreseen.groups) == (user.role_keys, user.groups)
    await users.revoke(OPERATOR, user.id, 'Crew')
    assert (await become(CREW)).role_keys == GROUPS['Crew Premium']
    user = await become(PREMIUM)
    await users.grant(OPERATOR, user.id, 'Crew')
    assert (await become(PREMIUM)).role_keys == {'Premium'}
    assert (await become(personas.NO_ROLES)).role_keys == frozenset()


async def test_a_persona_never_runs_the_site_whatever_an_admin_has_put_into_its_group(groups):
    await GroupRole.create(group=await Group.get(key='Premium'), role=await Role.get(key=SITE_ADMIN))
    assert (await become(PREMIUM)).role_keys == {'Premium'}


async def test_nobody_can_sign_in_as_a_persona_nor_sign_up_as_one(groups):
    await become(PREMIUM)
    for password in ('', PASSWORD):
        with pytest.raises(AuthError, match=Reason.INVALID_CREDENTIALS):
            await sign_in(PREMIUM.email, password, VISITOR)
    with pytest.raises(AuthError, match=Reason.EMAIL_TAKEN):
        await sign_up(PREMIUM.email, PASSWORD, VISITOR)


async def test_who_was_first_to_sign_up_with_the_address_is_given_nothing(groups):
    session = await sign_up(PREMIUM.email, PASSWORD, VISITOR)
    with pytest.raises(AuthError, match=Reason.EMAIL_TAKEN):
        await personas.become(PREMIUM, VISITOR)
    user = await sessions.resume(digest_of(session.token))
    assert user is not None and not user.roles


async def test_a_blocked_persona_stays_out(groups):
    user = await become(PREMIUM)
    await users.block(OPERATOR, user.id)
    with pytest.raises(AuthError, match=Reason.FORBIDDEN):
        await personas.become(PREMIUM, VISITOR)


async def test_the_people_of_the_demo_are_there_once_they_are_made(groups):
    assert await personas.of_demo() == ()
    await users.create(OPERATOR, 'staff@cars.example', PASSWORD, name='Staff')
    (staff,) = await personas.of_demo()
    assert (staff.email, staff.name) == ('staff@cars.example', 'Staff')
    assert (await become(staff)).role_keys == frozenset()  # what they were given, not what `demo` would give
    account = await accounts.get_by_email(staff.email)
    assert account.password_hash is not None
