"""/login: sign in."""

from ui.account.ways import already_signed_in, keeping
from ui.components import account_card, card_foot, form, link, row, tag
from ui.flash import take_flash
from ui.gate import Visit, page
from ui.session_routes import own_path


@page('/login', title='Sign in', access='public', nav=False, heading=False)
def login(visit: Visit, next: str = '/') -> None:
    """The sign-in form; people land on `next`."""
    if visit.user is not None:
        already_signed_in(visit.user, next)
        return
    lead = 'Welcome back.' if own_path(next) == '/' else 'Sign in to open that page.'
    with account_card('Sign in', lead):
        with form('Sign in', action='/auth/sign-in', submit='Sign in', flash=take_flash()) as sign_in:
            sign_in.email()
            sign_in.current_password()
            with row('nc-row--between'):
                sign_in.checkbox('keep', 'Keep me signed in')
                link('Forgot password?', '/forgot')
            sign_in.hidden('next', own_path(next))
        with card_foot():
            tag('span', 'New here? ')
            link('Sign up', keeping('/signup', next))
