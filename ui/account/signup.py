"""/signup: create an account."""

from ui.account.ways import already_signed_in, keeping
from ui.components import account_card, card_foot, form, link, tag
from ui.flash import take_flash
from ui.gate import Visit, page
from ui.session_routes import own_path


@page('/signup', title='Create account', access='public', nav=False, heading=False)
def signup(visit: Visit, next: str = '/') -> None:
    """The sign-up form; people are signed in at once and land on `next`."""
    if visit.user is not None:
        already_signed_in(visit.user, next)
        return
    with account_card('Create account', 'An email and a password are all it takes.'):
        with form('Create account', action='/auth/sign-up', submit='Create account', flash=take_flash()) as sign_up:
            sign_up.email()
            sign_up.name(optional=True)
            sign_up.new_password()
            sign_up.hidden('next', own_path(next))
        with card_foot():
            tag('span', 'Already have an account? ')
            link('Sign in', keeping('/login', next))
