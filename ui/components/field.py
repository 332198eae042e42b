"""One labelled field: label, native input, help and error, tied together once and for all.

Quasar's input announces neither `aria-invalid` nor `aria-describedby` (Quasar 17306) and sends keystrokes to the
server; ours is a native element whose behaviour is in ui/static/forms.js.
"""

from dataclasses import dataclass
from typing import Final, Literal

from nicegui import ui

from ui.components.tag import Attribute, tag

Type = Literal['text', 'email', 'password', 'url', 'code', 'date', 'number', 'color', 'search']

_CAPITALS: Final = {'text': None, 'search': None, 'code': 'characters'}
"""What a keyboard on a screen is to do by itself; 'none' for all other types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one field is. `name` is posted; `empty` is said when a required field is sent empty ('' = optional).

    A `code` is typed from a mail: the browser shows it in capitals and judges nothing, the server forgives the rest.
    """

    name: str
    label: str
    type: Type = 'text'
    autocomplete: str = 'off'
    empty: str = ''
    help: str = ''
    value: str = ''
    error: str = ''
    maximum: int = 256
    """Characters the browser lets in: far above what a person types; the server has its own, stricter say."""
    checked_at: str = ''
    """Path that judges a new password while it is typed; '' for none."""
    fine: str = ''
    """Said when that path finds nothing wrong."""
    lines: int = 1
    only_with: tuple[str, str] | None = None
    """(name, answer) of the choice that it goes with: with another answer it is not there."""


def draw(field: Field, form_id: str) -> ui.element:
    """Draw the field; ids are made of the form's and the field's, so that two forms share a page."""
    id_ = f'{form_id}-{field.name}'
    only_with = '='.join(field.only_with) if field.only_with else None
    with tag('div', classes='nc-field', data_nc_field=field.name, data_nc_with=only_with) as box:
        tag('label', field.label, 'nc-label', for_=id_)
        if field.type == 'password':
            with tag('div', classes='nc-password'):
                _input(field, id_)
                _reveal(id_)
            tag('p', 'Caps Lock is on.', 'nc-help nc-help--warning', data_nc_caps=True, hidden=True)
        else:
            _input(field, id_)
        tag('p', field.error, 'nc-error', id=f'{id_}-error', role='alert')
        if field.help or field.checked_at:
            tag('p', field.help, 'nc-help', id=f'{id_}-help', aria_live='polite' if field.checked_at else None)
    return box


def _input(field: Field, id_: str) -> None:
    has_help = field.help or field.checked_at
    shared: dict[str, Attribute] = {
        'id': id_,
        'name': field.name,
        'autocomplete': field.autocomplete,
        'required': True if field.empty else None,
        'data_nc_empty': field.empty or None,
        'maxlength': field.maximum,
        'spellcheck': 'false',
        'autocapitalize': _CAPITALS.get(field.type, 'none'),
        'aria_invalid': 'true' if field.error else None,
        'aria_describedby': f'{id_}-error {id_}-help' if has_help else f'{id_}-error',
    }
    if field.lines > 1:  # its text is what it holds: `value` is no attribute of it
        tag('textarea', field.value, 'nc-input nc-input--lines', rows=field.lines, **shared)
        return
    special = f' nc-input--{field.type}' if field.type in ('code', 'color') else ''
    tag(
        'input',
        classes=f'nc-input{special}',
        type='text' if field.type == 'code' else field.type,
        inputmode='text' if field.type == 'code' else None,
        value=field.value or None,
        data_nc_check=field.checked_at or None,
        data_nc_fine=field.fine or None,
        **shared,
    )


def _reveal(id_: str) -> None:
    """The name is text, not `aria-label`: looking a field up by the label "Password" must find only the field."""
    with tag(
        'button', classes='nc-reveal', type='button', aria_pressed='false', aria_controls=id_, data_nc_reveal=True
    ):
        tag('span', 'Show password', 'nc-hidden')


def draw_checkbox(name: str, label: str, form_id: str, *, checked: bool = False, help: str = '') -> ui.element:
    """A box to tick; posts `1` when ticked and nothing otherwise."""
    with tag('div', classes='nc-check') as box:
        id_ = f'{form_id}-{name}'
        tag(
            'input',
            classes='nc-checkbox',
            type='checkbox',
            id=id_,
            name=name,
            value='1',
            checked=checked or None,
            aria_describedby=f'{id_}-help' if help else None,
        )
        tag('label', label, for_=id_)
        if help:
            tag('p', help, 'nc-help', id=f'{id_}-help')
    return box
