"""/forgot: both steps to a new password, on one page whose address says at which of them somebody is: it survives a
reload, and can be opened on another device."""

from auth.errors import AuthError
from auth.people import EMAIL_LENGTH, check_email, is_text
from ui import messages
from ui.account.mail_hint import mail_hint
from ui.components import account_card, card_foot, form, link, said
from ui.flash import Flash, take_flash
from ui.gate import Visit, page, ways_in
from ui.landing import own_path

ASK = '/auth/forgot'


@page('/forgot', title='Forgot password', access='public', nav=False, heading=False)
def forgot(visit: Visit, next: str | None = None, email: str = '', step: str = '') -> None:
    """Ask for a code; with `email` and `step=code`, set a new password with it."""
    flash, target = take_flash(), own_path(next)
    address, refusal = _read(email)
    if step == 'code' and address:
        _confirm(address, target, flash)
    else:
        known = address or (visit.user.email if visit.user is not None else '')
        _ask(known, target, flash or (refusal if step == 'code' else None))


def _read(email: str) -> tuple[str, Flash | None]:
    """The address of a query, or '' and what is wrong with it."""
    try:
        return check_email(email)[0], None
    except AuthError as error:
        typed = {'email': email[:EMAIL_LENGTH]} if is_text(email) else {}
        return '', Flash(messages.say(error), 'email', typed)


def _ask(email: str, target: str, flash: Flash | None) -> None:
    with account_card('Forgot password', 'Enter your email. We send a code to it, with which you set a new password.'):
        said(flash)
        with form('Forgot password', action=ASK, submit='Send code', flash=flash) as ask:
            ask.email(value=email)
            if target != ways_in.home():
                ask.hidden('next', target)
            ask.other('I have a code', '/forgot', 'step', 'code')
        with card_foot():
            link('Back to sign in', ways_in.sign_in_location(target))


def _confirm(email: str, target: str, flash: Flash | None) -> None:
    lead = f'If there is an account for {email}, a code is on its way. It works for ten minutes.'
    with account_card('Set a new password', lead):
        mail_hint()
        said(flash)
        with form('Confirm password', action='/auth/confirm', submit='Set new password', flash=flash) as confirm:
            confirm.username(email)
            confirm.code()
            confirm.new_password('New password')
            confirm.hidden('next', target)
        with form(
            'New code',
            action=ASK,
            submit='Send a new code',
            flash=flash,
            kind='plain',
            autofocus=False,
            then='stay',
            done=messages.CODE_ASKED,
        ) as again:
            again.hidden('email', email)
            again.hidden('next', target)
        with card_foot():
            link('Use another email', ways_in.forgot_location(target))
