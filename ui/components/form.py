"""One real `<form>` per task. What people type about themselves is posted by HTTP: a password manager sees a form like
any other. What an admin types for others acts by the socket (`action` is a function). forms.js shows either's answer in
place, and keeps what was typed until it has one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

from nicegui import json, ui
from nicegui.events import GenericEventArguments

from auth.errors import AuthError, Reason
from auth.settings import get_settings
from ui import messages
from ui.components import choice, field
from ui.components.button import Kind, classes, submit_button
from ui.components.choice import Option
from ui.components.field import Field, Type
from ui.components.tag import tag
from ui.components.typed import Act, Typed
from ui.flash import Flash

Then = Literal['go', 'reload', 'stay', 'close']

CHECK_PASSWORD = '/auth/check-password'  # noqa: S105 - a path


class Form:
    """The fields of one form; made by `form()`. Each method draws one field where it is called."""

    def __init__(self, id_: str, flash: Flash | None) -> None:
        self._id = id_
        self._values = flash.values if flash else {}
        self._failed, self._message = (flash.field, flash.message) if flash else (None, '')
        self.others: list[tuple[str, dict[str, str]]] = []

    def email(self, label: str = 'Email', value: str = '', *, autocomplete: str = 'username') -> ui.element:
        """By default the account's name to password managers, whatever it is called on the page."""
        return self._draw(
            Field(
                name='email',
                label=label,
                type='email',
                autocomplete=autocomplete,
                empty=messages.EMPTY['email'],
                maximum=254,
                value=value,
            )
        )

    def username(self, email: str, name: str = 'email') -> ui.element:
        """Whose password this form is about, which password managers want to read in a field. People read it
        elsewhere: this one is out of sight, of the order of Tab, and of what a screen reader says."""
        return tag(
            'input',
            classes='nc-hidden',
            type='text',
            name=name,
            autocomplete='username',
            value=email,
            readonly=True,
            tabindex='-1',
            aria_hidden='true',
        )

    def name(self, value: str = '', *, optional: bool = False) -> ui.element:
        return self._draw(
            Field(
                name='name',
                label='Name (optional)' if optional else 'Name',
                autocomplete='name',
                maximum=200,
                value=value,
            )
        )

    def text(
        self,
        name: str,
        label: str,
        value: str = '',
        *,
        type: Type = 'text',
        maximum: int = 256,
        help: str = '',
        empty: str = '',
        lines: int = 1,
        mono: bool = False,
        fixed: bool = False,
    ) -> ui.element:
        """A field of any other kind, with what it holds now. `empty` makes it required; with `lines` above 1 it takes
        several; `mono` is for what is code; one that is `fixed` cannot be changed.
        """
        return self._draw(
            Field(
                name=name,
                label=label,
                type=type,
                value=value,
                maximum=maximum,
                help=help,
                empty=empty,
                lines=lines,
                mono=mono,
                fixed=fixed,
            )
        )

    def select(
        self, name: str, label: str, options: Sequence[Option], value: str = '', *, help: str = ''
    ) -> ui.element:
        """A field with one of a few answers."""
        return choice.draw_select(name, label, options, value, self._id, help=help)

    def one_of(
        self, name: str, label: str, options: Sequence[Option], value: str = '', *, help: str = ''
    ) -> ui.element:
        """The same with all answers in sight."""
        return choice.draw_group(name, label, options, [value], self._id, several=False, help=help)

    def some_of(
        self,
        name: str,
        label: str,
        options: Sequence[Option],
        values: Sequence[str] = (),
        *,
        help: str = '',
        only_with: tuple[str, str] | None = None,
    ) -> ui.element:
        """Boxes to tick; those of `values` are ticked."""
        return choice.draw_group(name, label, options, values, self._id, several=True, help=help, only_with=only_with)

    def code(self) -> ui.element:
        """The code from a mail. Browsers and phones offer it by its `one-time-code`."""
        return self._draw(
            Field(
                name='code',
                label='Verification code',
                type='code',
                autocomplete='one-time-code',
                empty=messages.EMPTY['code'],
                help=messages.CODE_HELP,
            )
        )

    def current_password(self, name: str = 'password', label: str = 'Password') -> ui.element:
        return self._draw(
            Field(
                name=name,
                label=label,
                type='password',
                autocomplete='current-password',
                empty=messages.EMPTY['password'],
                maximum=1000,
            )
        )

    def new_password(self, label: str = 'Password', *, only_with: tuple[str, str] | None = None) -> ui.element:
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
                only_with=only_with,
            )
        )

    def checkbox(
        self, name: str, label: str, *, checked: bool = False, help: str = '', fixed: bool = False
    ) -> ui.element:
        checked = bool(self._values.get(name)) or checked
        return field.draw_checkbox(name, label, self._id, checked=checked, help=help, fixed=fixed)

    def hidden(self, name: str, value: str) -> ui.element:
        return tag('input', type='hidden', name=name, value=value)

    def other(self, text: str, path: str, name: str, value: str) -> None:
        """A second button, below the first: it goes to `path` by GET, with what is typed and `name`=`value`."""
        self.others.append((text, {'formaction': path, 'formmethod': 'get', 'name': name, 'value': value}))

    def _draw(self, one: Field) -> ui.element:
        error = self._message if one.name == self._failed else ''
        return field.draw(replace(one, value=self._values.get(one.name, one.value), error=error), self._id)


@contextmanager
def form(
    name: str,
    *,
    action: str | Act,
    submit: str,
    flash: Flash | None = None,
    kind: Kind = 'primary',
    wide: bool = True,
    autofocus: bool = True,
    leaves: bool = False,
    then: Then = 'go',
    done: str = '',
    wait: int | None = None,
    changed: Act | None = None,
) -> Iterator[Form]:
    """Draw a form called `name`, with the button `submit`: it posts to the path `action`, or has that function act.

    `flash` is what a post without script left behind: when it was this form that was refused, its message and what was
    typed, never a password. `leaves` says that success ends the session this page belongs to. `then` is what follows on
    success: to go where the answer says, to load this page again, to stay and say `done` (or what the answer says),
    where the page goes on as it is, or to close the dialog around it. `wait`: seconds until the button may be pressed,
    counted down below it. `changed` is called with what is typed whenever a field has changed.
    """
    id_ = _free_id(name.lower().replace(' ', '-'))
    path = action if isinstance(action, str) else None
    refusal = flash if flash and flash.tone == 'error' and flash.action in ('', path) else None
    with tag(
        'form',
        classes='nc-form',
        id=id_,
        method='post' if path else None,
        action=path,
        aria_label=name,
        novalidate=True,
        data_nc_form='post' if path else 'act',
        data_nc_leaves=leaves or None,
        data_nc_then=then if then != 'go' else None,
        data_nc_unreachable=messages.UNREACHABLE,
        data_nc_autofocus=autofocus or None,
        data_nc_tells=changed is not None or None,
    ) as element:
        if not isinstance(action, str):
            element.on('nc-act', _answering(element, id_, action), js_handler='(event) => emit(event.detail)')
        if changed is not None:
            element.on('nc-changed', _telling(changed), js_handler='(event) => emit(event.detail)')
        message = refusal.message if refusal and refusal.field is None else ''
        tag('p', message, 'nc-alert nc-alert--error', role='alert', data_nc_form_error=True)
        drawn = Form(id_, refusal)
        yield drawn
        with tag('div', classes='nc-form__end' + (' nc-form__end--wide' if wide else '')):
            button = submit_button(submit, kind=kind, wide=wide)
            for text, attributes in drawn.others:
                tag('button', text, classes('plain', wide=wide), type='submit', **attributes)
            if then == 'stay':
                tag('p', '', 'nc-done', role='status', data_nc_form_done=done)
        if wait is not None:
            _count_down(button, f'{id_}-wait', wait)


def _answering(element: ui.element, id_: str, act: Act) -> Callable[[GenericEventArguments], Any]:
    """Have `act` run on what was sent, and answer the form. What it raises beside a refusal is logged as ever."""

    async def handle(event: GenericEventArguments) -> None:
        try:
            answer: dict[str, Any] = {'said': await act(Typed.read(event.args)) or ''}
        except AuthError as error:
            answer = {'error': {'message': messages.say(error), 'field': messages.field_of(error)}}
        except Exception:
            _answer(element, id_, {'error': {'message': messages.say(AuthError(Reason.UNAVAILABLE)), 'field': None}})
            raise
        _answer(element, id_, answer)

    return handle


def _telling(changed: Act) -> Callable[[GenericEventArguments], Any]:
    async def handle(event: GenericEventArguments) -> None:
        await changed(Typed.read(event.args))

    return handle


def _answer(element: ui.element, id_: str, answer: dict[str, Any]) -> None:
    if not element.is_deleted:
        element.client.run_javascript(f'window.nicegate.answered({json.dumps(id_)}, {json.dumps(answer)})')


def _count_down(button: ui.element, id_: str, wait: int) -> None:
    """forms.js counts on from what stands there, and lets the button be pressed at its end."""
    button.props.update({'data-nc-wait': wait, 'aria-describedby': id_})
    if wait > 0:
        button.props['aria-disabled'] = 'true'
    tag('p', messages.wait_for_code(wait), 'nc-help', id=id_, data_nc_over=messages.wait_for_code(0))


def _free_id(wanted: str) -> str:
    """An id that no other form of the page has: the same each time, as password managers like it."""
    taken = {element.props.get('id') for element in ui.context.client.elements.values()}
    return next(id_ for id_ in (wanted, *(f'{wanted}-{n}' for n in range(2, len(taken) + 3))) if id_ not in taken)
