"""/signup: create an account."""

from auth import sign_up_rules
from auth.errors import Reason
from auth.settings import get_settings
from ui import messages
from ui.account.ways import already_signed_in
from ui.components import account_card, card_foot, link, link_button, tag
from ui.flash import take_flash
from ui.forms import sign_up_form
from ui.gate import Visit, page, ways_in
from ui.landing import own_path

TITLES = {
    Reason.SIGN_UP_CLOSED: 'Sign-up is closed',
    Reason.SIGN_UP_INVITATION_ONLY: 'By invitation only',
}
NO_CODE = 'An email and a password are all it takes.'


@page('/signup', title='Create account', access='public', nav=False, heading=False)
def signup(visit: Visit, next: str | None = None) -> None:
    """The sign-up form; people land on `next`, after the code from their mail."""
    if visit.user is not None:
        already_signed_in(visit.user, next)
        return
    if refusal := sign_up_rules.refusal():
        with account_card(TITLES[refusal.reason], messages.say(refusal)):
            link_button('Sign in', ways_in.sign_in_location(own_path(next)), kind='primary', wide=True)
        return
    lead = 'We send a code to your email to see that it is yours.' if get_settings().verify_email else NO_CODE
    with account_card('Create account', lead):
        sign_up_form(next, flash=take_flash(), autofocus=True)
        with card_foot():
            tag('span', 'Already have an account? ')
            link('Sign in', ways_in.sign_in_location(own_path(next)))
