"""/verify: the code from the mail opens the account of a sign-up, and signs in."""

from auth.flows import verify_email
from auth.flows.verify_email import VerifyStep
from ui import steps
from ui.account.mail_hint import mail_hint
from ui.account.ways import offer_sign_up
from ui.components import account_card, form, link_button, said
from ui.flash import Flash, take_flash
from ui.gate import Visit, page, ways_in
from ui.landing import own_path
from ui.posts import visitor_of


@page('/verify', title='Verify email', access='public', nav=False, heading=False)
async def verify(visit: Visit, next: str | None = None) -> None:
    """The form for the code, where this browser has signed up; people land on `next`."""
    flash = take_flash()
    step = await verify_email.look(steps.token_of(visit), visitor_of(visit.client.request))
    if step is None:
        _lead_on(visit, own_path(next), flash)
    else:
        _ask(step, own_path(next), flash)


def _ask(step: VerifyStep, target: str, flash: Flash | None) -> None:
    with account_card('Verify email', f'We sent a code to {step.email}. It works for ten minutes.'):
        mail_hint()
        said(flash)
        with form('Verify email', action='/auth/verify', submit='Verify', flash=flash) as proof:
            proof.code()
            proof.hidden('next', target)
        with form(
            'New code',
            action='/auth/new-code',
            submit='Send a new code',
            flash=flash,
            kind='plain',
            autofocus=False,
            then='reload',
            wait=step.wait,
        ) as again:
            again.hidden('next', target)
        offer_sign_up('Wrong address? ', 'Sign up again', target)


def _lead_on(visit: Visit, target: str, flash: Flash | None) -> None:
    if visit.user is not None:
        with account_card('Verify email', f'You are signed in as {visit.user.email}: there is nothing to verify.'):
            said(flash, refusals=True)
            link_button('Continue', target, kind='primary', wide=True)
        return
    with account_card('Verify email', 'Sign in with your email and password: that leads here, with a new code.'):
        said(flash, refusals=True)
        link_button('Sign in', ways_in.sign_in_location(target), kind='primary', wide=True)
        offer_sign_up('New here? ', 'Sign up', target)
