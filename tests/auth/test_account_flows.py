"""Accounts that look after themselves, on real tables: verify, forgot, confirm, change, invite, leave."""

import asyncio
from datetime import timedelta

import pytest

from auth import accounts, invitations, pending, pruning, sessions, throttle
from auth.access import SITE_ADMIN
from auth.admin import invitations as invitation_verbs
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.errors import AuthError, Reason
from auth.flows import (
    accept_invitation,
    change_password,
    confirm_password,
    forgot_password,
    verify_email,
)
from auth.flows.sign_in import sign_in
from auth.flows.sign_up import sign_up
from auth.mail import Template
from auth.pending import Pending, Step
from auth.sessions import NewSession, digest_of
from models.audit import Audit
from models.clock import now
from models.code import Code
from models.mail import Mail
from models.session import Session
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.mailbox import code_for, mails, newest
from tests.auth.test_accounts import person, refuses

ANN = 'ann@cars.example'
NEW = 'green kettle in may'


@pytest.fixture
def verifying(settings, house):
    """A house that verifies addresses, as it does by default."""
    settings.delenv('NICEGATE_VERIFY_EMAIL')
    from auth.settings import get_settings

    get_settings.cache_clear()
    assert get_settings().verify_email


async def join(email: str = ANN, password: str = PASSWORD) -> Pending:
    step = await sign_up(email, password, VISITOR, name='Ann')
    assert isinstance(step, Pending)
    return step


async def signed_in(email: str = ANN, password: str = PASSWORD) -> str:
    """The digest of a new session."""
    session = await sign_in(email, password, VISITOR)
    assert isinstance(session, NewSession)
    digest = digest_of(session.token)
    assert digest is not None
    return digest


async def acts() -> list[str]:
    return [row.act for row in await Audit.all().order_by('id')]


# ------------------------------------------------------------------ sign up and verify


async def test_the_code_from_the_mail_opens_the_account_and_signs_in(verifying):
    step = await join()
    assert step.step is Step.VERIFY
    assert (await newest(ANN)).template == Template.VERIFY_EMAIL
    assert await Session.all().count() == 0
    session = await verify_email.verify(step.token, await code_for(ANN), VISITOR)
    user = await sessions.resume(digest_of(session.token))
    assert user is not None
    assert user.email == ANN
    with refuses(Reason.SIGN_UP_OVER):
        await verify_email.verify(step.token, await code_for(ANN), VISITOR)
    assert await acts() == ['signed up', 'email verified', 'signed in']


async def test_a_right_password_of_somebody_unverified_leads_to_a_fresh_code(verifying):
    await join()
    first = await code_for(ANN)
    step = await sign_in(ANN, PASSWORD, VISITOR)
    assert isinstance(step, Pending)
    with refuses(Reason.CODE_INVALID):
        await verify_email.verify(step.token, first, VISITOR)
    assert await verify_email.verify(step.token, await code_for(ANN), VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, 'wrong horse', VISITOR)


async def test_a_taken_address_is_answered_alike_and_its_owner_is_told(verifying):
    await person()
    step = await join()
    assert (await verify_email.look(step.token, VISITOR)) == verify_email.VerifyStep(ANN, 0)
    assert [mail.template for mail in await mails(ANN)] == [Template.EMAIL_TAKEN]
    await verify_email.send_new_code(step.token, VISITOR)
    with refuses(Reason.CODE_INVALID):
        await verify_email.verify(step.token, 'BCDF-GHJK', VISITOR)
    assert len(await mails(ANN)) == 1
    assert await signed_in()


async def test_nobody_can_register_an_address_beforehand(verifying):
    eve = await join(password='eves own password')
    await code_for(ANN)
    ann = await join()
    with refuses(Reason.SIGN_UP_OVER):  # the code that Ann reads is not for Eve's sign-up
        await verify_email.verify(eve.token, await code_for(ANN), VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, 'eves own password', VISITOR)
    assert await verify_email.verify(ann.token, await code_for(ANN), VISITOR)
    assert await User.all().count() == 1


async def test_who_signs_up_for_an_invited_address_gets_nothing_before_the_code(verifying):
    uid = await users.create(OPERATOR, ANN, None, roles=[SITE_ADMIN], verified=False)
    link = await invitation_verbs.invite(OPERATOR, uid)
    await join(password='eves own password')
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, 'eves own password', VISITOR)
    await accept_invitation.accept(link.partition('=')[2], PASSWORD, VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, 'eves own password', VISITOR)


async def test_two_sign_ups_at_once_make_one_account_and_one_good_code(verifying):
    answers = await asyncio.gather(*(sign_up(ANN, PASSWORD, VISITOR) for _ in range(5)), return_exceptions=True)
    assert {a.reason for a in answers if isinstance(a, AuthError)} <= {Reason.BUSY}
    code = await code_for(ANN)
    steps = [answer for answer in answers if isinstance(answer, Pending)]
    tries = (verify_email.verify(step.token, code, VISITOR) for step in steps)
    opened = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, NewSession) for answer in opened) == 1
    assert await User.all().count() == 1


async def test_a_program_verifies_by_address_and_code_and_nobody_is_signed_in(verifying):
    await join()
    await verify_email.verify_address(ANN, await code_for(ANN), VISITOR)
    assert await Session.all().count() == 0
    assert await signed_in()


# ------------------------------------------------------------------ forgot and confirm


async def test_forgot_then_confirm_ends_all_sessions_and_tells_the_owner(house):
    await person()
    open_elsewhere = await signed_in()
    await forgot_password.forgot_password('Ann@Cars.example', VISITOR)
    code = await code_for(ANN)
    await confirm_password.confirm_password(ANN, code.lower(), NEW, VISITOR)
    assert await sessions.resume(open_elsewhere) is None
    assert (await newest(ANN)).template == Template.PASSWORD_CHANGED
    assert await signed_in(password=NEW)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, PASSWORD, VISITOR)
    with refuses(Reason.CODE_INVALID):
        await confirm_password.confirm_password(ANN, code, PASSWORD, VISITOR)


async def test_no_mail_goes_to_an_unknown_or_blocked_address_nor_to_one_that_looks_alike(house):
    blocked = await person('bob@cars.example')
    await users.block(OPERATOR, blocked)
    await person()
    for email in ('nobody@cars.example', 'bob@cars.example', 'а' + ANN[1:]):  # a Cyrillic letter
        await forgot_password.forgot_password(email, VISITOR)
        assert await mails(email) == []
        with refuses(Reason.CODE_INVALID):
            await confirm_password.confirm_password(email, 'BCDF-GHJK', NEW, VISITOR)
    assert await Mail.all().count() == 0


async def test_a_refused_password_takes_no_try_at_the_code(house):
    await person()
    await forgot_password.forgot_password(ANN, VISITOR)
    code = await code_for(ANN)
    for _ in range(6):
        with refuses(Reason.PASSWORD_COMMON):
            await confirm_password.confirm_password(ANN, code, 'password1', VISITOR)
    await confirm_password.confirm_password(ANN, code, NEW, VISITOR)


async def test_a_reset_lets_in_who_was_invited_or_never_verified(verifying):
    uid = await users.create(OPERATOR, ANN, None, verified=False)
    link = await invitation_verbs.invite(OPERATOR, uid)
    await forgot_password.forgot_password(ANN, VISITOR)
    await confirm_password.confirm_password(ANN, await code_for(ANN), NEW, VISITOR)
    assert await signed_in(password=NEW)
    with refuses(Reason.INVITATION_WITHDRAWN):
        await invitations.look(link.partition('=')[2])


# ------------------------------------------------------------------ invitations


async def invited() -> str:
    """The token of a link that was mailed."""
    link = await invitation_verbs.invite_address(OPERATOR, ANN, name='Ann')
    return link.partition('token=')[2]


async def test_an_invitation_sets_a_password_verifies_the_address_and_signs_in(verifying):
    token = await invited()
    for _ in range(3):
        assert (await invitations.look(token)).email == ANN
    session = await accept_invitation.accept(token, PASSWORD, VISITOR, name='Ann Lee')
    user = await sessions.resume(digest_of(session.token))
    assert user is not None
    assert user.name == 'Ann Lee'
    with refuses(Reason.INVITATION_USED):
        await accept_invitation.accept(token, NEW, VISITOR)
    assert await signed_in()
    with refuses(Reason.INVITATION_NEEDLESS):
        await invited()


async def test_an_invitation_that_is_old_withdrawn_or_nobodys_says_so(house):
    token = await invited()
    newer = await invited()
    with refuses(Reason.INVITATION_WITHDRAWN):
        await invitations.look(token)
    await Code.filter(withdrawn_at__isnull=True).update(ends_at=now() - timedelta(seconds=1))
    with refuses(Reason.INVITATION_EXPIRED):
        await accept_invitation.accept(newer, PASSWORD, VISITOR)
    for nonsense in ('', 'x', '\0', 'x' * 500):
        with refuses(Reason.INVITATION_INVALID):
            await invitations.look(nonsense)
    newest_token = await invited()
    await users.block(OPERATOR, str((await accounts.get_by_email(ANN)).uid))
    with refuses(Reason.INVITATION_INVALID):
        await accept_invitation.accept(newest_token, PASSWORD, VISITOR)


async def test_of_two_who_accept_at_once_one_wins(house):
    token = await invited()
    tries = (accept_invitation.accept(token, f'{PASSWORD} {number}', VISITOR) for number in range(5))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, NewSession) for answer in answers) == 1
    assert await Session.all().count() == 1


async def test_no_row_of_the_audit_holds_a_secret(verifying):
    step = await join()
    code = await code_for(ANN)
    await verify_email.verify(step.token, code, VISITOR)
    here = await signed_in()
    await change_password.change_password(here, PASSWORD, NEW, VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, PASSWORD, VISITOR)
    text = str([row.__dict__ for row in await Audit.all()] + [row.__dict__ for row in await Mail.all()])
    for secret in (PASSWORD, NEW, code, step.token):
        assert secret not in text
    assert {'password changed', 'sign-in failed', 'signed in'} <= set(await acts())
    assert await pending.find(Step.VERIFY, step.token) is None
    assert await throttle.mail_wait(ANN, VISITOR) == 0


async def test_what_nobody_can_use_or_ask_about_is_pruned(verifying):
    await join()
    await invitation_verbs.invite_address(OPERATOR, 'bob@cars.example')
    await pruning.prune()
    assert await Code.all().count() == 3
    await Code.all().update(ends_at=now() - timedelta(days=2))
    await pruning.prune()
    assert [row.purpose for row in await Code.all()] == ['invitation']
    await Code.all().update(ends_at=now() - timedelta(days=91))
    await pruning.prune()
    assert not await Code.exists()


async def test_a_password_in_the_wrong_field_is_not_written_down(house):
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(PASSWORD, PASSWORD, VISITOR)
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in('nobody@cars.example', PASSWORD, VISITOR)
    assert [row.subject for row in await Audit.all().order_by('id')] == ['', 'nobody@cars.example']
