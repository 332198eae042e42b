"""Where an account page leads next. `next` comes from the address bar: it only ever leads to a path of our own."""

from auth.current_user import CurrentUser
from ui.components import account_card, link_button, sign_out_form
from ui.gate import ways_in
from ui.landing import own_path


def already_signed_in(user: CurrentUser, wanted: str | None) -> None:
    """Instead of a form to somebody who is signed in: go on, or leave first."""
    target = own_path(wanted)
    with account_card('You are signed in', f'You are signed in as {user.email}.'):
        link_button('Continue', target, kind='primary', wide=True)
        sign_out_form(then=ways_in.sign_in_location(target))
