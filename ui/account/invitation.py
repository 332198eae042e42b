"""/invitation: somebody new sets a password with the link from their mail. Looking at it uses nothing up."""

from auth import attributes, invitations
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.invitations import Invited
from ui import asked, messages
from ui.components import account_card, alert, card_foot, form, link, link_button, paragraph, tag
from ui.flash import take_flash
from ui.gate import Visit, page, ways_in

TITLES = {
    Reason.INVITATION_EXPIRED: 'This invitation has expired',
    Reason.INVITATION_USED: 'This invitation was used',
    Reason.INVITATION_WITHDRAWN: 'This invitation was withdrawn',
}


@page('/invitation', title='Invitation', access='public', nav=False, heading=False)
async def invitation(visit: Visit, token: str = '') -> None:
    """The form while the link is good, else what became of it and what to do."""
    flash = take_flash()
    try:
        invited = await invitations.look(token)
    except AuthError as error:
        _lead_on(error, visit.user)
        return
    with account_card('Welcome', f'You are invited as {invited.email}. Choose a password, and you are in.'):
        _warn(visit.user, invited)
        with form('Set password', action='/auth/invitation', submit='Set password', flash=flash) as accept:
            accept.username(invited.email)
            accept.name(invited.name)
            asked.draw(accept, attributes.asked_at_sign_up(), invited.attributes, optional=messages.OPTIONAL)
            accept.new_password('New password')
            accept.hidden('token', token)


def _warn(user: CurrentUser | None, invited: Invited) -> None:
    if user is not None and user.email != invited.email:
        alert(f'You are signed in as {user.email}. Setting this password signs you out of that account.', 'warning')


def _lead_on(error: AuthError, user: CurrentUser | None) -> None:
    with account_card(TITLES.get(error.reason, 'This invitation is not valid')):
        paragraph(messages.say(error))
        if user is not None:
            link_button('Go to the home page', '/', kind='primary', wide=True)
            return
        link_button('Sign in', ways_in.sign_in_location(), kind='primary', wide=True)
        if error.reason is Reason.INVITATION_USED:
            with card_foot():
                tag('span', 'No password any more? ')
                link('Set a new one', ways_in.forgot_location())
