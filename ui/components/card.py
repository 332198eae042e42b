"""Cards: a titled surface. Account pages show one, in the middle; other pages any number."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from ui.components.mark import mark
from ui.components.tag import tag
from ui.components.text import heading, paragraph


@contextmanager
def card(title: str | None = None, *, level: int = 2) -> Iterator[ui.element]:
    """A surface with an optional heading; use it around what belongs together."""
    with tag('section', classes='nc-card') as drawn:
        if title is not None:
            heading(title, level)
        yield drawn


@contextmanager
def account_card(title: str, lead: str = '') -> Iterator[ui.element]:
    """The one card of an account page: the page's h1, a line below it, then the form or the answer."""
    with tag('div', classes='nc-stage'), tag('div', classes='nc-card nc-card--account') as drawn:
        with tag('div', classes='nc-card__head'):
            mark('nc-card__mark')
            heading(title)
            if lead:
                paragraph(lead, 'nc-muted')
        yield drawn


@contextmanager
def card_foot() -> Iterator[ui.element]:
    """The quiet line at a card's foot: where else to go."""
    with tag('p', classes='nc-card__foot') as drawn:
        yield drawn


@contextmanager
def row(classes: str = '') -> Iterator[ui.element]:
    """Things side by side that wrap when there is no room."""
    with tag('div', classes=f'nc-row {classes}'.rstrip()) as drawn:
        yield drawn
