"""One of the tasks of a page: what it is about beside what is to be done."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from ui.components.tag import tag
from ui.components.text import heading, muted


@contextmanager
def tasks() -> Iterator[ui.element]:
    """The place for them, one below the other."""
    with tag('div', classes='nc-tasks') as drawn:
        yield drawn


@contextmanager
def task(title: str, about: str, *, id: str | None = None, wide: bool = False) -> Iterator[ui.element]:
    """Draw one; its heading can take the focus by `id` when what had it is gone. A `wide` one has a table below what it
    is about.
    """
    with tag('section', classes='nc-task nc-task--wide' if wide else 'nc-task'):
        with tag('div', classes='nc-task__head'):
            named = heading(title, 2, id=id)
            if id is not None:
                named.props('tabindex=-1')
            muted(about)
        with tag('div', classes='nc-task__body' if wide else 'nc-card nc-task__body') as body:
            yield body
