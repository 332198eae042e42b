"""/admin/mails: what was mailed, what waits, and why, as it happens. Without a mail server, what waits can be read."""

from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import ui

from auth.admin import mails as outbox
from auth.admin.mails import OutboxMail, OutboxPage
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from ui import messages
from ui.account.times import date_and_time
from ui.admin.area import admin_page, page_head
from ui.admin.mail_words import title_of
from ui.components import (
    Action,
    Cell,
    Column,
    Option,
    Pager,
    Records,
    Row,
    Typed,
    alert,
    card,
    copied_text,
    dialog_now,
    form,
    link_button,
    muted,
    paragraph,
    tag,
)
from ui.components.records import Move
from ui.following import changes_of, follow

PATH = '/admin/mails'
PAUSE = 0.3
"""Seconds in which changes are gathered: a thousand mails that go out are a few looks."""
NO_SERVER = (
    'No mail server is set (NICEGATE_SMTP_URL). Mails wait here and go out once one is; until then their words can be '
    'read below, and handed on.'
)
FAILING = 'The mail server takes no mail right now. Mails wait, and go out by themselves when it is back.'
COLUMNS = (
    Column('to', 'To'),
    Column('what', 'What'),
    Column('status', 'Status'),
    Column('queued', 'Queued'),
    Column('tries', 'Tries'),
    Column('next', 'Next try'),
    Column('error', 'Last error'),
    Column('acts', ''),
)
TONES: Mapping[str, str] = {'waiting': 'warning', 'sent': 'ok', 'refused': 'error', 'late': 'plain'}
SEND_AGAIN = Action('resend', 'Send again')
COPY_LINK = Action('link', 'Copy link')


@admin_page(PATH, title='Mails')
async def mails(user: CurrentUser, status: str = '', address: str = '') -> None:
    with page_head('Mails', 'What was mailed, what waits, and why.'):
        link_button('Templates', f'{PATH}/templates')
    try:
        shown = _Outbox(user, status, address.strip())
        await shown.read()
    except AuthError as error:  # what stands in the address is no filter
        alert(messages.say(error), 'error')
        link_button('Show all', PATH)
        return
    await follow(changes_of('mail', 'mailed'), shown.read, pause=PAUSE)


class _Outbox:
    """The notice about the server, the filter, the table and the mails that can be read."""

    def __init__(self, user: CurrentUser, status: str, address: str) -> None:
        self._user, self._status, self._address = user, status, address
        self._at, self._page = '', OutboxPage((), '', '', has_server=True, failing=False)
        self._notice = tag('div', classes='nc-place')
        self._said = ''
        self._filter()
        empty = 'No mail matches.' if status or address else 'No mail was sent yet.'
        self._table = Records('Mails', COLUMNS, empty=empty, move=self._move, act=self._act)
        self._place = tag('div', classes='nc-place')
        self._waiting = tag('div', classes='nc-place')
        self._readable: dict[int, ui.element] = {}

    def _filter(self) -> None:
        async def act(typed: Typed) -> str:
            given = {'status': typed.text('status'), 'address': typed.text('address').strip()}
            query = urlencode({name: text for name, text in given.items() if text})
            ui.navigate.to(f'{PATH}?{query}' if query else PATH)
            return ''

        options = [Option('', 'All'), *(Option(each, each.capitalize()) for each in outbox.STATUSES)]
        asks = form('Filter', action=act, submit='Filter', kind='plain', wide=False, autofocus=False)
        with asks as fields, tag('div', classes='nc-filters'):
            fields.text('address', 'Address begins with', self._address, type='search')
            fields.select('status', 'Status', options, self._status)
        if self._status or self._address:
            link_button('Show all', PATH, kind='quiet')

    async def read(self) -> None:
        found = await self._list()
        if self._at and not found.mails:  # they are gone
            self._at = ''
            found = await self._list()
        if self._table.is_deleted:
            return
        self._page = found
        self._show_notice()
        pager = Pager(bool(found.previous), bool(found.next), _span(found)) if found.previous or found.next else None
        self._table.show([_row(mail) for mail in found.mails], pager=pager)
        self._show_readable()

    async def _list(self) -> OutboxPage:
        return await outbox.list_mails(self._user, status=self._status, address=self._address, at=self._at)

    def _show_notice(self) -> None:
        words = FAILING if self._page.failing else '' if self._page.has_server else NO_SERVER
        if words != self._said:
            self._said = words
            self._notice.clear()
            with self._notice:
                if words:
                    alert(words, 'warning')

    def _show_readable(self) -> None:
        """Only what has come or gone is drawn: one that somebody has open stays open."""
        readable = {mail.id: mail for mail in self._page.mails if mail.words is not None}
        if bool(readable) is not bool(self._readable):
            self._waiting.clear()
            self._readable.clear()
            with self._waiting:
                if readable:
                    with card('Mails that wait') as self._list_of_words:
                        muted('As they will be sent: hand a code or a link on to whom it is for, and to nobody else.')
        for id in self._readable.keys() - readable.keys():
            self._readable.pop(id).delete()
        for at, mail in enumerate(readable.values()):
            if mail.id not in self._readable:
                with self._list_of_words:
                    self._readable[mail.id] = _words(mail)
                self._readable[mail.id].move(target_index=at + 2)

    async def _move(self, move: Move) -> None:
        self._at = {'first': '', 'previous': self._page.previous, 'next': self._page.next}[move]
        await self.read()

    async def _act(self, id: str, key: str) -> None:
        if not id.isascii() or not id.isdigit() or len(id) > 18:
            raise AuthError(Reason.INPUT_INVALID)
        if key == SEND_AGAIN.key:
            await self._resend(int(id))
        elif key == COPY_LINK.key:
            link = await outbox.copy_link(self._user, int(id))
            with self._place:
                _show_link(link)
        else:
            raise AuthError(Reason.INPUT_INVALID)

    async def _resend(self, id: int) -> None:
        try:
            await outbox.resend(self._user, id)
        except AuthError as error:  # longer than a notice that fades
            ui.notify(messages.say(error), type='negative', timeout=0, close_button='Close')
            return
        ui.notify('The mail is tried now.' if self._page.has_server else 'The mail is printed in the terminal again.')
        await self.read()


def _row(mail: OutboxMail) -> Row:
    is_waiting = mail.status == 'waiting'
    acts = [SEND_AGAIN, COPY_LINK] if mail.has_link else [SEND_AGAIN]
    status = Cell(mail.status, tone=TONES.get(mail.status, ''), note=_when_sent(mail))  # type: ignore[arg-type]
    cells: dict[str, Cell | str] = {
        'to': mail.address,
        'what': title_of(mail.template),
        'status': status,
        'queued': date_and_time(mail.created_at),
        'tries': str(mail.tries) if mail.tries else '',
        'next': date_and_time(mail.next_try_at) if is_waiting and mail.tries else '',
        'error': mail.last_error,
        'acts': Cell(actions=acts),
    }
    return Row(str(mail.id), f'{title_of(mail.template)} to {mail.address}', cells)


def _when_sent(mail: OutboxMail) -> str:
    return date_and_time(mail.sent_at) if mail.sent_at else ''


def _span(page: OutboxPage) -> str:
    return f'{date_and_time(page.mails[-1].created_at)} to {date_and_time(page.mails[0].created_at)}'


def _words(mail: OutboxMail) -> ui.element:
    with tag('details', classes='nc-details') as drawn:
        if mail.words is not None:
            tag('summary', f'{mail.words.subject}, to {mail.address}')
            tag('pre', mail.words.plain, 'nc-pre')
    return drawn


def _show_link(link: str) -> None:
    with dialog_now('Copy link'):
        paragraph('Whoever has this link can use it. Give it to the person it is for, and to nobody else.')
        copied_text(link, 'Copy link')
