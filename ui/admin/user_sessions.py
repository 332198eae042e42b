"""The task *Sessions* of a person's page: where they are signed in, and how they are signed out there."""

from functools import partial

from nicegui import ui

from auth import devices
from auth.admin import user_details
from auth.admin.user_details import UserSession
from ui.account.times import ago_or_never, date_and_time
from ui.admin.area import actor_of
from ui.components import button, muted, row, tag, task
from ui.gate import Visit


class UserSessions:
    """Rows that stay are left where they are: one may have the focus."""

    def __init__(self, visit: Visit, uid: str) -> None:
        self._visit, self._uid = visit, uid
        self._rows: dict[int, ui.element] = {}
        with task('Sessions', 'Where they are signed in now.'):
            self._list = tag('ul', classes='nc-sessions')
            self._none = muted('They are signed in nowhere.')
            with row() as self._all:
                button('Sign out everywhere', self._end_all)

    async def follow(self) -> None:
        found = await user_details.list_sessions(actor_of(self._visit), self._uid)
        if self._list.is_deleted:
            return
        for id in self._rows.keys() - {session.id for session in found}:
            self._rows.pop(id).delete()
        for session in found:
            if session.id not in self._rows:
                with self._list:
                    self._rows[session.id] = self._draw(session)
        self._none.set_visibility(not found)
        self._all.set_visibility(len(found) > 1)

    def _draw(self, session: UserSession) -> ui.element:
        device = devices.in_words(session.user_agent)
        with tag('li', classes='nc-session') as item:
            with tag('div', classes='nc-session__about'):
                with tag('p', classes='nc-session__device'):
                    tag('span', device)
                    if session.is_program:
                        tag('span', 'Program', 'nc-chip')
                seen = f'last used {ago_or_never(session.last_seen_at)}'
                since = f'signed in {date_and_time(session.created_at)}'
                tag('p', f'{session.address} · {seen} · {since}', 'nc-session__seen')
            end = button('Sign out', partial(self._end, session.id))
            end.props['aria-label'] = f'Sign out {device}, {session.address}, {since}'
        return item

    async def _end(self, id: int) -> None:
        await user_details.end_session(actor_of(self._visit), self._uid, id)
        await self.follow()

    async def _end_all(self) -> None:
        await user_details.end_sessions(actor_of(self._visit), self._uid)
        await self.follow()
