"""The outbox as site admins act on it: pages, what can be sent again and what cannot, and whose link may be copied."""

from datetime import timedelta

import pytest

from auth.admin import invitations, mails, users
from auth.admin.actor import OPERATOR
from auth.errors import Reason
from auth.mail import Template, outbox
from auth.settings import get_settings
from models.audit import Audit
from models.clock import now
from models.database import transaction
from models.mail import Mail
from tests.auth.conftest import PASSWORD
from tests.auth.mailbox import newest
from tests.auth.test_accounts import actor, person, refuses

ANN = 'ann@cars.example'


async def put(address: str = ANN, template: Template = Template.VERIFY_EMAIL, **columns: object) -> Mail:
    hidden = {'code': 'WDJB-MJHT'} if template is Template.VERIFY_EMAIL else None
    async with transaction():
        await outbox.queue(template, address, None, hidden=hidden, ends_at=now() + timedelta(minutes=10))
    mail = await newest(address)
    await Mail.filter(id=mail.id).update(**columns)
    await mail.refresh_from_db()
    return mail


async def test_pages_show_each_mail_once_whatever_the_filter(house):
    statuses = ['waiting', 'sent', 'refused', 'late', 'asked for']
    for number in range(23):
        await put(f'{"Bo" if number % 3 else "ann"}{number}@cars.example', status=statuses[number % 5])
    for status in ('', *mails.STATUSES):
        for address in ('', 'bo', 'ANN1', '%', 'x'):
            rows = await Mail.exclude(status='asked for').order_by('-id')
            wanted = [
                row.id for row in rows
                if status in ('', row.status) and row.address.casefold().startswith(address.casefold())
            ]  # fmt: skip
            pages = [await mails.list_mails(OPERATOR, status=status, address=address, size=4)]
            while pages[-1].next:
                pages.append(
                    await mails.list_mails(OPERATOR, status=status, address=address, at=pages[-1].next, size=4)
                )
            assert [mail.id for page in pages for mail in page.mails] == wanted
            back = pages[-1].previous
            if back:
                page = await mails.list_mails(OPERATOR, status=status, address=address, at=back, size=4)
                assert page.mails == pages[-2].mails
    for status, at in (('asked for', ''), ('', 'x'), ('', 'older-1 OR 1')):
        with refuses(Reason.INPUT_INVALID):
            await mails.list_mails(OPERATOR, status=status, at=at)


async def test_what_is_sent_again_is_due_at_once_and_once(house):
    later = await put(next_try_at=now() + timedelta(hours=1), tries=3, last_error='451 later')
    await mails.resend(OPERATOR, later.id)
    await later.refresh_from_db()
    assert later.next_try_at <= now() and (later.status, later.tries, later.last_error) == ('waiting', 3, '')
    for status in ('sent', 'refused'):
        notice = await put('bo@cars.example', Template.EMAIL_TAKEN, status=status, ends_at=None, tries=2)
        await mails.resend(OPERATOR, notice.id)
        again = await Mail.get(id=notice.id)
        assert (again.status, again.tries) == ('waiting', 0)
        assert again.message_id != notice.message_id  # or it would be taken for the mail that came already
    assert await Audit.filter(act='mail sent again').count() == 3


@pytest.mark.parametrize('columns', [
    {'status': 'sent', 'sealed': None}, {'status': 'refused', 'sealed': None}, {'status': 'late', 'sealed': None},
    {'ends_at': now() - timedelta(seconds=1)}, {'sealed': 'damaged'},
])  # fmt: skip
async def test_a_code_that_is_gone_or_over_is_not_sent_again(house, columns):
    mail = await put(**columns)
    with refuses(Reason.MAIL_SECRET_GONE):
        await mails.resend(OPERATOR, mail.id)
    assert (await Mail.get(id=mail.id)).status == mail.status
    assert not await Audit.filter(act='mail sent again').exists()


async def test_a_link_is_copied_while_it_works_and_there_is_no_server(house, settings):
    uid = await users.create(OPERATOR, ANN, None, verified=False)
    link = await invitations.invite(OPERATOR, uid)
    first = await newest(ANN)
    assert [mail.has_link for mail in (await mails.list_mails(OPERATOR)).mails] == [True]
    assert await mails.copy_link(OPERATOR, first.id) == link
    [row] = await Audit.filter(act='link of a mail copied')
    assert link.partition('=')[2] not in str(row.details) and row.subject == ANN
    await invitations.invite(OPERATOR, uid)  # which withdraws the first
    assert (await Mail.get(id=first.id)).status == 'late'  # nobody is sent a link that opens nothing
    with refuses(Reason.MAIL_NOT_FOR_COPYING):
        await mails.copy_link(OPERATOR, first.id)
    with refuses(Reason.MAIL_SECRET_GONE):
        await mails.resend(OPERATOR, first.id)
    with refuses(Reason.MAIL_NOT_FOR_COPYING):
        await mails.copy_link(OPERATOR, (await put('bo@cars.example')).id)
    settings.setenv('NICEGATE_SMTP_URL', 'smtp://mail.cars.example')
    get_settings.cache_clear()
    with refuses(Reason.MAIL_NOT_FOR_COPYING):
        await mails.copy_link(OPERATOR, (await newest(ANN)).id)
    page = await mails.list_mails(OPERATOR)
    assert page.has_server and not any(mail.has_link or mail.words for mail in page.mails)


async def test_only_site_admins_act_on_mails_and_only_on_those_there_are(house):
    await person('eve@cars.example')
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    eve, mail = await actor('eve@cars.example'), await put()
    for act in (mails.list_mails(eve), mails.resend(eve, mail.id), mails.copy_link(eve, mail.id)):
        with refuses(Reason.FORBIDDEN):
            await act
    asked = await put('bo@cars.example', status='asked for', next_try_at=now() + timedelta(hours=1))
    for id in (0, 10**17, asked.id):
        with refuses(Reason.MAIL_NOT_FOUND):
            await mails.resend(OPERATOR, id)
        with refuses(Reason.MAIL_NOT_FOUND):
            await mails.copy_link(OPERATOR, id)
