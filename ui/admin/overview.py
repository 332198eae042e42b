"""/admin: how things stand. Managing people is on the command line until the admin area has pages for it."""

from auth.access import SITE_ADMINS
from auth.admin import overview as figures
from auth.current_user import CurrentUser
from ui import gate
from ui.components import card, code, link, muted, table, tag
from ui.gate import page
from ui.gate_words import gate_in_words, group_in_words

VERBS = (
    ('invite EMAIL --role ROLE', 'Invite a person'),
    ('create-user EMAIL --role ROLE', 'Add a person'),
    ('grant EMAIL ROLE', 'Give somebody a role'),
    ('revoke EMAIL ROLE', 'Take a role away'),
    ('set-password EMAIL', 'Set a new password'),
    ('block EMAIL', 'Keep somebody from signing in'),
    ('unblock EMAIL', 'Let them sign in again'),
    ('delete-user EMAIL', 'Delete an account'),
)


@page('/admin', title='Admin', groups=[SITE_ADMINS], locked=True, nav=False)
async def admin(user: CurrentUser) -> None:
    overview = await figures.read(user)
    with tag('ul', classes='nc-figures'):
        _figure(overview.people, 'person', 'people')
        _figure(overview.blocked, 'blocked', 'blocked')
        _figure(overview.sessions, 'signed-in session', 'signed-in sessions')
    names = {key: name for key, name, _ in overview.groups}
    with card():
        table(
            'Pages and who may open them',
            ('Path', 'Title', 'Who may open it'),
            [(one.path, one.title, gate_in_words(one.gate, names)) for one in gate.pages()],
        )
    with card():
        table(
            'Groups and whom they admit',
            ('Group', 'Admits'),
            [(name, group_in_words(roles)) for _, name, roles in overview.groups],
        )
    with card():
        table(
            'Roles and how many people hold them',
            ('Role', 'People'),
            [(name, f'{holders:,}') for name, holders in overview.roles],
        )
    with card('More'):
        link('Mails', '/admin/mails')
        link('API for programs', '/docs')
    _command_line()


def _figure(count: int, one: str, many: str) -> None:
    with tag('li', classes='nc-figure'):
        tag('span', f'{count:,}', 'nc-figure__count')
        tag('span', one if count == 1 else many, 'nc-figure__label')


def _command_line() -> None:
    with card('Manage people'):
        muted('On the machine that runs this site; a running server follows at once. Each starts with:')
        code('.venv/bin/python main.py')
        with tag('dl', classes='nc-verbs'):
            for command, what in VERBS:
                with tag('div', classes='nc-verb'):
                    tag('dt', what)
                    with tag('dd'):
                        code(command)
