"""The field *Roles* of a form about somebody: boxes to tick, each with a day until which the role is held."""

from collections.abc import Mapping
from datetime import datetime

from ui.account.times import date
from ui.components import Form, Option, Typed

NAME = 'roles'
Held = Mapping[str, datetime | None]
"""The roles of somebody by key, each with its end; None: for good."""


def draw_roles(form: Form, roles: Mapping[str, str], held: Held) -> None:
    """Draw the field: `roles` are all there are, names by key."""
    options = [Option(key, name, day=_day(held.get(key))) for key, name in roles.items()]
    form.some_of(NAME, 'Roles', options, list(held))


def read_roles(typed: Typed, before: Held) -> dict[str, datetime | None]:
    """What was ticked. The end of a role whose day was not touched keeps its hour.

    Raises:
        AuthError: DATE_INVALID
    """
    return {key: _end(typed, f'{NAME}.{key}', before.get(key)) for key in typed.all(NAME)}


def roles_in_words(roles: Held, names: Mapping[str, str]) -> str:
    named = sorted((names.get(key, key), until) for key, until in roles.items())
    return ', '.join(name if until is None else f'{name} until {date(until)}' for name, until in named)


def _end(typed: Typed, field: str, before: datetime | None) -> datetime | None:
    return before if before and typed.text(field) == _day(before) else typed.day(field)


def _day(until: datetime | None) -> str:
    return f'{until:%Y-%m-%d}' if until else ''
