"""The forms to sign in and to sign up, to stand in any page or section: real ones, which password managers know.

Whoever is signed in sees a line that says so in place of the form, also when that happens while the page is open.
"""

from collections.abc import Callable

from auth import attributes, sign_up_rules
from ui import asked, messages
from ui.components import form, link, muted, row, said, tag
from ui.flash import Flash
from ui.gate import Visit, ways_in
from ui.gate import visit as visits
from ui.landing import landing_of, own_path


def sign_in_form(next: str | None = None, *, flash: Flash | None = None, autofocus: bool = False) -> None:
    """Draw the form to sign in, with the way to a forgotten password.

    People land on `next`, a path of this site; without it on the `?next=` of the address, or where they are (from the
    page to sign in or up: on "/"). `flash` is what a post without script left to say, `autofocus` whether typing starts
    here when the page opens.

    Raises:
        DeclarationError: it is called outside of a page
    """
    visit = visits.here('sign_in_form()')

    def draw() -> None:
        target = _target(visit, next)
        said(flash)
        with form('Sign in', action='/auth/sign-in', submit='Sign in', flash=flash, autofocus=autofocus) as sign_in:
            sign_in.email()
            sign_in.current_password()
            with row('nc-row--between'):
                sign_in.checkbox('keep', 'Keep me signed in')
                link('Forgot password?', ways_in.forgot_location(target))
            sign_in.hidden('next', target)

    _for_strangers(visit, draw)


def sign_up_form(next: str | None = None, *, flash: Flash | None = None, autofocus: bool = False) -> None:
    """Draw the form to create an account. It leads to the page that asks for the code from the mail, unless the site
    verifies no email; the rest is as with `sign_in_form`. Where nobody may sign up it says so instead.

    Raises:
        DeclarationError: it is called outside of a page
    """
    visit = visits.here('sign_up_form()')

    def draw() -> None:
        if refusal := sign_up_rules.refusal():
            muted(messages.say(refusal))
            return
        with form(
            'Create account', action='/auth/sign-up', submit='Create account', flash=flash, autofocus=autofocus
        ) as sign_up:
            sign_up.email()
            sign_up.name(optional=True)
            asked.draw(sign_up, attributes.asked_at_sign_up(), {}, optional=messages.OPTIONAL)
            sign_up.new_password()
            sign_up.hidden('next', _target(visit, next))

    _for_strangers(visit, draw)


def _for_strangers(visit: Visit, draw: Callable[[], None]) -> None:
    """Draw it while nobody is signed in. Other changes of the person leave what stands, with all that was typed."""
    place = tag('div', classes='nc-place')
    shown: list[bool] = []

    def follow() -> None:
        if shown == [visit.user is None]:
            return
        shown[:] = [visit.user is None]
        place.clear()
        with place:
            if visit.user is None:
                draw()
            else:
                muted(f'You are signed in as {visit.user.email}.')

    follow()
    visit.session.on_change(follow)


def _target(visit: Visit, next: str | None) -> str:
    return own_path(next) if next is not None else landing_of(visit) or visit.location
