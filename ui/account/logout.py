"""/logout: asks before it signs out, because a GET changes nothing."""

from ui.components import account_card, form, link_button
from ui.flash import take_flash
from ui.gate import Visit, page


@page('/logout', title='Sign out', access='public', nav=False, heading=False)
def logout(visit: Visit) -> None:
    if visit.user is None:
        with account_card('You are signed out', 'Nobody is signed in with this browser.'):
            link_button('Sign in', '/login', kind='primary', wide=True)
        return
    with account_card('Sign out?', f'You are signed in as {visit.user.email}.'):
        with form('Sign out', action='/auth/sign-out', submit='Sign out', flash=take_flash(), autofocus=False) as leave:
            leave.hidden('next', '/')
        link_button('Stay signed in', '/', wide=True)
