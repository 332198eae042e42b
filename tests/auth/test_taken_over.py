"""Accounts that somebody else would like to have: each of these once worked."""

import pytest

from auth import codes, invitations, site_admins, spreadsheet
from auth.access import SITE_ADMIN
from auth.admin import add_user, groups, users
from auth.admin import invitations as invitation_verbs
from auth.admin import pages as page_verbs
from auth.admin.actor import OPERATOR
from auth.admin.add_user import Announce
from auth.codes import Purpose
from auth.errors import Reason
from auth.flows import accept_invitation, change_email, confirm_password, forgot_password, verify_email
from auth.flows.sign_in import sign_in
from auth.flows.sign_up import sign_up
from auth.pending import Pending
from auth.people import check_email
from auth.settings import get_settings
from auth.visitor import Visitor
from models.audit import Audit
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.mailbox import code_for, mails
from tests.auth.test_account_flows import ANN, NEW, join, signed_in, verifying
from tests.auth.test_accounts import person, refuses

__all__ = ['verifying']
EVES = 'eves own password'
ELSEWHERE = Visitor.of('192.0.2.66', 'another browser')


@pytest.mark.parametrize(
    'address', ['=?utf-8?q?a=0D=0ASubject=3A_x?=@x.example', 'a=?@x.example', '=?x?=@cars.example']
)
def test_an_address_with_an_encoded_word_in_it_is_none(address):
    """A mail to it had a subject and recipients of its owner's choice."""
    with refuses(Reason.EMAIL_INVALID):
        check_email(address)


async def test_a_strangers_sign_up_changes_nothing_of_who_was_invited(verifying):
    added = await add_user.add(OPERATOR, 'strasse@firm.example', name='Ann', roles=[SITE_ADMIN], announce=Announce.NOT)
    before = await User.get(uid=added.id).values()
    step = await sign_up('straße@firm.example', EVES, VISITOR, name='I am a thief')
    assert isinstance(step, Pending)
    assert await User.get(uid=added.id).values() == before
    assert await mails('straße@firm.example') == []
    code = await code_for('strasse@firm.example')
    session = await verify_email.verify(step.token, code, VISITOR)  # whoever reads that mailbox
    assert session is not None
    ann = await User.get(uid=added.id)
    assert (ann.email, ann.name) == ('strasse@firm.example', 'Ann')
    assert await signed_in('strasse@firm.example', EVES)


async def test_who_holds_a_role_keeps_their_address_whoever_signs_up_after_them(verifying):
    await join('strasse@firm.example')
    user = await User.get(email='strasse@firm.example')
    await users.grant(OPERATOR, str(user.uid), SITE_ADMIN)
    await sign_up('straße@firm.example', EVES, VISITOR)
    assert (await User.get(id=user.id)).email == 'strasse@firm.example'
    assert await mails('straße@firm.example') == []


async def test_switching_verification_off_opens_nobody_elses_sign_up(verifying, settings):
    await join(password=EVES)
    settings.setenv('NICEGATE_VERIFY_EMAIL', 'off')
    get_settings.cache_clear()
    assert isinstance(await sign_in(ANN, EVES, VISITOR), Pending)


async def test_an_invitation_is_over_once_its_person_has_come_in_by_another_way(verifying):
    uid = await users.create(OPERATOR, ANN, None, verified=False)
    link = (await invitation_verbs.invite(OPERATOR, uid)).partition('=')[2]
    step = await join()
    await verify_email.verify(step.token, await code_for(ANN), VISITOR)
    here = await signed_in()
    await change_email.change_email(here, 'anna@cars.example', PASSWORD, VISITOR)
    await change_email.confirm_email(here, await code_for('anna@cars.example'), VISITOR)
    with refuses(Reason.INVITATION_WITHDRAWN):
        await accept_invitation.accept(link, EVES, VISITOR)
    with refuses(Reason.INVITATION_WITHDRAWN):
        await invitations.look(link)


async def test_who_was_invited_and_never_came_is_no_site_admin_who_remains(house):
    root = await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    await add_user.add(OPERATOR, 'typo@cars.example', roles=[SITE_ADMIN])
    for act in (users.block(OPERATOR, root), users.delete(OPERATOR, root), users.revoke(OPERATOR, root, SITE_ADMIN)):
        with refuses(Reason.LAST_SITE_ADMIN):
            await act
    assert await site_admins.is_last(root)


async def test_a_stranger_cannot_use_up_the_owners_code(house):
    await person()
    await forgot_password.forgot_password(ANN, VISITOR)
    code = await code_for(ANN)
    for _ in range(codes.TRIES + 3):
        with refuses(Reason.CODE_INVALID):
            await confirm_password.confirm_password(ANN, 'BCDF-GHJK', NEW, ELSEWHERE)
    with refuses(Reason.CODE_INVALID):  # nor guess on: the right one, too late
        await confirm_password.confirm_password(ANN, code, NEW, ELSEWHERE)
    await confirm_password.confirm_password(ANN, code, NEW, VISITOR)


async def test_many_strangers_together_have_fifty_tries(house):
    await person()
    user = await User.get(email=ANN)
    await forgot_password.forgot_password(ANN, VISITOR)
    code = await code_for(ANN)
    for number in range(codes.ALL_TRIES):
        with refuses(Reason.CODE_INVALID):
            there = Visitor.of(f'192.0.2.{number // codes.TRIES}', '')
            await codes.check(Purpose.RESET_PASSWORD, user, 'BCDF-GHJK', there, about=ANN)
    with refuses(Reason.CODE_INVALID):
        await codes.check(Purpose.RESET_PASSWORD, user, code, VISITOR, about=ANN)


async def test_who_had_their_invitation_withdrawn_gets_no_code_either(house):
    added = await add_user.add(OPERATOR, ANN, roles=[SITE_ADMIN])
    await invitation_verbs.withdraw(OPERATOR, added.id)
    await forgot_password.forgot_password(ANN, VISITOR)
    assert [mail.template for mail in await mails(ANN)] == ['invitation']


async def test_a_password_that_an_admin_sets_ends_what_a_sign_up_began(verifying):
    step = await join(password=EVES)
    code = await code_for(ANN)
    user = await User.get(email=ANN)
    await users.set_password(OPERATOR, str(user.uid), NEW, must_change=True)
    with refuses(Reason.SIGN_UP_OVER):
        await verify_email.verify(step.token, code, VISITOR)


async def test_a_stranger_who_fails_is_not_named_as_the_one_who_failed_for(house):
    await person()
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in(ANN, EVES, ELSEWHERE)
    row = await Audit.filter(act='sign-in failed').first()
    assert row is not None
    assert (row.actor, row.actor_uid, row.subject, row.address) == ('', None, ANN, '192.0.2.66')


async def test_a_group_made_again_opens_nothing_that_the_old_one_did(house):
    from auth import page_gates
    from auth.access import Access, Gate
    from auth.page_gates import DeclaredPage

    page_gates.declare([DeclaredPage('/secret', 'Secret', None), DeclaredPage('/cars/{car_id}', 'A car', None)])
    key = await groups.create(OPERATOR, 'Club', [])
    await page_verbs.set_gate(OPERATOR, '/secret', Gate(Access.GROUPS, frozenset({key})))
    await groups.delete(OPERATOR, key)
    await groups.create(OPERATOR, 'Club', [])
    await page_gates.refresh()
    override = page_gates.override_of('/secret')
    assert override is not None and override.gate is None
    # And a parameter that is called otherwise is the same page.
    await page_verbs.set_gate(OPERATOR, '/cars/{car_id}', Gate(Access.GROUPS, frozenset({'Club'})))
    page_gates.declare([DeclaredPage('/cars/{id}', 'A car', None)])
    page_gates.clear()
    await page_gates.refresh()
    override = page_gates.override_of('/cars/{id}')
    assert override is not None and override.gate == Gate(Access.GROUPS, frozenset({'Club'}))
    await page_verbs.reset(OPERATOR, '/cars/{id}')
    await page_gates.refresh()
    assert page_gates.override_of('/cars/{id}') is None
    page_gates.declare([])


@pytest.mark.parametrize('cell', ["x;=cmd|'/c calc'!A1;", '\uff1dcmd', ' =1+1', 'a\t@SUM(A1)'])
def test_no_cell_becomes_a_formula_where_a_semicolon_separates(cell):
    written = spreadsheet.line([cell])
    assert written.startswith('"')
    for part in written.strip().strip('"').replace('\t', ';').split(';'):
        assert not part.strip().startswith(('=', '@', '\uff1d')), written


async def test_a_sign_up_of_a_domain_that_is_no_longer_taken_opens_nothing(verifying, settings):
    step = await join()
    code = await code_for(ANN)
    settings.setenv('NICEGATE_EMAIL_DOMAINS', 'firm.example')
    get_settings.cache_clear()
    with refuses(Reason.EMAIL_DOMAIN):
        await verify_email.verify(step.token, code, VISITOR)
