"""Where an account page leads next. `next` comes from the address bar: it only ever leads to a path of our own."""

from urllib.parse import quote

from auth.current_user import CurrentUser
from ui.components import account_card, link_button, sign_out_form
from ui.session_routes import own_path


def keeping(path: str, wanted: str) -> str:
    """`path` with `wanted` as its `next`, so that a person lands there in the end."""
    target = own_path(wanted)
    return path if target == '/' else f'{path}?next={quote(target)}'


def already_signed_in(user: CurrentUser, wanted: str) -> None:
    """Instead of a form to somebody who is signed in: go on, or leave first."""
    with account_card('You are signed in', f'You are signed in as {user.email}.'):
        link_button('Continue', own_path(wanted), kind='primary', wide=True)
        sign_out_form(then=keeping('/login', wanted))
