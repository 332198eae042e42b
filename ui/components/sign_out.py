"""The form that signs out. It acts by a post: a GET would let any page on the web sign people out."""

from ui.components.button import Kind
from ui.components.form import form
from ui.flash import Flash


def sign_out_form(
    name: str = 'Sign out',
    *,
    submit: str = 'Sign out',
    then: str | None = None,
    kind: Kind = 'plain',
    flash: Flash | None = None,
) -> None:
    """Draw it; `then` is the path where people land afterwards, else it is where sign-out leads."""
    with form(
        name, action='/auth/sign-out', submit=submit, kind=kind, flash=flash, autofocus=False, leaves=True
    ) as leave:
        if then is not None:
            leave.hidden('next', then)
