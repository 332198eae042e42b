"""/admin/users/{uid}: one person, and all that a site admin may do about them."""

from auth.admin import user_details, users
from auth.admin.user_details import UserDetails
from auth.errors import AuthError, Reason
from ui.account.times import ago_or_never, date, date_and_time
from ui.admin import user_form
from ui.admin.area import actor_of, admin_page, page_head
from ui.admin.user_access import UserAccess
from ui.admin.user_acts import ID, UserActs
from ui.admin.user_history import UserHistory
from ui.admin.user_sessions import UserSessions
from ui.components import alert, link, tag, task, tasks
from ui.following import follow
from ui.gate import NotFoundError, Visit


@admin_page('/admin/users/{uid}', title='User')
async def user(visit: Visit, uid: str) -> None:
    try:
        found = await user_details.get(actor_of(visit), uid)
    except AuthError as error:
        if error.reason is Reason.USER_NOT_FOUND:
            raise NotFoundError from error
        raise
    await _Page(visit, found).draw()


class _Page:
    """What is shown of one person. The form is left alone while the rest follows what others change."""

    def __init__(self, visit: Visit, found: UserDetails) -> None:
        self._visit, self._found = visit, found

    async def draw(self) -> None:
        visit, found = self._visit, self._found
        link('All users', '/admin/users', 'nc-link nc-back')
        place = tag('div', classes='nc-place')  # where dialogs are drawn
        with page_head(found.form.email):
            self._acts = UserActs(visit, place, self._read_again)
        self._status = tag('div', classes='nc-place')
        with tasks() as self._tasks:
            with task('Profile', 'What this site knows about them, and the roles that they hold.'):
                await user_form.draw(visit, found)
            self._sessions = UserSessions(visit, found.id)
            self._access = UserAccess(await users.list_groups(actor_of(visit)))
            self._history = UserHistory(visit, found.id)
        await self._show(found)
        await follow(lambda heard: user_details.watch(actor_of(visit), found.id, heard), self._read_again)

    async def _read_again(self) -> None:
        try:
            found = await user_details.get(actor_of(self._visit), self._found.id)
        except AuthError as error:
            if error.reason is not Reason.USER_NOT_FOUND:
                raise
            self._say_deleted()
        else:
            await self._show(found)

    async def _show(self, found: UserDetails) -> None:
        if self._status.is_deleted or self._tasks.is_deleted:
            return
        self._found = found
        self._acts.show(found)
        self._status.clear()
        with self._status:
            _status(found)
        await self._sessions.follow()
        await self._access.show(found)
        await self._history.follow()

    def _say_deleted(self) -> None:
        if self._tasks.is_deleted:
            return
        self._tasks.delete()
        self._acts.hide()
        self._status.clear()
        with self._status:
            alert(f'{self._found.form.email} was deleted.', 'warning')


def _status(found: UserDetails) -> None:
    if found.blocked_at is not None:
        until = f' until {date_and_time(found.blocked_until)}' if found.blocked_until else ''
        reason = f' Reason: {found.block_reason}' if found.block_reason else ''
        alert(f'Blocked since {date_and_time(found.blocked_at)}{until}.{reason}', 'error')
    if not found.has_password:
        sent = f'The invitation is good until {date_and_time(found.invited_until)}.' if found.invited_until else ''
        alert(f'They have no password yet and cannot sign in. {sent or "No invitation is open: send one."}', 'warning')
    elif found.verified_at is None:
        alert('Their email is not verified yet: a code goes to it when they sign in.', 'warning')
    elif found.must_change_password:
        alert('Somebody else made their password: they change it at the next sign-in.')
    seen = f'Last seen {ago_or_never(found.last_seen_at)}'
    with tag('p', classes='nc-text nc-muted'):
        tag('span', f'{seen} · Created {date(found.created_at)} · ID ')
        tag('code', found.id, id=ID)
