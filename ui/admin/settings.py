"""/admin/settings: what a site admin decides about the whole site while it runs. What the environment sets is shown,
and stays; what two admins change at once is kept of both, for a form sends only what is different from what it showed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from auth.admin import site_settings
from auth.admin.site_settings import SiteSetting
from auth.changeable import SAFE_LENGTH, SignUp
from auth.current_user import CurrentUser
from auth.settings import get_settings
from ui import colors, messages
from ui.admin import attribute_table
from ui.admin.area import admin_page, page_head
from ui.components import Form, Option, Typed, alert, form, task, tasks

SIGN_UP_OPTIONS: Final = (
    Option(SignUp.OPEN, 'Everybody', 'Anybody can create an account.'),
    Option(SignUp.INVITATION, 'Only people with an invitation', 'The others are told to ask for one.'),
    Option(SignUp.CLOSED, 'Nobody', 'The others are told that site admins make the accounts. Invitations still work.'),
)
DOMAINS_HELP: Final = (
    'One or more, such as cars.example; *.cars.example stands for all below it. Empty: all. Binds people who sign up '
    'or change their email, never what a site admin does.'
)
VERIFY_HELP: Final = 'A code goes to the address, and opens the account. Without, anybody can use any address.'
NO_SERVER: Final = 'No mail server is set (NICEGATE_SMTP_URL): codes wait in the outbox, where site admins read them.'
LENGTH_HELP: Final = 'Characters of a new password at least, from 6 to 64. Passwords that people have stay good.'
SHORT: Final = f'Fewer than {SAFE_LENGTH} characters are easy to guess. {SAFE_LENGTH} or more is safer.'
IDLE_HELP: Final = 'Who does nothing for so long is signed out: 30m, 24h or 30d.'
LIFETIME_HELP: Final = 'After so long everybody signs in again, whatever they do.'
KEEP_HELP: Final = 'Both times for those who tick "Keep me signed in", and for programs.'
NAME_HELP: Final = 'Stands in the header and in mails. Empty: Nicegate.'
COLOR_HELP: Final = (
    'For buttons, links and marks, in light and in dark. Where words could not be read in it, it is made lighter or '
    'darker.'
)


@admin_page('/admin/settings', title='Settings')
async def settings(user: CurrentUser) -> None:
    page = _Page(user, await site_settings.read(user))
    with page_head('Settings', 'They count at once, in every open page.'):
        pass
    with tasks():
        with task('Sign-up', 'Who may make an account for themselves.'):
            page.form('Sign-up', page.sign_up, ('sign_up', 'email_domains', 'verify_email'))
        with task('Passwords', 'What a new password has to be.'):
            page.form('Passwords', page.passwords, ('password_min_length',))
        with task('Sessions', 'How long people stay signed in. A shorter time binds those who are signed in, too.'):
            page.form('Sessions', page.sessions, site_settings.TIMES)
        with task('Site', 'What people see of it everywhere.'):
            page.form('Site', page.site, ('site_name', 'site_color'))
        with task('Attributes', 'What this site keeps of its people beyond email and name.', wide=True):
            await attribute_table.draw(user)


class _Page:
    """The forms of one open page, and what they last showed."""

    def __init__(self, user: CurrentUser, known: Mapping[str, SiteSetting]) -> None:
        self._user, self._known = user, known
        self._shown = {name: setting.text for name, setting in known.items()}

    def form(self, title: str, draw: Callable[[Form], None], names: Sequence[str]) -> None:
        """One form with the settings of these names, whose fields are called like them."""

        async def save(typed: Typed) -> str:
            given = {name: self._typed(typed, name) for name in names if not self._known[name].fixed}
            different = {name: text for name, text in given.items() if text != self._shown[name]}
            await site_settings.change(self._user, different)
            self._shown |= different
            return self._said(different)

        with form(title, action=save, submit='Save', wide=False, autofocus=False, then='stay') as fields:
            draw(fields)

    def _typed(self, typed: Typed, name: str) -> str:
        if name == 'verify_email':
            return 'on' if typed.ticked(name) else 'off'
        text = typed.text(name)
        if name == 'site_color':  # a browser's field for colours cannot be empty
            return '' if text.lower() == colors.STANDARD else text.lower()
        return ' '.join(text.split())

    def _said(self, different: Mapping[str, str]) -> str:
        if 'password_min_length' in different and get_settings().password_min_length < SAFE_LENGTH:
            return f'{messages.SAVED} {SHORT}'
        if different.get('site_color'):
            return f'{messages.SAVED}{_adjusted(different["site_color"])}'
        return messages.SAVED

    def sign_up(self, fields: Form) -> None:
        mode = self._known['sign_up']
        options = [Option(each.value, each.label, each.help, fixed=mode.fixed) for each in SIGN_UP_OPTIONS]
        fields.one_of('sign_up', 'Who can sign up', options, mode.text, help=_set_by(mode))
        self._text(fields, 'email_domains', 'Allowed email domains', DOMAINS_HELP, lines=3, maximum=30_000)
        verify = self._known['verify_email']
        fields.checkbox(
            'verify_email',
            'Verify email addresses',
            checked=verify.text == 'on',
            help=_help(verify, VERIFY_HELP, '' if get_settings().smtp_url else NO_SERVER),
            fixed=verify.fixed,
        )

    def passwords(self, fields: Form) -> None:
        self._text(fields, 'password_min_length', 'Minimum length', LENGTH_HELP)
        if get_settings().password_min_length < SAFE_LENGTH:
            alert(SHORT, 'warning')

    def sessions(self, fields: Form) -> None:
        self._text(fields, 'session_idle', 'Idle time', IDLE_HELP)
        self._text(fields, 'session_lifetime', 'Session lifetime', LIFETIME_HELP)
        self._text(fields, 'session_keep', 'Keep me signed in', KEEP_HELP)

    def site(self, fields: Form) -> None:
        self._text(fields, 'site_name', 'Site name', NAME_HELP, maximum=60)
        color = self._known['site_color']
        fields.text(
            'site_color',
            'Colour',
            color.text or colors.STANDARD,
            type='color',
            help=_help(color, COLOR_HELP),
            fixed=color.fixed,
        )

    def _text(self, fields: Form, name: str, label: str, help: str, *, lines: int = 1, maximum: int = 20) -> None:
        setting = self._known[name]
        fields.text(
            name,
            label,
            setting.text.replace(' ', '\n') if lines > 1 else setting.text,
            help=_help(setting, help, f'Standard: {setting.default}.' if setting.default else ''),
            empty=messages.SETTING_EMPTY if setting.default else '',
            lines=lines,
            maximum=maximum,
            fixed=setting.fixed,
        )


def _set_by(setting: SiteSetting) -> str:
    return f'Set by {setting.variable}.' if setting.fixed else ''


def _help(setting: SiteSetting, *lines: str) -> str:
    return ' '.join(filter(None, [*lines, _set_by(setting)]))


def _adjusted(color: str) -> str:
    """What was made of a colour where it could not be read as it is."""
    made = colors.palette(color)
    changed = [f'{made.light.fill} in light'] if made.light.fill != color else []
    changed += [f'{made.dark.fill} in dark'] if made.dark.fill != color else []
    return f' So that words can be read, it is {" and ".join(changed)}.' if changed else ''
