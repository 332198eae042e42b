"""/login: sign in."""

from ui.account.ways import already_signed_in, offer_sign_up
from ui.components import account_card
from ui.flash import take_flash
from ui.forms import sign_in_form
from ui.gate import Visit, page, ways_in
from ui.landing import own_path


@page('/login', title='Sign in', access='public', nav=False, heading=False)
def login(visit: Visit, next: str | None = None) -> None:
    """The sign-in form; people land on `next`."""
    if visit.user is not None:
        already_signed_in(visit.user, next)
        return
    lead = 'Welcome back.' if own_path(next) == ways_in.home() else 'Sign in to open that page.'
    with account_card('Sign in', lead):
        sign_in_form(next, flash=take_flash(), autofocus=True)
        offer_sign_up('New here? ', 'Sign up', own_path(next))
