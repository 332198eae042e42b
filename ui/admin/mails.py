"""/admin/mails: what was mailed, what waits, and why. Without a mail server, what waits can be read here."""

from auth.access import SITE_ADMINS
from auth.admin import mails as outbox
from auth.admin.mails import OutboxMail
from auth.current_user import CurrentUser
from auth.settings import get_settings
from ui.account.times import date_and_time
from ui.components import alert, card, muted, table, tag
from ui.gate import page

NO_SERVER = (
    'No mail server is set (NICEGATE_SMTP_URL). Mails wait here and go out once one is; until then their words can be '
    'read below, and handed on.'
)


@page('/admin/mails', title='Mails', groups=[SITE_ADMINS], locked=True, nav=False)
async def mails(user: CurrentUser) -> None:
    found = await outbox.newest(user)
    if not get_settings().smtp_url:
        alert(NO_SERVER, 'warning')
    if not found:
        muted('No mail was sent yet.')
        return
    with card():
        table('The last mails', ('Queued', 'To', 'What', 'Status'), [_row(mail) for mail in found])
    if readable := [mail for mail in found if mail.words is not None]:
        with card('Mails that wait'):
            for mail in readable:
                _words(mail)


def _row(mail: OutboxMail) -> tuple[str, str, str, str]:
    return date_and_time(mail.created_at), mail.address, mail.template.capitalize(), _status(mail)


def _status(mail: OutboxMail) -> str:
    if mail.status == 'waiting' and mail.tries:
        return f'waiting, tried {mail.tries}×, next {date_and_time(mail.next_try_at)}: {mail.last_error}'
    return f'{mail.status}: {mail.last_error}' if mail.last_error else mail.status


def _words(mail: OutboxMail) -> None:
    if mail.words is not None:
        with tag('details', classes='nc-details'):
            tag('summary', f'{mail.words.subject}, to {mail.address}')
            tag('pre', mail.words.plain, 'nc-pre')
