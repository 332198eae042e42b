"""/password: a password that somebody else made is changed before its owner is signed in."""

from auth import pending
from auth.pending import Step
from ui import steps
from ui.components import account_card, card_foot, form, link, link_button, said, tag
from ui.flash import Flash, take_flash
from ui.gate import Visit, page, ways_in
from ui.landing import own_path


@page('/password', title='Change password', access='public', nav=False, heading=False)
async def password(visit: Visit, next: str | None = None) -> None:
    """The form, where signing in has led this browser here; people land on `next`."""
    flash = take_flash()
    step = await pending.find(Step.NEW_PASSWORD, steps.token_of(visit))
    if step is None:
        _lead_on(visit, own_path(next), flash)
    else:
        _ask(step.address or '', own_path(next), flash)


def _ask(email: str, target: str, flash: Flash | None) -> None:
    lead = f'Somebody else made the password of {email}. Choose one that only you know to go on.'
    with account_card('Change password', lead):
        with form('Change password', action='/auth/new-password', submit='Change password', flash=flash) as change:
            change.username(email)
            change.current_password('current_password', 'Current password')
            change.new_password('New password')
            change.hidden('next', target)
        with card_foot():
            tag('span', 'Not you? ')
            link('Sign in as someone else', ways_in.sign_in_location(target))


def _lead_on(visit: Visit, target: str, flash: Flash | None) -> None:
    is_known = visit.user is not None
    lead = 'You change your password in your profile.' if is_known else 'Sign in first: you change it in your profile.'
    with account_card('Change password', lead):
        said(flash, refusals=True)
        if is_known:
            link_button('Go to your profile', '/profile', kind='primary', wide=True)
        else:
            link_button('Sign in', ways_in.sign_in_location(target), kind='primary', wide=True)
