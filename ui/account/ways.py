"""Where an account page leads next. `next` comes from the address bar: it only ever leads to a path of our own."""

from auth import sign_up_rules
from auth.current_user import CurrentUser
from ui import site
from ui.components import account_card, card_foot, link, link_button, sign_out_form, tag
from ui.gate import ways_in
from ui.landing import own_path


def already_signed_in(user: CurrentUser, wanted: str | None) -> None:
    """Instead of a form to somebody who is signed in: go on, or leave first."""
    target = own_path(wanted)
    with account_card('You are signed in', f'You are signed in as {user.email}.'):
        link_button('Continue', target, kind='primary', wide=True)
        sign_out_form(then=ways_in.sign_in_location(target))


def offer_sign_up(lead: str, text: str, target: str) -> None:
    """The quiet line with the way to sign up, where anybody may."""
    if sign_up_rules.is_open():
        with card_foot() as foot:
            foot.classes(site.SIGNS_UP)
            tag('span', lead)
            link(text, ways_in.sign_up_location(target))
