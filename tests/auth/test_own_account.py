"""What people do to their own account, on real tables: change, sessions, leaving."""

import asyncio

from auth import accounts, sessions
from auth.admin import attributes as attribute_verbs
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.attributes import Kind
from auth.errors import AuthError, Reason
from auth.flows import (
    change_email,
    change_password,
    confirm_password,
    delete_account,
    forgot_password,
    own_sessions,
    update_profile,
)
from auth.flows.sign_in import sign_in
from auth.mail import Template
from auth.pending import Pending, Step
from auth.sessions import NewSession, digest_of
from models.session import Session
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.mailbox import code_for, mails, newest
from tests.auth.test_account_flows import ANN, NEW, acts, signed_in
from tests.auth.test_accounts import person, refuses

# ------------------------------------------------------------------ change


async def test_a_new_password_ends_the_other_sessions_and_renews_this_one(house):
    await person()
    here, elsewhere = await signed_in(), await signed_in()
    session = await change_password.change_password(here, PASSWORD, NEW, VISITOR)
    assert session is not None
    assert await sessions.resume(here) is None
    assert await sessions.resume(elsewhere) is None
    assert await sessions.resume(digest_of(session.token)) is not None
    assert (await newest(ANN)).template == Template.PASSWORD_CHANGED
    assert await signed_in(password=NEW)


async def test_a_wrong_old_password_signs_nobody_out(house):
    await person()
    here, elsewhere = await signed_in(), await signed_in()
    with refuses(Reason.PASSWORD_WRONG):
        await change_password.change_password(here, 'wrong horse', NEW, VISITOR)
    with refuses(Reason.PASSWORD_SAME):
        await change_password.change_password(here, PASSWORD, PASSWORD, VISITOR)
    with refuses(Reason.PASSWORD_COMMON):
        await change_password.change_password(here, PASSWORD, 'password1', VISITOR)
    assert await sessions.resume(here) and await sessions.resume(elsewhere)
    with refuses(Reason.NOT_SIGNED_IN):
        await change_password.change_password(None, PASSWORD, NEW, VISITOR)


async def test_two_changes_at_once_make_one(house):
    await person()
    here = await signed_in()
    new = [f'{NEW} {number}' for number in range(5)]
    tries = (change_password.change_password(here, PASSWORD, password, VISITOR) for password in new)
    answers = await asyncio.gather(*tries, return_exceptions=True)
    [winner] = [index for index, answer in enumerate(answers) if isinstance(answer, NewSession)]
    assert await signed_in(password=new[winner])
    assert await Session.all().count() == 2


async def test_a_generated_password_leads_to_a_new_one_and_nowhere_else(house):
    await users.create(OPERATOR, ANN, PASSWORD, must_change_password=True)
    step = await sign_in(ANN, PASSWORD, VISITOR, keep=True)
    assert isinstance(step, Pending)
    assert step.step is Step.NEW_PASSWORD
    assert await Session.all().count() == 0
    with refuses(Reason.PASSWORD_SAME):
        await change_password.replace_generated(step.token, PASSWORD, PASSWORD, VISITOR)
    with refuses(Reason.PASSWORD_WRONG):
        await change_password.replace_generated(step.token, 'wrong horse', NEW, VISITOR)
    session = await change_password.replace_generated(step.token, PASSWORD, NEW, VISITOR)
    assert session.max_age is not None
    assert await signed_in(password=NEW)
    with refuses(Reason.SIGN_UP_OVER):
        await change_password.replace_generated(step.token, NEW, PASSWORD, VISITOR)


async def test_a_new_address_is_taken_with_its_code_and_the_old_one_is_told(house):
    await person()
    here = await signed_in()
    await forgot_password.forgot_password(ANN, VISITOR)
    reset = await code_for(ANN)
    await change_email.change_email(here, 'Anna@cars.example', PASSWORD, VISITOR)
    assert await change_email.awaited(here) == 'Anna@cars.example'
    assert (await accounts.get_by_email(ANN)).email == ANN
    await change_email.confirm_email(here, await code_for('Anna@cars.example'), VISITOR)
    user = await sessions.resume(here)
    assert user is not None
    assert user.email == 'Anna@cars.example'
    told = await newest(ANN)
    assert (told.template, told.variables['new_email']) == (Template.EMAIL_CHANGED, 'Anna@cars.example')
    for email in (ANN, 'anna@cars.example'):  # what was mailed to the old address opens nothing
        with refuses(Reason.CODE_INVALID):
            await confirm_password.confirm_password(email, reset, NEW, VISITOR)


async def test_a_new_address_that_is_taken_is_not_given_away(house):
    await person()
    await person('bob@cars.example')
    here = await signed_in()
    await change_email.change_email(here, 'BOB@cars.example', PASSWORD, VISITOR)
    assert await change_email.awaited(here) == 'BOB@cars.example'
    assert [mail.template for mail in await mails('bob@cars.example')] == [Template.EMAIL_TAKEN]
    with refuses(Reason.PASSWORD_WRONG):
        await change_email.change_email(here, 'other@cars.example', 'wrong horse', VISITOR)
    with refuses(Reason.EMAIL_SAME):
        await change_email.change_email(here, ANN, PASSWORD, VISITOR)
    await change_email.give_up(here)
    assert await change_email.awaited(here) is None


async def test_two_people_who_want_one_address_do_not_both_get_it(house):
    await person()
    await person('bob@cars.example')
    ann, bob = await signed_in(), await signed_in('bob@cars.example')
    codes = []
    for digest in (ann, bob):
        await change_email.change_email(digest, 'new@cars.example', PASSWORD, VISITOR)
        codes.append(await code_for('new@cars.example'))
    tries = (change_email.confirm_email(digest, code, VISITOR) for digest, code in zip((ann, bob), codes, strict=True))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(isinstance(answer, AuthError) for answer in answers) == [False, True]


# ------------------------------------------------------------------ profile, sessions, leaving


async def test_people_change_their_name_and_what_an_admin_lets_them(house):
    await attribute_verbs.define(OPERATOR, 'phone', editable=True)
    await attribute_verbs.define(OPERATOR, 'picture', kind=Kind.URL, editable=True)
    await attribute_verbs.define(OPERATOR, 'discount')
    await person()
    here = await signed_in()
    values = {'phone': ' 12 34 ', 'picture': 'https://cars.example/ann.png'}
    await update_profile.update_profile(here, VISITOR, name=' Ann  Lee ', attributes=values)
    user = await sessions.resume(here)
    assert user is not None
    assert (user.name, dict(user.attributes)) == ('Ann Lee', {**values, 'phone': '12 34'})
    for key, value, reason in (
        ('discount', '100', Reason.ATTRIBUTE_UNKNOWN),
        ('is_admin', 'yes', Reason.ATTRIBUTE_UNKNOWN),
        ('picture', 'javascript:alert(1)', Reason.ATTRIBUTE_INVALID),
        ('picture', 'not an address', Reason.ATTRIBUTE_INVALID),
        ('phone', 'x' * 1001, Reason.ATTRIBUTE_INVALID),
        ('phone', 'a\0b', Reason.ATTRIBUTE_INVALID),
        ('phone', '\ud800', Reason.ATTRIBUTE_INVALID),
    ):
        with refuses(reason):
            await update_profile.update_profile(here, VISITOR, attributes={key: value})
    await update_profile.update_profile(here, VISITOR, attributes={'phone': ''})
    user = await sessions.resume(here)
    assert user is not None
    assert set(user.attributes) == {'picture'}


async def test_people_see_and_end_their_own_sessions_only(house):
    await person()
    await person('bob@cars.example')
    here, elsewhere, third = await signed_in(), await signed_in(), await signed_in()
    bob = await signed_in('bob@cars.example')
    listed = await own_sessions.list_own(here)
    assert [session.is_this for session in listed] == [True, False, False]
    other = (await own_sessions.list_own(bob))[0]
    await own_sessions.end_one(here, other.id, VISITOR)
    assert await sessions.resume(bob) is not None
    await own_sessions.end_one(here, next(s.id for s in await own_sessions.list_own(elsewhere) if s.is_this), VISITOR)
    assert await sessions.resume(elsewhere) is None
    assert await own_sessions.end_others(here, VISITOR) == 1
    assert await sessions.resume(third) is None
    assert await sessions.resume(here) is not None


async def test_people_leave_with_their_password_but_not_the_last_site_admin(house):
    await person()
    here = await signed_in()
    with refuses(Reason.PASSWORD_WRONG):
        await delete_account.delete_account(here, 'wrong horse', VISITOR)
    await delete_account.delete_account(here, PASSWORD, VISITOR)
    assert await sessions.resume(here) is None
    assert await accounts.find_by_email(ANN) is None
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    root = await signed_in('root@cars.example')
    with refuses(Reason.LAST_SITE_ADMIN):
        await delete_account.delete_account(root, PASSWORD, VISITOR)
    assert await sessions.resume(root) is not None
    assert 'account deleted' in await acts()
