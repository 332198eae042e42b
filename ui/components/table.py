"""A small, plain data table: every row is sent, so it is for lists that a person can take in at a glance."""

from collections.abc import Iterable, Sequence

from nicegui import ui

from ui.components.tag import tag
from ui.components.text import heading


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> ui.element:
    """Draw `rows` below `columns`; each row's first cell names the row. The caption is the table's name.

    The box around it scrolls by itself (and by keyboard) when a narrow screen cannot show all columns.
    """
    box = tag('div', classes='nc-table-box', role='region', aria_label=caption, tabindex='0')
    with box, tag('table', classes='nc-table'):
        with tag('caption'):
            heading(caption, 2)
        with tag('thead'), tag('tr'):
            for column in columns:
                tag('th', column, scope='col')
        with tag('tbody'):
            for first, *others in rows:
                with tag('tr'):
                    tag('th', first, scope='row')
                    for cell in others:
                        tag('td', cell)
    return box
