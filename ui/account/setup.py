"""/setup: the first site admin sets a password with the link that the start printed."""

from auth import site_admins
from auth.flows.set_up import link_is_good
from auth.settings import get_settings
from ui.components import account_card, code, form, link_button, muted, paragraph
from ui.flash import take_flash
from ui.gate import Visit, page, ways_in


@page('/setup', title='Set up', access='public', nav=False, heading=False)
async def setup(visit: Visit, token: str = '') -> None:
    """The set-up form while the link is good, else what to do."""
    if not await link_is_good(token):
        with account_card('This set-up link is not valid'):
            if await site_admins.exist():
                paragraph('This site is set up already.' if visit.user else 'This site is set up already. Sign in.')
            else:
                _explain()
            _lead_on(signed_in=visit.user is not None)
        return
    with (
        account_card(
            f'Set up {get_settings().brand}', 'The first account is the site admin, who decides who may open what.'
        ),
        form('Set password', action='/auth/set-up', submit='Set password', flash=take_flash()) as set_up,
    ):
        set_up.email()
        set_up.name()
        set_up.new_password('New password')
        set_up.hidden('token', token)


def _explain() -> None:
    paragraph('A set-up link works once, for one hour, and only until there is a site admin.')
    muted('While there is no site admin, each start of the server prints a new link. Or make the account there:')
    code('.venv/bin/python main.py create-admin EMAIL')


def _lead_on(*, signed_in: bool) -> None:
    if not signed_in:
        link_button('Sign in', ways_in.sign_in_location(), kind='primary', wide=True)
    link_button('Go to the home page', '/', kind='primary' if signed_in else 'plain', wide=True)
