"""/profile: what this site knows about the person who is signed in. Read only in this release."""

from datetime import datetime

from nicegui import ui

from auth.current_user import HeldRole
from ui.components import card, muted, tag
from ui.gate import Session, page


@page('/profile', title='Profile', access='signed-in', nav=False)
def profile(session: Session) -> None:
    shown = ui.refreshable(_facts)
    shown(session)
    session.on_change(shown.refresh)


def _facts(session: Session) -> None:
    if (user := session.user) is None:
        return
    with tag('div', classes='nc-narrow'):
        with card('Account'), tag('dl', classes='nc-facts'):
            _fact('Email', user.email)
            _fact('Name', user.name or 'Not given')
            _fact('Member since', day(user.created_at))
        with card('Roles'):
            _list([role_in_words(role) for role in user.roles], empty='You have no roles yet. A site admin gives them.')
        with card('Groups'):
            _list(sorted(user.groups), empty='You are in no group. A group admits people who hold all of its roles.')


def day(moment: datetime) -> str:
    """A date without leading zeros, such as `3 May 2026` (UTC, as stored)."""
    return f'{moment.day} {moment:%B %Y}'


def role_in_words(role: HeldRole) -> str:
    return role.name if role.until is None else f'{role.name}, until {day(role.until)}, {role.until:%H:%M} UTC'


def _fact(term: str, value: str) -> None:
    with tag('div', classes='nc-fact'):
        tag('dt', term)
        tag('dd', value)


def _list(items: list[str], *, empty: str) -> None:
    if not items:
        muted(empty)
        return
    with tag('ul', classes='nc-chips'):
        for item in items:
            tag('li', item, 'nc-chip')
