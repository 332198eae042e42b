"""The dialog *Add user*."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from auth import passwords
from auth.admin import add_user
from auth.admin.add_user import Announce
from ui import messages
from ui.admin.area import actor_of
from ui.admin.user_acts import GENERATE, HAND, show_secret
from ui.components import Option, Typed, button, dialog_now, form
from ui.gate import Visit

NONE = 'none'
PASSWORDS = (
    Option(NONE, 'None', 'They set one themselves, by the link of an invitation.'),
    Option(GENERATE, 'Generate one', 'Shown once, and to be changed at the first sign-in.'),
    Option(HAND, 'Set it by hand'),
)
ANNOUNCEMENTS = (
    Option(Announce.MAIL, 'Send it', 'With a link to set a password or, when they have one, to sign in.'),
    Option(Announce.LINK, 'Show me the link instead', 'You hand it on yourself.'),
    Option(Announce.NOT, 'Send nothing'),
)


class AddUser:
    """A button and its dialog, which is drawn into `place`; `added` is called when somebody was added."""

    def __init__(
        self, visit: Visit, place: ui.element, roles: Mapping[str, str], added: Callable[[], Awaitable[None]]
    ) -> None:
        self._visit, self._place, self._roles, self._added = visit, place, roles, added

    def button(self) -> None:
        button('Add user', self._ask, kind='primary')

    def _ask(self) -> None:
        name = 'Add user'
        with self._place, dialog_now(name), form(name, action=self._add, submit=name, then='close') as ask:
            ask.text('email', 'Email', type='email', maximum=254, empty=messages.EMPTY['email'])
            ask.name(optional=True)
            ask.one_of('how', 'Password', PASSWORDS, NONE)
            ask.new_password('New password', only_with=('how', HAND))
            ask.one_of('announce', 'Invitation email', ANNOUNCEMENTS, Announce.MAIL)
            if self._roles:
                ask.some_of('roles', 'Roles', [Option(key, name) for key, name in self._roles.items()])

    async def _add(self, typed: Typed) -> None:
        how = typed.text('how')
        generated = passwords.generate() if how == GENERATE else None
        announce = typed.text('announce')
        added = await add_user.add(
            actor_of(self._visit),
            typed.text('email'),
            name=typed.text('name'),
            roles=typed.all('roles'),
            password=typed.text('password') if how == HAND else generated,
            must_change_password=generated is not None,
            announce=Announce(announce) if announce in set(Announce) else Announce.MAIL,
        )
        await self._added()
        ui.notify(f'{added.email} was added.', type='positive')
        if generated is not None:
            show_secret(self._place, 'New password', generated, f'{added.email} changes it at the first sign-in.')
        if added.link:
            show_secret(self._place, 'Link to hand on', added.link, f'It is for {added.email} alone.')
