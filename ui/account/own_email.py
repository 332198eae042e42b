"""The task "Email" of /profile: a new address, then the code that was mailed to it.

It follows what the server knows, in all tabs: a code that is awaited is asked for wherever the page is open.
"""

from functools import partial

from nicegui import ui

from auth import sessions
from auth.flows import change_email, own_sessions
from ui import messages
from ui.account.mail_hint import mail_hint
from ui.components import alert, form, paragraph, tag, task
from ui.flash import Flash
from ui.following import follow
from ui.gate import Session, Visit


async def draw(visit: Visit, session: Session, flash: Flash | None) -> None:
    awaited = await change_email.awaited(visit.digest)
    with task('Email', 'You sign in with it, and mail goes to it.'):
        paragraph('').bind_text_from(session, 'email', lambda email: f'Your email is {email}.')
        shown = _Steps(visit, tag('div', classes='nc-place'), awaited)
        shown.draw(session.email, flash)
    await follow(partial(own_sessions.watch, visit.digest), shown.follow)


class _Steps:
    """The step that is shown now. It is drawn anew only when the other one begins: what was typed stays."""

    def __init__(self, visit: Visit, place: ui.element, awaited: str | None) -> None:
        self._visit = visit
        self._place = place
        self._awaited = awaited

    async def follow(self) -> None:
        user = await sessions.resume(self._visit.digest)
        awaited, before = await change_email.awaited(self._visit.digest), self._awaited
        if user is None or awaited == before:
            return
        self._awaited = awaited
        self._place.clear()
        with self._place:
            if awaited is None and user.email == before:
                alert(messages.EMAIL_CHANGED, 'ok')
            self.draw(user.email, None, moved=True)

    def draw(self, email: str, flash: Flash | None, *, moved: bool = False) -> None:
        with self._place:
            if self._awaited is None:
                self._ask(email, flash)
            else:
                self._confirm(self._awaited, flash, moved=moved)

    def _ask(self, email: str, flash: Flash | None) -> None:
        with form(
            'Change email',
            action='/auth/change-email',
            submit='Change email',
            flash=flash,
            wide=False,
            autofocus=False,
            then='stay',
        ) as change:
            change.username(email, 'username')
            change.email('New email', autocomplete='email')
            change.current_password('current_password', 'Current password')

    def _confirm(self, awaited: str, flash: Flash | None, *, moved: bool) -> None:
        paragraph(f'We sent a code to {awaited}. It works for ten minutes, and makes this your email.')
        mail_hint()
        with form(
            'Change email',
            action='/auth/confirm-email',
            submit='Confirm email',
            flash=flash,
            wide=False,
            autofocus=moved,
            then='stay',
        ) as confirm:
            confirm.code()
        with form(
            'Keep email',
            action='/auth/keep-email',
            submit='Start again',
            flash=flash,
            kind='plain',
            wide=False,
            autofocus=False,
            then='stay',
        ):
            pass
