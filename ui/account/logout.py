"""/logout: asks before it signs out, because a GET changes nothing."""

from ui.components import account_card, link_button, sign_out_form
from ui.flash import take_flash
from ui.gate import Visit, page, ways_in


@page('/logout', title='Sign out', access='public', nav=False, heading=False)
def logout(visit: Visit) -> None:
    if visit.user is None:
        with account_card('You are signed out', 'Nobody is signed in with this browser.'):
            link_button('Sign in', ways_in.sign_in_location(), kind='primary', wide=True)
        return
    with account_card('Sign out?', f'You are signed in as {visit.user.email}.'):
        sign_out_form(kind='primary', flash=take_flash())
        link_button('Stay signed in', '/', wide=True)
