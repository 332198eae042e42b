"""One real `<form>` per task: it posts by HTTP, so that credentials never travel over the websocket and a password
manager sees a form like any other. forms.js sends it by fetch and shows the answer in place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from nicegui import ui

from auth.settings import get_settings
from ui import messages
from ui.components import field
from ui.components.button import Kind, submit_button
from ui.components.field import Field
from ui.components.tag import tag
from ui.flash import Flash

CHECK_PASSWORD = '/auth/check-password'  # noqa: S105 - a path


class Form:
    """The fields of one form; made by `form()`. Each method draws one field where it is called."""

    def __init__(self, id_: str, flash: Flash | None) -> None:
        self._id = id_
        self._values = flash.values if flash else {}
        self._failed, self._message = (flash.field, flash.message) if flash else (None, '')

    def email(self, label: str = 'Email') -> ui.element:
        """The account's name to password managers, whatever it is called on the page."""
        return self._draw(
            Field(
                name='email',
                label=label,
                type='email',
                autocomplete='username',
                empty=messages.EMPTY['email'],
                maximum=254,
            )
        )

    def name(self, *, optional: bool = False) -> ui.element:
        return self._draw(
            Field(name='name', label='Name (optional)' if optional else 'Name', autocomplete='name', maximum=200)
        )

    def current_password(self, label: str = 'Password') -> ui.element:
        return self._draw(
            Field(
                name='password',
                label=label,
                type='password',
                autocomplete='current-password',
                empty=messages.EMPTY['password'],
                maximum=1000,
            )
        )

    def new_password(self, label: str = 'Password') -> ui.element:
        """A password to be: judged while it is typed, and again by the verb that stores it."""
        return self._draw(
            Field(
                name='password',
                label=label,
                type='password',
                autocomplete='new-password',
                empty=messages.EMPTY['new_password'],
                checked_at=CHECK_PASSWORD,
                maximum=1000,
                fine=messages.PASSWORD_FINE,
                help=messages.password_help(get_settings().password_min_length),
            )
        )

    def checkbox(self, name: str, label: str) -> ui.element:
        return field.draw_checkbox(name, label, self._id, checked=bool(self._values.get(name)))

    def hidden(self, name: str, value: str) -> ui.element:
        return tag('input', type='hidden', name=name, value=value)

    def _draw(self, one: Field) -> ui.element:
        error = self._message if one.name == self._failed else ''
        return field.draw(replace(one, value=self._values.get(one.name, ''), error=error), self._id)


@contextmanager
def form(
    name: str,
    *,
    action: str,
    submit: str,
    flash: Flash | None = None,
    kind: Kind = 'primary',
    wide: bool = True,
    autofocus: bool = True,
    leaves: bool = False,
) -> Iterator[Form]:
    """Draw a form called `name` that posts to `action` by the button `submit`.

    `flash` is what a post without script left behind: its message and what was typed, never a password. `leaves` says
    that success ends the session this page belongs to.
    """
    id_ = _free_id(name.lower().replace(' ', '-'))
    with tag(
        'form',
        classes='nc-form',
        id=id_,
        method='post',
        action=action,
        aria_label=name,
        novalidate=True,
        data_nc_form=True,
        data_nc_leaves=leaves or None,
        data_nc_unreachable=messages.UNREACHABLE,
        data_nc_autofocus=autofocus or None,
    ):
        message = flash.message if flash and flash.field is None else ''
        tag('p', message, 'nc-alert nc-alert--error', role='alert', data_nc_form_error=True)
        yield Form(id_, flash)
        submit_button(submit, kind=kind, wide=wide)


def _free_id(wanted: str) -> str:
    """An id that no other form of the page has: the same each time, as password managers like it."""
    taken = {element.props.get('id') for element in ui.context.client.elements.values()}
    return next(id_ for id_ in (wanted, *(f'{wanted}-{n}' for n in range(2, len(taken) + 3))) if id_ not in taken)
