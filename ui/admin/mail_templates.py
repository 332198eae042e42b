"""/admin/mails/templates: what mails say. Each is edited beside what it comes to, and judged as it is typed."""

from collections.abc import Mapping, Sequence
from typing import Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from auth.admin import mail_templates
from auth.admin.mail_templates import EditedMail, MailText
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.mail.templates import Texts
from ui import messages
from ui.account.times import date_and_time
from ui.admin.area import admin_page, page_head
from ui.admin.mail_preview import Preview
from ui.admin.mail_words import MEANINGS, TITLES, title_of
from ui.components import (
    Cell,
    Column,
    Records,
    Row,
    Typed,
    alert,
    button,
    card,
    confirm,
    form,
    link_button,
    muted,
    row,
    tag,
)
from ui.gate import NotFoundError

PATH: Final = '/admin/mails/templates'
COLUMNS: Final = (
    Column('mail', 'Mail'),
    Column('when', 'When it goes out'),
    Column('subject', 'Subject'),
    Column('state', 'Words'),
)
LABELS: Final[Mapping[str, str]] = {'subject': 'Subject', 'plain': 'Plain text', 'html': 'HTML'}
SENT = """(event) => {
    const texts = new FormData(event.currentTarget.closest('.nc-editor').querySelector('form'));
    emit(Object.fromEntries([...texts.keys()].map((name) => [name, texts.getAll(name)])));
}"""
"""What is typed so far, as a form sends it."""
QUIET = 0.4
"""Seconds between looks at what is typed: no preview for each key."""


@admin_page(PATH, title='Mail templates')
async def mail_list(user: CurrentUser) -> None:
    with page_head('Mail templates', 'What mails say. Choose one to change its words.'):
        link_button('Outbox', '/admin/mails')
    table = Records('Mail templates', COLUMNS, empty='There are no mails.')
    table.show([_row(mail) for mail in await mail_templates.list_all(user)])


def _row(mail: MailText) -> Row:
    title, when = TITLES[mail.name]
    state = Cell('Default')
    if mail.changed_at is not None:
        state = Cell('Changed', tone='warning', note=date_and_time(mail.changed_at))
    cells: dict[str, Cell | str] = {
        'mail': Cell(title, href=_path(mail.name)),
        'when': when,
        'subject': mail.subject,
        'state': state,
    }
    return Row(mail.name, title, cells)


def _path(name: str) -> str:
    return f'{PATH}/{name.replace(" ", "-")}'


@admin_page(f'{PATH}/{{name}}', title='Mail template')
async def mail_editor(user: CurrentUser, name: str) -> None:
    try:
        edited = await mail_templates.read(user, name.replace('-', ' '))
    except AuthError as error:
        if error.reason is not Reason.MAIL_TEMPLATE_NOT_FOUND:
            raise
        raise NotFoundError from error
    title, when = TITLES[edited.name]
    ui.page_title(title)
    with page_head(title, when):
        link_button('All templates', PATH)
    await _Editor(user, edited).draw()


class _Editor:
    """One mail: its three texts, what they come to, and what they may be made of."""

    def __init__(self, user: CurrentUser, edited: EditedMail) -> None:
        self._user, self._edited = user, edited
        self._typed = edited.texts

    async def draw(self) -> None:
        self._state = tag('div', classes='nc-place')
        with tag('div', classes='nc-columns nc-columns--editor'):
            with tag('div', classes='nc-editor') as self._place:
                self._form()
            with tag('div', classes='nc-editor'):
                self._preview = Preview()
        _variables(self._edited)
        self._place.on('input', self._follow, js_handler=SENT, throttle=QUIET, leading_events=False)
        self._show_state()
        await self._look()

    def _form(self) -> None:
        texts = self._edited.texts
        with form('Template', action=self._save, submit='Save', then='stay', wide=False, autofocus=False) as fields:
            for name, lines in (('subject', 1), ('plain', 14), ('html', 22)):
                fields.text(
                    name,
                    LABELS[name],
                    getattr(texts, name),
                    maximum=mail_templates.LENGTHS[name],
                    empty='Write something here.',
                    lines=lines,
                    mono=lines > 1,
                )
        with row():
            button('Send test mail').on('click', self._send_test, js_handler=SENT)
            self._reset_button = button('Back to the default', self._reset, kind='danger')

    async def _save(self, typed: Typed) -> str:
        name, version = self._edited.name, self._edited.version
        try:
            await mail_templates.save(self._user, name, _texts(typed), version=version)
        except AuthError as error:
            if error.reason is Reason.CHANGED_MEANWHILE:  # who saves once more has been shown what the other one wrote
                self._edited = await mail_templates.read(self._user, name)
                self._show_state(meanwhile=True)
            raise
        self._edited = await mail_templates.read(self._user, name)
        self._show_state()
        return 'Saved. The next mail says this.'

    async def _send_test(self, event: GenericEventArguments) -> None:
        try:
            texts = _texts(Typed.read(event.args))
            address = await mail_templates.send_test(self._user, self._edited.name, texts)
        except AuthError as error:
            ui.notify(_where(error), type='negative', timeout=0, close_button='Close')
            return
        ui.notify(f'A test mail is on its way to {address}.', type='positive')

    async def _reset(self) -> None:
        title = title_of(self._edited.name)
        words = f'The mail "{title}" says what Nicegate says again, from the next one on. What is written here is lost.'
        if await confirm('Back to the default', words, 'Back to the default', kind='danger'):
            await mail_templates.reset(self._user, self._edited.name)
            ui.navigate.to(_path(self._edited.name))

    async def _follow(self, event: GenericEventArguments) -> None:
        self._typed = _texts(Typed.read(event.args))
        await self._look()

    async def _look(self) -> None:
        typed = self._typed
        try:
            rendered = await mail_templates.preview(self._user, self._edited.name, typed)
            if typed is self._typed:  # else a later look is on its way, or was faster
                self._preview.show(rendered)
        except AuthError as error:
            if error.reason is not Reason.MAIL_TEMPLATE_INVALID:
                raise
            if typed is self._typed:
                self._preview.refuse(_where(error))

    def _show_state(self, *, meanwhile: bool = False) -> None:
        edited = self._edited
        self._reset_button.set_visibility(bool(edited.version))
        self._state.clear()
        with self._state:
            if meanwhile:
                words = 'Somebody else has saved this mail meanwhile. Save again, and it says what is written below.'
                alert(words, 'warning')
                _compare('Show what they saved', edited.texts, tuple(LABELS))
            elif edited.changed_at is not None:
                differing = ', '.join(LABELS[name] for name in edited.differing)
                alert(f'Changed on {date_and_time(edited.changed_at)}. Other than the default: {differing}.')
                _compare('Show the default', edited.built_in, edited.differing)


def _compare(summary: str, texts: Texts, names: Sequence[str]) -> None:
    with tag('details', classes='nc-details'):
        tag('summary', summary)
        for name in names:
            muted(LABELS[name])
            tag('pre', getattr(texts, name), 'nc-pre')


def _texts(typed: Typed) -> Texts:
    """As typed: a browser sends the ends of lines as CR LF."""
    subject, plain, html = (typed.text(name).replace('\r\n', '\n') for name in LABELS)
    return Texts(subject, plain, html)


def _where(error: AuthError) -> str:
    """A refusal with the text it is about, for where no field stands beside it."""
    field = messages.field_of(error) or ''
    words = messages.say(error)
    return f'{LABELS[field]}: {words[0].lower()}{words[1:]}' if field in LABELS else words


def _variables(edited: EditedMail) -> None:
    with card('Variables'):
        muted('Write them in double braces. {% if name %} … {% endif %} shows a part only when one is not empty.')
        columns = (Column('name', 'Variable'), Column('means', 'What it is'), Column('sample', 'For example'))
        table = Records('Variables', columns, empty='')
        table.show(
            [
                Row(
                    one.name,
                    one.name,
                    {
                        'name': f'{{{{ {one.name} }}}}',
                        'means': Cell(
                            MEANINGS[one.name].capitalize(),
                            chips=['Must stay'] if one.name in edited.needed else [],
                        ),
                        'sample': one.sample,
                    },
                )
                for one in edited.variables
            ]
        )
