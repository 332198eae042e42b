"""What site admins do to people, on real tables: each verb asks for its actor's right, and leaves its trace."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from auth import blocks, invitations, sessions
from auth.access import SITE_ADMIN
from auth.admin import add_user, bulk, edit_user, roles, user_details, users
from auth.admin import invitations as invitation_verbs
from auth.admin.actor import OPERATOR
from auth.admin.add_user import Announce
from auth.admin.bulk import Report
from auth.admin.edit_user import UserForm
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows.sign_in import sign_in
from auth.sessions import NewSession, digest_of
from models.audit import Audit
from models.clock import now
from models.mail import Mail
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.mailbox import mails
from tests.auth.test_accounts import refuses

LATER = datetime(2999, 1, 1, tzinfo=UTC)
BEFORE = datetime(2001, 1, 1, tzinfo=UTC)


async def made(email: str, *roles: str, site_admin: bool = False) -> str:
    return await users.create(OPERATOR, email, PASSWORD, name='Ann', roles=roles, site_admin=site_admin)


async def in_session(email: str) -> CurrentUser:
    """Who they are in a new session of their own."""
    session = await sign_in(email, PASSWORD, VISITOR)
    assert isinstance(session, NewSession)
    user = await sessions.resume(digest_of(session.token))
    assert user is not None
    return user


async def stands(uid: str) -> tuple[UserForm, int]:
    found = await user_details.get(OPERATOR, uid)
    return found.form, found.version


VERBS: dict[str, Callable[[CurrentUser, str], Awaitable[object]]] = {
    'add': lambda actor, uid: add_user.add(actor, 'new@cars.example'),
    'edit': lambda actor, uid: edit_user.edit(actor, uid, 1, UserForm('x@cars.example', 'X')),
    'amend': lambda actor, uid: edit_user.amend(actor, uid, 1, name='X'),
    'get': user_details.get,
    'list sessions': user_details.list_sessions,
    'end session': lambda actor, uid: user_details.end_session(actor, uid, 1),
    'end sessions': user_details.end_sessions,
    'block': users.block,
    'unblock': users.unblock,
    'delete': users.delete,
    'grant': lambda actor, uid: users.grant(actor, uid, SITE_ADMIN),
    'revoke': lambda actor, uid: users.revoke(actor, uid, SITE_ADMIN),
    'invite': invitation_verbs.invite,
    'set password': lambda actor, uid: users.set_password(actor, uid, 'a yellow kite over the lake'),
    'goes with': users.goes_with,
    'roles': lambda actor, uid: roles.names(actor),
}


@pytest.mark.parametrize('verb', VERBS)
async def test_nobody_but_a_site_admin_may(house, verb):
    """Also one who was a site admin a moment ago: what they say about themselves is not believed."""
    await made('root@cars.example', site_admin=True)
    uid = await made('ann@cars.example')
    await users.grant(OPERATOR, uid, SITE_ADMIN)
    actor = await in_session('ann@cars.example')
    await users.revoke(OPERATOR, uid, SITE_ADMIN)
    acts = await Audit.all().count()
    with refuses(Reason.FORBIDDEN):
        await VERBS[verb](actor, uid)
    assert await Audit.all().count() == acts and await Mail.all().count() == 0


async def test_an_edit_stores_all_of_it_or_nothing_and_says_what_it_was(house):
    uid = await made('ann@cars.example', SITE_ADMIN)
    await made('root@cars.example', site_admin=True)
    form, version = await stands(uid)
    wrong = [
        (UserForm('no address', 'Ann'), Reason.EMAIL_INVALID),
        (UserForm('root@cars.example', 'Ann'), Reason.EMAIL_TAKEN),
        (UserForm('new@cars.example', 'x' * 201), Reason.NAME_INVALID),
        (UserForm('new@cars.example', 'Ann', {'unknown': 'x'}), Reason.ATTRIBUTE_UNKNOWN),
        (UserForm('new@cars.example', 'Ann', {}, {'Nobody': None}), Reason.ROLE_NOT_FOUND),
        (UserForm('new@cars.example', 'Ann', {}, {SITE_ADMIN: BEFORE}), Reason.DATE_OVER),
    ]
    for given, reason in wrong:
        with refuses(reason):
            await edit_user.edit(OPERATOR, uid, version, given)
    assert await stands(uid) == (form, version)
    later = await edit_user.edit(OPERATOR, uid, version, UserForm('Anna@cars.example', 'Anna', {}, {SITE_ADMIN: LATER}))
    assert await stands(uid) == (UserForm('Anna@cars.example', 'Anna', {}, {SITE_ADMIN: LATER}), later)
    row = await Audit.filter(act='user edited').order_by('-id').first()
    assert row is not None
    assert row.details == {'fields': 'email, name', 'new_email': 'Anna@cars.example'}
    role = await Audit.filter(act='role granted').order_by('-id').first()
    assert role is not None and role.details == {'role': 'Site admin', 'until': '2999-01-01'}
    assert [mail.template for mail in await mails('ann@cars.example')] == ['email changed']


async def test_of_two_edits_the_second_is_told_what_stands(house):
    uid = await made('ann@cars.example')
    form, version = await stands(uid)
    await edit_user.amend(OPERATOR, uid, version, name='First')
    with pytest.raises(AuthError) as refused:
        await edit_user.amend(OPERATOR, uid, version, name='Second')
    assert refused.value.reason is Reason.CHANGED_MEANWHILE
    assert (refused.value.values['form'], refused.value.values['version']) == await stands(uid)
    assert (await stands(uid))[0] == UserForm(form.email, 'First')


async def test_a_role_given_elsewhere_makes_an_older_form_old(house):
    uid = await made('ann@cars.example')
    form, version = await stands(uid)
    await users.grant(OPERATOR, uid, SITE_ADMIN)
    with refuses(Reason.CHANGED_MEANWHILE):
        await edit_user.edit(OPERATOR, uid, version, form)


async def test_a_new_email_makes_an_invitation_to_the_old_one_useless(house):
    """Else whoever reads the mistyped address would open the account of the right one."""
    added = await add_user.add(OPERATOR, 'tpyo@cars.example', announce=Announce.LINK)
    token = added.link.partition('token=')[2]
    form, version = await stands(added.id)
    await edit_user.edit(OPERATOR, added.id, version, UserForm('typo@cars.example', form.name))
    with refuses(Reason.INVITATION_WITHDRAWN):
        await invitations.look(token)


async def test_the_last_site_admin_keeps_a_role_without_end(house):
    uid = await made('root@cars.example', site_admin=True)
    form, version = await stands(uid)
    for held in ({}, {SITE_ADMIN: LATER}):
        with refuses(Reason.LAST_SITE_ADMIN):
            await edit_user.edit(OPERATOR, uid, version, UserForm(form.email, form.name, {}, held))
    for act in (
        users.block(OPERATOR, uid),
        users.delete(OPERATOR, uid),
        users.revoke(OPERATOR, uid, SITE_ADMIN),
        users.grant(OPERATOR, uid, SITE_ADMIN, until=LATER),
    ):
        with refuses(Reason.LAST_SITE_ADMIN):
            await act
    assert await stands(uid) == (form, version)


async def test_a_block_ends_by_itself_and_at_the_next_try_to_sign_in(house):
    ann, bob = await made('ann@cars.example'), await made('bob@cars.example')
    for uid in (ann, bob):
        assert await users.block(OPERATOR, uid, reason=' Did  not pay ', until=now() + timedelta(days=1))
        assert not await users.block(OPERATOR, uid, reason='Still did not', until=now() + timedelta(days=1))
    assert (await user_details.get(OPERATOR, ann)).block_reason == 'Still did not'
    await blocks.lift_over()
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in('ann@cars.example', PASSWORD, VISITOR)
    await User.all().update(blocked_until=now() - timedelta(seconds=1))  # a day has passed
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in('ann@cars.example', 'not the password', VISITOR)
    assert await in_session('ann@cars.example')
    await blocks.lift_over()
    assert (await user_details.get(OPERATOR, bob)).blocked_at is None
    assert await Audit.filter(act='unblocked', actor='clock').count() == 2


@pytest.mark.parametrize('reason', ['x' * 501, 'a\0b', 'a\ud800'])
async def test_a_reason_that_cannot_be_kept_blocks_nobody(house, reason):
    uid = await made('ann@cars.example')
    with refuses(Reason.BLOCK_REASON_INVALID):
        await users.block(OPERATOR, uid, reason=reason)
    assert (await user_details.get(OPERATOR, uid)).blocked_at is None


async def test_who_is_added_with_a_password_is_told_where_to_sign_in_and_never_the_password(house):
    await add_user.add(OPERATOR, 'ann@cars.example', password=PASSWORD)
    (mail,) = await mails('ann@cars.example')
    assert mail.template == 'account made' and not mail.sealed
    assert PASSWORD not in str(mail.variables)
    with refuses(Reason.EMAIL_TAKEN):
        await add_user.add(OPERATOR, 'ANN@cars.example')
    with refuses(Reason.ROLE_NOT_FOUND):
        await add_user.add(OPERATOR, 'bob@cars.example', roles=['Nobody'])
    assert await User.all().count() == 1 and await Mail.all().count() == 1


async def test_sessions_of_one_are_ended_by_their_own_number_alone(house):
    ann, bob = await made('ann@cars.example'), await made('bob@cars.example')
    theirs = (await in_session('ann@cars.example')).session_id
    await user_details.end_session(OPERATOR, bob, theirs)
    assert [session.id for session in await user_details.list_sessions(OPERATOR, ann)] == [theirs]
    await user_details.end_session(OPERATOR, ann, theirs)
    assert await user_details.list_sessions(OPERATOR, ann) == ()


async def test_a_bulk_act_goes_on_after_a_refusal_and_says_who_was_changed(house):
    root = await made('root@cars.example', site_admin=True)
    ann, bob = await made('ann@cars.example'), await made('bob@cars.example')
    await users.block(OPERATOR, bob)
    told: list[int] = []

    def tell(report: Report) -> None:
        told.append(report.done)

    report = await bulk.act_on(['made up', root, bob, ann], lambda uid: users.block(OPERATOR, uid), tell)
    assert (report.changed, told[-1]) == ([ann], 4)
    assert [(id, error.reason) for id, error in report.refused] == [
        ('made up', Reason.USER_NOT_FOUND),
        (root, Reason.LAST_SITE_ADMIN),
    ]
