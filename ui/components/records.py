"""A table of records that is paged, sorted and edited: its rows are data of one component (nicegate_table.js).

What comes back is a browser's word: ids are texts of a bounded number, keys are those of the columns, and the verb that
acts on them looks each id up again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nicegui import ui
from nicegui.events import GenericEventArguments

from auth.errors import AuthError, Reason
from ui import messages
from ui.components.alert import Tone

CHOSEN = 10_000
"""Rows that may be selected at once, over all pages."""
VALUE_LENGTH = 1_000
"""Characters typed into a cell."""

Move = Literal['first', 'previous', 'next']


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `edits`: what a press on its pen does, type in place or open a dialog."""

    key: str
    label: str
    sorts: bool = False
    edits: Literal['text', 'dialog'] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button in a row. Its name to a screen reader ends with the row's."""

    key: str
    text: str
    kind: Literal['quiet', 'plain', 'danger'] = 'quiet'


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: a text (a link with `href`, a badge with `tone`), chips, a quiet note, buttons. `value` is
    what typing starts from where that differs from the text.
    """

    text: str = ''
    href: str = ''
    chips: Sequence[str] = ()
    note: str = ''
    tone: Tone | None = None
    value: str | None = None
    actions: Sequence[Action] = ()

    def shown(self) -> str | dict[str, Any]:
        if not (self.href or self.chips or self.note or self.tone or self.actions or self.value is not None):
            return self.text
        given: dict[str, Any] = {'text': self.text, 'href': self.href, 'note': self.note, 'tone': self.tone}
        given |= {'chips': list(self.chips), 'value': self.value}
        given['actions'] = [{'key': each.key, 'text': each.text, 'kind': each.kind} for each in self.actions]
        return {key: value for key, value in given.items() if value not in ('', [], None)}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its id, its name, and its cells by column. A `fixed` one is neither selected nor edited."""

    id: str
    name: str
    cells: Mapping[str, Cell | str]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Whether there is a page before and after, and where one is, in words."""

    previous: bool
    next: bool
    words: str


class Records(ui.element, component='nicegate_table.js'):
    """The table. Call `show` with what it shows now; a refusal of an edit is said in its cell."""

    def __init__(
        self,
        caption: str,
        columns: Sequence[Column],
        *,
        empty: str,
        sort: Callable[[str], Awaitable[None]] | None = None,
        move: Callable[[Move], Awaitable[None]] | None = None,
        choose: Callable[[tuple[str, ...]], Awaitable[None] | None] | None = None,
        edit: Callable[[str, str, str | None], Awaitable[None]] | None = None,
        act: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        """`sort` is called with a column's key, `choose` with all ids selected, `edit` with a row's id, a column's key
        and what was typed (None where a dialog is to open), `act` with a row's id and an action's key.
        """
        super().__init__()
        self._sort, self._move, self._chosen, self._edit, self._act = sort, move, choose, edit, act
        self._columns: Sequence[Column] = ()
        self.props.update({'caption': caption, 'empty': empty, 'selects': choose is not None, 'rows': [], 'chosen': []})
        self.set_columns(columns)
        for type, heard, handler in (
            ('sort', sort, self._on_sort),
            ('move', move, self._on_move),
            ('choose', choose, self._on_choose),
            ('edit', edit, self._on_edit),
            ('act', act, self._on_act),
        ):
            if heard is not None:
                self.on(type, handler)

    def set_columns(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self.props['columns'] = [
            {'key': each.key, 'label': each.label, 'sorts': each.sorts, 'edits': each.edits} for each in columns
        ]

    def show(self, rows: Sequence[Row], *, pager: Pager | None = None, sort: tuple[str, bool] | None = None) -> None:
        """Show these rows; `sort` is the key of the column they are sorted by, and whether that descends."""
        shown = [
            {
                'id': row.id,
                'name': row.name,
                'fixed': row.fixed,
                'cells': {key: cell.shown() if isinstance(cell, Cell) else cell for key, cell in row.cells.items()},
            }
            for row in rows
        ]
        self.props['rows'] = shown
        self.props['sort'] = {'key': sort[0], 'descending': sort[1]} if sort else None
        self.props['pager'] = {'previous': pager.previous, 'next': pager.next, 'words': pager.words} if pager else None

    def choose(self, ids: Sequence[str]) -> None:
        """Mark these rows as selected, and no others."""
        self.props['chosen'] = list(ids)

    async def _on_sort(self, event: GenericEventArguments) -> None:
        if self._sort is not None and (column := self._column(event.args)) is not None and column.sorts:
            await self._sort(column.key)

    async def _on_move(self, event: GenericEventArguments) -> None:
        if self._move is not None and event.args in ('first', 'previous', 'next'):
            await self._move(event.args)

    async def _on_choose(self, event: GenericEventArguments) -> None:
        ids = event.args
        if self._chosen is None or not isinstance(ids, list) or len(ids) > CHOSEN:
            raise AuthError(Reason.INPUT_INVALID)
        if not all(isinstance(id, str) and len(id) <= 100 for id in ids):
            raise AuthError(Reason.INPUT_INVALID)
        self._props['chosen'] = ids  # known here; the browser has it already
        waiting = self._chosen(tuple(dict.fromkeys(ids)))
        if waiting is not None:
            await waiting

    async def _on_edit(self, event: GenericEventArguments) -> None:
        if self._edit is None:
            return
        id, key, value = self._read(event, 'value')
        column = self._column(key)
        is_typed = isinstance(value, str) and len(value) <= VALUE_LENGTH
        if column is None or column.edits is None or (column.edits == 'text') is not is_typed:
            raise AuthError(Reason.INPUT_INVALID)
        try:
            await self._edit(id, key, value)
        except AuthError as error:
            if not is_typed:
                raise
            self.run_method('refused', id, key, messages.say(error))
        else:
            self.run_method('accepted', id, key)

    async def _on_act(self, event: GenericEventArguments) -> None:
        if self._act is not None:
            id, key, _ = self._read(event)
            await self._act(id, key)

    def _read(self, event: GenericEventArguments, more: str = '') -> tuple[str, str, Any]:
        given = event.args
        if not isinstance(given, dict) or not isinstance(given.get('id'), str) or not isinstance(given.get('key'), str):
            raise AuthError(Reason.INPUT_INVALID)
        return given['id'], given['key'], given.get(more)

    def _column(self, key: object) -> Column | None:
        return next((column for column in self._columns if column.key == key), None)
