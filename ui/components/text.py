"""Words on a page: headings, paragraphs, links."""

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ui.components.tag import tag


def heading(text: str, level: int = 1, *, id: str | None = None) -> ui.element:
    """A heading. Level 1 is the page's title: one a page, and it can take the focus after a move to the page."""
    return tag(f'h{level}', text, f'nc-h{level}', id=id, tabindex='-1' if level == 1 else None)


def paragraph(text: str, classes: str = '') -> TextElement:
    return tag('p', text, f'nc-text {classes}'.rstrip())


def muted(text: str) -> ui.element:
    """A paragraph of less weight: explanations, dates, what is empty."""
    return paragraph(text, 'nc-muted')


def link(text: str, href: str, classes: str = 'nc-link') -> ui.element:
    """An ordinary link; NiceGUI turns a click on one of our own paths into a move within the open page."""
    return tag('a', text, classes, href=href)


def code(text: str) -> ui.element:
    """A command line or another text to be typed as it stands."""
    return tag('code', text, 'nc-code')
