"""Which columns the list of people shows: the usual ones, and any attribute that is chosen."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from auth.attributes import Attribute
from ui.components import Column, tag

MORE = {'groups': 'Groups', 'created': 'Created'}
"""Columns beside the attributes that are there when they are chosen."""


def columns_of(known: Sequence[Attribute], chosen: Sequence[str]) -> list[Column]:
    columns = [
        Column('email', 'Email', sorts=True),
        Column('name', 'Name', sorts=True, edits='text'),
        Column('status', 'Status'),
        Column('roles', 'Roles', edits='dialog'),
    ]
    columns += [Column('groups', 'Groups')] if 'groups' in chosen else []
    columns += [Column('seen', 'Last seen', sorts=True)]
    columns += [Column('created', 'Created', sorts=True)] if 'created' in chosen else []
    return columns + [Column(f'attribute.{each.key}', each.label, edits='text') for each in known if each.key in chosen]


class ColumnChoice:
    """A list that opens, with a box for each column that can be shown."""

    def __init__(
        self,
        known: Sequence[Attribute],
        chosen: Sequence[str],
        choose: Callable[[tuple[str, ...]], Awaitable[None]],
    ) -> None:
        self._names = {**MORE, **{each.key: each.label for each in known}}
        self._chosen = [key for key in chosen if key in self._names]
        self._choose = choose
        with tag('details', classes='nc-choices'):
            tag('summary', 'Columns', 'nc-button nc-button--plain nc-button--small')
            with tag('div', classes='nc-choices__list'):
                for key, label in self._names.items():
                    self._draw(key, label)

    def _draw(self, key: str, label: str) -> None:
        with tag('label', classes='nc-check'):
            box = tag('input', classes='nc-checkbox', type='checkbox', checked=key in self._chosen or None)
            tag('span', label)

        async def ticked(event: GenericEventArguments) -> None:
            others = [each for each in self._chosen if each != key]
            self._chosen = [*others, key] if event.args is True else others
            await self._choose(tuple(self._chosen))

        box.on('change', ticked, js_handler='(event) => emit(event.target.checked)')
