"""What a site admin does about somebody beside editing: invite, set a password, block, delete, by a dialog each."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from auth import passwords
from auth.admin import invitations, users
from auth.admin.user_details import UserDetails
from auth.errors import AuthError, Reason
from ui.admin.area import actor_of
from ui.components import (
    Form,
    Option,
    Typed,
    button,
    confirm,
    copied_text,
    copy_button,
    dialog_now,
    form,
    muted,
    paragraph,
    tag,
)
from ui.gate import Visit

Did = Callable[[], Awaitable[None]]
"""Called when something was done."""

MAIL, LINK = 'mail', 'link'
GENERATE, HAND = 'generate', 'hand'
ID = 'nc-user-id'
"""Of the element in which the public id stands."""


class UserActs:
    """The buttons of one person's page. Dialogs are drawn into `place`."""

    def __init__(self, visit: Visit, place: ui.element, did: Did) -> None:
        self._visit, self._place, self._did = visit, place, did
        self._found: UserDetails | None = None
        self._bar = tag('div', classes='nc-row')

    def show(self, found: UserDetails) -> None:
        """Draw the buttons anew only when others are meant: one of them may have the focus."""
        before, self._found = self._found, found
        if before is not None and _kind(before) == _kind(found):
            return
        self._bar.clear()
        with self._bar:
            copy_button('Copy ID', ID)
            if not (found.has_password and found.verified_at) and not found.blocked_at:
                button('Send invitation', self._invite)
            if found.invited_until:
                button('Withdraw invitation', self._withdraw)
            button('Set password', self._set_password)
            if found.blocked_at:
                button('Unblock', self._unblock)
            else:
                button('Block', self._block)
            button('Delete', self._delete, kind='danger')

    def hide(self) -> None:
        """Nothing can be done any more."""
        self._bar.clear()

    @property
    def _uid(self) -> str:
        if self._found is None:
            raise AuthError(Reason.USER_NOT_FOUND)
        return self._found.id

    @property
    def _email(self) -> str:
        return self._found.form.email if self._found else ''

    async def _invite(self) -> None:
        async def act(typed: Typed) -> None:
            by_mail = typed.text('how') != LINK
            link = await invitations.invite(actor_of(self._visit), self._uid, by_mail=by_mail)
            await self._did()
            if by_mail:
                ui.notify(f'The invitation is on its way to {self._email}.', type='positive')
            else:
                show_secret(self._place, 'Invitation link', link, 'Hand it on yourself. It works once, for seven days.')

        with self._place, dialog_now('Send invitation'):
            paragraph(f'{self._email} sets a password with it and is signed in. Earlier invitations end.')
            with form('Send invitation', action=act, submit='Send invitation', then='close') as ask:
                ask.one_of(
                    'how',
                    'How',
                    [Option(MAIL, 'By mail'), Option(LINK, 'Show me the link', 'Nothing is mailed: you hand it on.')],
                    MAIL,
                )

    async def _withdraw(self) -> None:
        await invitations.withdraw(actor_of(self._visit), self._uid)
        await self._did()
        ui.notify('The invitation opens nothing any more.', type='positive')

    async def _set_password(self) -> None:
        async def act(typed: Typed) -> None:
            generate = typed.text('how') != HAND
            password = passwords.generate() if generate else typed.text('password')
            must_change = generate or typed.ticked('must_change')
            await users.set_password(actor_of(self._visit), self._uid, password, must_change=must_change)
            await self._did()
            ui.notify('The password was set. They are told by mail.', type='positive')
            if generate:
                show_secret(self._place, 'New password', password, 'It is to be changed at the next sign-in.')

        with self._place, dialog_now('Set password'):
            paragraph(f'{self._email} is signed out everywhere and told by mail, without the password.')
            with form('Set password', action=act, submit='Set password', then='close') as ask:
                password_choice(ask)
                ask.checkbox('must_change', 'They must change it at the next sign-in', checked=True)

    async def _block(self) -> None:
        async def act(typed: Typed) -> None:
            until, reason = typed.day('until'), typed.text('reason')
            await users.block(actor_of(self._visit), self._uid, reason=reason, until=until)
            await self._did()

        with self._place, dialog_now('Block'):
            paragraph(f'{self._email} is signed out everywhere at once and cannot sign in until the block is lifted.')
            with form('Block', action=act, submit='Block', kind='danger', then='close') as ask:
                ask.text('reason', 'Reason (optional)', maximum=500, help='Only site admins see it.')
                ask.text('until', 'Until (optional)', type='date', help='The last day of the block. Empty: for good.')

    async def _unblock(self) -> None:
        await users.unblock(actor_of(self._visit), self._uid)
        await self._did()

    async def _delete(self) -> None:
        if await confirm(
            'Delete',
            f'{self._email} is deleted for good. What goes with the account:',
            'Delete',
            kind='danger',
            consequences=await users.goes_with(actor_of(self._visit), self._uid),
        ):
            await users.delete(actor_of(self._visit), self._uid)
            ui.navigate.to('/admin/users')


def password_choice(ask: Form) -> None:
    """How a password comes about."""
    ask.one_of(
        'how',
        'Password',
        [
            Option(GENERATE, 'Generate one', 'Shown once, and to be changed at the first sign-in.'),
            Option(HAND, 'Set it by hand'),
        ],
        GENERATE,
    )
    ask.new_password('New password', only_with=('how', HAND))


def show_secret(place: ui.element, title: str, secret: str, about: str) -> None:
    """Something that is shown this once."""
    with place, dialog_now(title, closes='Done'):
        muted(f'{about} It is shown only now.')
        copied_text(secret, 'Copy')


def _kind(found: UserDetails) -> tuple[bool, ...]:
    return (
        found.blocked_at is not None,
        found.has_password,
        found.verified_at is not None,
        found.invited_until is not None,
    )
