"""/profile: what people see and change of their own account. Each task is a form of its own, and what stands typed in
one stays when another one, another tab or a site admin changes something."""

from collections.abc import Callable, Sequence

from nicegui import ui

from auth import attributes, site_admins
from auth.attributes import Attribute, Kind
from auth.current_user import HeldRole
from ui import asked, messages
from ui.account import own_email, session_list
from ui.account.times import date, date_and_time
from ui.components import form, form_dialog, heading, muted, paragraph, said, tag, task, tasks
from ui.flash import Flash, take_flash
from ui.gate import Session, Visit, page


@page('/profile', title='Profile', access='signed-in', nav=False)
async def profile(visit: Visit, session: Session) -> None:
    flash, email = take_flash(), session.email
    known = await attributes.definitions()
    is_last = session.user is not None and await site_admins.is_last(session.user.id)
    with tasks():
        said(flash)
        _about_oneself(session, known, flash)
        await own_email.draw(visit, session, flash)
        names: list[ui.element | None] = [_password(email, flash)]
        await session_list.draw(visit)
        _access(session)
        names.append(_leave(email, flash, is_last=is_last))

    def follow() -> None:
        for name in filter(None, names):
            name.props['^value'] = session.email

    session.on_change(follow)


def _about_oneself(session: Session, known: Sequence[Attribute], flash: Flash | None) -> None:
    with task('About you', 'What this site knows about you.'):
        with form(
            'Profile',
            action='/auth/profile',
            submit='Save profile',
            flash=flash,
            wide=False,
            autofocus=False,
            then='stay',
        ) as about:
            about.name(session.name)
            asked.draw(about, [each for each in known if each.editable], session.attributes)
        _live(session, lambda: _facts(session, known))


def _facts(session: Session, known: Sequence[Attribute]) -> None:
    """What people cannot change here; and pictures, which they want to look at."""
    if session.user is None:
        return
    with tag('dl', classes='nc-facts'):
        _fact('Member since', date(session.user.created_at))
        for attribute in known:
            value = session.attributes.get(attribute.key, '')
            if not attribute.editable or (value and attribute.kind is Kind.IMAGE):
                _fact(attribute.label, value or 'Not given', leads=attribute.kind is not Kind.TEXT)


def _password(email: str, flash: Flash | None) -> ui.element:
    with (
        task('Password', 'A new one signs you out everywhere else.'),
        form(
            'Change password',
            action='/auth/change-password',
            submit='Change password',
            flash=flash,
            wide=False,
            autofocus=False,
        ) as change,
    ):
        name = change.username(email)
        change.current_password('current_password', 'Current password')
        change.new_password('New password')
    return name


def _access(session: Session) -> None:
    with task('Roles and groups', 'What a site admin lets you do here.'):
        _live(session, lambda: _roles_and_groups(session))


def _roles_and_groups(session: Session) -> None:
    _list('Roles', [_in_words(role) for role in session.roles], 'You have no roles yet. A site admin gives them.')
    _list('Groups', sorted(session.groups), 'You are in no group. A group admits people who hold all of its roles.')


def _leave(email: str, flash: Flash | None, *, is_last: bool) -> ui.element | None:
    with task('Delete account', 'Your profile, your roles and your sessions go with it, for good.'):
        if is_last:
            muted(messages.LAST_SITE_ADMIN_STAYS)
            return None
        with form_dialog('Delete account', kind='danger'):
            paragraph('Your profile, your roles and your sessions are deleted at once. Nobody can bring them back.')
            with form(
                'Delete account',
                action='/auth/delete-account',
                submit='Delete account',
                flash=flash,
                kind='danger',
                autofocus=False,
                leaves=True,
            ) as leave:
                name = leave.username(email)
                leave.current_password('current_password', 'Password')
    return name


def _live(session: Session, draw: Callable[[], None]) -> None:
    """Draw it, and again when something about the person has changed: it holds nothing that takes the focus."""
    shown = ui.refreshable(draw)
    shown()
    session.on_change(shown.refresh)


def _in_words(role: HeldRole) -> str:
    return role.name if role.until is None else f'{role.name}, until {date_and_time(role.until)}'


def _fact(term: str, value: str, *, leads: bool = False) -> None:
    """One that `leads` is a link, where it is a web address."""
    with tag('div', classes='nc-fact'):
        tag('dt', term)
        with tag('dd'):
            if leads and attributes.is_url(value):
                tag('a', value, 'nc-link', href=value, target='_blank', rel='noopener noreferrer')
            else:
                tag('span', value)


def _list(title: str, items: Sequence[str], empty: str) -> None:
    with tag('div', classes='nc-subtle'):
        heading(title, 3)
        if not items:
            muted(empty)
            return
        with tag('ul', classes='nc-chips'):
            for item in items:
                tag('li', item, 'nc-chip')
