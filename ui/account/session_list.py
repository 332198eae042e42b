"""The task "Sessions" of /profile: where somebody is signed in, live, and how they sign out there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from nicegui import ui

from auth import devices
from auth.flows import own_sessions
from auth.flows.own_sessions import OwnSession
from ui.account.times import ago, date_and_time
from ui.actions import visitor_of
from ui.components import button, row, tag, task
from ui.following import follow
from ui.gate import Visit

HEADING = 'nc-sessions'
EVERY = 60
"""Seconds between looks at when sessions were last used: use is noted once a minute."""


async def draw(visit: Visit) -> None:
    with task(
        'Sessions', 'Where you are signed in. Sign out what you do not know, and change your password.', id=HEADING
    ):
        shown = _List(visit)
    await shown.follow()
    ui.timer(EVERY, await follow(partial(own_sessions.watch, visit.digest), shown.follow), immediate=False)


class _List:
    """The rows that are shown: those that stay are left where they are, with the focus that may be there."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._rows: dict[int, _Row] = {}
        self._list = tag('ul', classes='nc-sessions')
        self._said = tag('p', '', 'nc-hidden', role='status')
        with row() as self._all:
            button('Sign out of all others', self._end_others)

    async def follow(self) -> None:
        sessions = await own_sessions.list_own(self._visit.digest)
        await asyncio.to_thread(_know, sessions)
        if not self._list.is_deleted:
            self._show(sessions)

    def _show(self, sessions: Sequence[OwnSession]) -> None:
        for id in self._rows.keys() - {session.id for session in sessions}:
            self._rows.pop(id).item.delete()
        for at, session in enumerate(sessions):
            if session.id not in self._rows:
                with self._list:
                    self._rows[session.id] = _Row(session, self._end)
                self._rows[session.id].item.move(target_index=at)
            self._rows[session.id].follow(session)
        self._all.set_visibility(len(sessions) > 1)

    async def _end(self, session: OwnSession) -> None:
        await own_sessions.end_one(self._visit.digest, session.id, visitor_of(self._visit))
        await self._ended(f'{devices.in_words(session.user_agent)} is signed out.')

    async def _end_others(self) -> None:
        await own_sessions.end_others(self._visit.digest, visitor_of(self._visit))
        await self._ended('You are signed out everywhere else.')

    async def _ended(self, words: str) -> None:
        """The button that was pressed is gone: its focus goes to the heading, and not back to the top."""
        await self.follow()
        self._said.set_text(words)
        with self._list:  # not the row, which is gone too
            ui.run_javascript(
                'setTimeout(() => document.activeElement === document.body'
                f' && document.getElementById("{HEADING}")?.focus())'
            )


class _Row:
    """One session."""

    def __init__(self, session: OwnSession, end: Callable[[OwnSession], Awaitable[None]]) -> None:
        device = devices.in_words(session.user_agent)
        with tag('li', classes='nc-session') as self.item:
            with tag('div', classes='nc-session__about'):
                with tag('p', classes='nc-session__device'):
                    tag('span', device)
                    if session.is_this:
                        tag('span', 'This one', 'nc-chip nc-chip--ok')
                    elif session.is_program:
                        tag('span', 'Program', 'nc-chip')
                self._seen = tag('p', '', 'nc-session__seen')
            if not session.is_this:
                leave = button('Sign out', lambda: end(session))
                where = f'{device}, {session.address}, signed in {date_and_time(session.created_at)}'
                leave.props['aria-label'] = f'Sign out {where}'

    def follow(self, session: OwnSession) -> None:
        used = 'in use now' if session.is_this else f'last used {ago(session.last_seen_at, datetime.now(UTC))}'
        self._seen.set_text(f'{session.address} · {used} · signed in {date_and_time(session.created_at)}')


def _know(sessions: Sequence[OwnSession]) -> None:
    """Find the words for all devices, off the loop: the first time that takes half a second (auth/devices.py)."""
    for session in sessions:
        devices.in_words(session.user_agent)
