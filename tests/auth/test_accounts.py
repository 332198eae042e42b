"""Signing up, signing in, setting up, and who may do what to whom, on real tables."""

import asyncio
from contextlib import AbstractContextManager

import pytest

from auth import accounts, passwords, sessions, snapshots, start
from auth.access import SITE_ADMIN
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows.set_up import link_is_good, new_link_token, set_up
from auth.flows.sign_in import sign_in
from auth.flows.sign_out import sign_out
from auth.flows.sign_up import sign_up
from auth.sessions import digest_of
from auth.settings import SettingsError, get_settings
from tests.auth.conftest import PASSWORD, VISITOR


async def person(email: str = 'ann@cars.example', *roles: str) -> str:
    return await users.create(OPERATOR, email, PASSWORD, roles=roles)


async def actor(email: str) -> CurrentUser:
    session = await sign_in(email, PASSWORD, VISITOR)
    user = await sessions.resume(digest_of(session.token))
    assert user is not None
    return user


def refuses(reason: Reason) -> AbstractContextManager[object]:
    return pytest.raises(AuthError, match=f'^{reason.value}$')


async def test_one_address_is_one_account_however_it_is_spelled(house):
    await sign_up('Ann@Straße.example', PASSWORD, VISITOR)
    for spelling in ('ann@straße.example', 'ANN@xn--strae-oqa.example', ' ann@STRASSE.example '.replace('SS', 'ß')):
        with refuses(Reason.EMAIL_TAKEN):
            await sign_up(spelling, PASSWORD, VISITOR)
        assert await sign_in(spelling, PASSWORD, VISITOR)


async def test_thirty_sign_ups_at_once_make_one_account(house):
    tries = [sign_up('ann@cars.example', PASSWORD, VISITOR) for _ in range(30)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert {a.reason for a in answers if isinstance(a, AuthError)} == {Reason.EMAIL_TAKEN}


@pytest.mark.parametrize(
    'email',
    ['', 'ann', 'ann@', '@cars.example', 'a@b.c, e@x', 'ann@cars.example\r\nBcc: eve@x', 'ann@\0cars.example',
     'ann\ud800@cars.example', 'a' * 300 + '@cars.example', 'ann@' + 'c' * 300 + '.example', '\u2028', 'a@b..example',
     '\ufdfa' * 60 + '@b.example', '\ufdfa@b.example', 'x\uff20y@b.example', 'x\u2000y@b.example', '\u3000@b.example'],
)  # fmt: skip
async def test_what_is_no_address_is_refused(house, email):
    with refuses(Reason.EMAIL_INVALID):
        await sign_up(email, PASSWORD, VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(email, PASSWORD, VISITOR)


@pytest.mark.parametrize(
    ('password', 'reason'),
    [('short', Reason.PASSWORD_TOO_SHORT), ('', Reason.PASSWORD_TOO_SHORT), ('x' * 257, Reason.PASSWORD_TOO_LONG),
     ('password1', Reason.PASSWORD_COMMON), ('Passw0rd!', Reason.PASSWORD_COMMON), ('12345678', Reason.PASSWORD_COMMON),
     ('annabelle@cars.example', Reason.PASSWORD_COMMON), ('aaaaaaaaaaaa', Reason.PASSWORD_COMMON),
     ('long enough\0', Reason.INPUT_INVALID), ('long enough\ud800', Reason.INPUT_INVALID)],
)  # fmt: skip
async def test_a_weak_or_impossible_password_is_refused_with_the_reason(house, password, reason):
    with refuses(reason):
        await sign_up('annabelle@cars.example', password, VISITOR)
    assert await accounts.find_by_email('annabelle@cars.example') is None


@pytest.mark.parametrize(
    'password',
    [
        'Fünf größere Äpfel fürs Frühstück, täglich frisch gepflückt, schön süß',
        'correct horse ' * 18,
        'x9 k' * 18,
        '\U0001f699 drives far',
    ],
)
async def test_nothing_of_a_long_password_is_cut_off(house, password):
    await users.create(OPERATOR, 'ann@cars.example', password)
    assert await sign_in('ann@cars.example', password, VISITOR)
    for other in (password[:-1], password + 'x', password.upper() + '?'):
        with refuses(Reason.INVALID_CREDENTIALS):
            await sign_in('ann@cars.example', other, VISITOR)


async def test_a_hash_of_another_cost_is_renewed_at_the_next_sign_in(house, settings):
    await person()
    settings.setenv('NICEGATE_BCRYPT_COST', '5')
    get_settings.cache_clear()
    assert await sign_in('ann@cars.example', PASSWORD, VISITOR)
    stored = (await accounts.get_by_email('ann@cars.example')).password_hash
    assert stored is not None
    assert stored.split('$')[2] == '05'
    assert await sign_in('ann@cars.example', PASSWORD, VISITOR)


@pytest.mark.parametrize('damaged', ['', 'x', '$2b$04$', '$2b$99$' + 'a' * 53, 'hmac-sha256+', 'hmac-sha256+x'])
async def test_a_damaged_hash_is_nobodys_password(house, damaged):
    assert not await passwords.matches(PASSWORD, damaged)
    assert not await passwords.matches('x' * 200, damaged)


async def test_a_new_session_ends_the_one_that_was_presented(house):
    await person()
    first = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    second = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR, replacing=first)).token)
    assert await sessions.resume(first) is None
    assert await sessions.resume(second) is not None
    await sign_out(second, VISITOR)
    await sign_out(second, VISITOR)
    assert await sessions.resume(second) is None


async def test_a_change_counts_for_the_next_look_even_where_a_snapshot_is_fresh(house):
    uid = await person()
    digest = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    assert (await sessions.resume(digest)) is not None
    await start.store_groups({'Premium': frozenset({'Premium'})})
    await users.grant(OPERATOR, uid, 'Premium')
    user = await sessions.resume(digest)
    assert user is not None
    assert user.groups == {'Premium'}
    await users.block(OPERATOR, uid)
    assert digest is not None
    assert not isinstance(snapshots.peek(digest), CurrentUser)  # in memory already, before any look
    assert await sessions.resume(digest) is None
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in('ann@cars.example', PASSWORD, VISITOR)


async def test_only_a_site_admin_acts_on_others_and_only_while_they_are_one(house):
    ann, eve = await person('ann@cars.example'), await person('eve@cars.example')
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    await users.create(OPERATOR, 'boss@cars.example', PASSWORD, site_admin=True)
    with refuses(Reason.FORBIDDEN):
        await users.block(await actor('eve@cars.example'), ann)
    boss = await actor('boss@cars.example')
    await users.block(boss, ann)
    await users.revoke(OPERATOR, boss.id, SITE_ADMIN)
    for act in (users.block(boss, eve), users.delete(boss, eve), users.grant(boss, eve, SITE_ADMIN)):
        with refuses(Reason.FORBIDDEN):  # the value still says site admin; the database does not
            await act
    assert boss.is_site_admin


async def test_a_last_site_admin_remains(house):
    root = await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    for act in (users.block(OPERATOR, root), users.delete(OPERATOR, root), users.revoke(OPERATOR, root, SITE_ADMIN)):
        with refuses(Reason.LAST_SITE_ADMIN):
            await act
    assert await sign_in('root@cars.example', PASSWORD, VISITOR)


async def test_two_site_admins_who_remove_each_other_leave_one(house):
    for round_ in range(10):
        one = await users.create(OPERATOR, f'one{round_}@cars.example', PASSWORD, site_admin=True)
        two = await users.create(OPERATOR, f'two{round_}@cars.example', PASSWORD, site_admin=True)
        first, second = await actor(f'one{round_}@cars.example'), await actor(f'two{round_}@cars.example')
        answers = await asyncio.gather(users.block(first, two), users.block(second, one), return_exceptions=True)
        assert sum(answer is True for answer in answers) == 1, answers
        for uid in (one, two):  # the next round begins without these two
            await users.create(OPERATOR, f'{uid}@cars.example', PASSWORD, site_admin=True)
            await users.delete(OPERATOR, uid)


async def test_the_set_up_link_makes_one_site_admin_once(house):
    token = await new_link_token()
    assert token is not None
    assert await link_is_good(token)
    newer = await new_link_token()
    assert newer is not None
    assert not await link_is_good(token)
    tries = [set_up(newer, f'root{n}@cars.example', PASSWORD, VISITOR) for n in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1, answers
    assert not await link_is_good(newer)
    assert await new_link_token() is None
    with refuses(Reason.SETUP_DONE):
        await set_up(newer, 'late@cars.example', PASSWORD, VISITOR)


async def test_a_refused_set_up_does_not_spend_the_link(house):
    token = await new_link_token()
    assert token is not None
    for email, password in (('root@cars.example', 'short'), ('nonsense', PASSWORD)):
        with pytest.raises(AuthError):
            await set_up(token, email, password, VISITOR)
    await person('taken@cars.example')
    with refuses(Reason.EMAIL_TAKEN):
        await set_up(token, 'taken@cars.example', PASSWORD, VISITOR)
    assert await link_is_good(token)
    for odd in ('', 'x', token[:-1], token + 'x', '\0', 'x' * 10_000, '\ud800'):
        assert not await link_is_good(odd)


async def test_another_secret_key_stops_the_start(house, settings):
    await start.close_database()
    settings.setenv('NICEGATE_SECRET_KEY', 'another key that is long enough to be one')
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match='NICEGATE_SECRET_KEY is not the one'):
        await start.open_database()


async def test_groups_follow_the_code_until_an_admin_changes_them(house):
    await start.store_groups({'Premium': frozenset({'Premium'})})
    await start.store_groups({'Premium': frozenset({'Premium', 'Gold'})})
    assert (await start.read_groups())['Premium'] == {'Premium', 'Gold'}
    from models.access import GroupRole  # what the admin area will do

    await GroupRole.filter(group__key='Premium', role__key='Gold').delete()
    snapshots.clear()
    await start.store_groups({'Premium': frozenset({'Premium', 'Gold', 'Silver'})})
    assert (await start.read_groups())['Premium'] == {'Premium'}
