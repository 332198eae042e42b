"""A field whose answers are given: one of a few in a list, or all in sight as boxes or buttons to tick."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from ui.components.tag import tag


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: what is sent, what it is called, and a line that explains it. One that is `fixed` stays as it is.
    With a `day` (such as `2026-12-31`, '' for none) it can be given an end, in a field NAME.VALUE of its own.
    """

    value: str
    label: str
    help: str = ''
    fixed: bool = False
    day: str | None = None


def draw_select(
    name: str, label: str, options: Sequence[Option], value: str, form_id: str, *, help: str = ''
) -> ui.element:
    """One answer out of a list that opens."""
    id_ = f'{form_id}-{name}'
    with tag('div', classes='nc-field', data_nc_field=name) as box:
        tag('label', label, 'nc-label', for_=id_)
        described = f'{id_}-error {id_}-help' if help else f'{id_}-error'
        with tag('select', classes='nc-input nc-input--select', id=id_, name=name, aria_describedby=described):
            for option in options:
                tag('option', option.label, value=option.value, selected=option.value == value or None)
        tag('p', '', 'nc-error', id=f'{id_}-error', role='alert')
        if help:
            tag('p', help, 'nc-help', id=f'{id_}-help')
    return box


def draw_group(
    name: str,
    label: str,
    options: Sequence[Option],
    values: Sequence[str],
    form_id: str,
    *,
    several: bool,
    help: str = '',
    only_with: tuple[str, str] | None = None,
) -> ui.element:
    """Answers in sight: any number of them with `several`, else one. `only_with` is as in a `Field`."""
    id_ = f'{form_id}-{name}'
    with_ = '='.join(only_with) if only_with else None
    with tag('fieldset', classes='nc-group', data_nc_field=name, data_nc_with=with_, aria_label=label, id=id_) as box:
        tag('legend', label, 'nc-label')
        if help:
            tag('p', help, 'nc-help')
        with tag('div', classes='nc-group__options'):
            for number, option in enumerate(options):
                _draw_option(name, option, f'{id_}-{number}', several=several, chosen=option.value in values)
        tag('p', '', 'nc-error', id=f'{id_}-error', role='alert')
    return box


def _draw_option(name: str, option: Option, id_: str, *, several: bool, chosen: bool) -> None:
    with tag('div', classes='nc-check'):
        tag(
            'input',
            classes='nc-checkbox',
            type='checkbox' if several else 'radio',
            id=id_,
            name=name,
            value=option.value,
            checked=chosen or None,
            disabled=option.fixed or None,
            aria_describedby=f'{id_}-help' if option.help else None,
        )
        tag('label', option.label, for_=id_)
        if option.help:
            tag('p', option.help, 'nc-help', id=f'{id_}-help')
        if option.day is not None:
            _draw_day(f'{name}.{option.value}', f'{option.label} until (optional)', option.day, f'{id_}-day')


def _draw_day(name: str, label: str, day: str, id_: str) -> None:
    """Shown once its answer is ticked (admin.css)."""
    with tag('div', classes='nc-check__day', data_nc_field=name):
        tag('label', label, 'nc-hidden', for_=id_)
        tag('span', 'until', 'nc-muted', aria_hidden='true')
        described = f'{id_}-error'
        tag('input', classes='nc-input', type='date', id=id_, name=name, value=day or None, aria_describedby=described)
        tag('p', '', 'nc-error', id=described, role='alert')
