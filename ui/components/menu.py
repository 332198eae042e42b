"""A button that opens a menu, after the ARIA Authoring Practices "menu button" pattern. Keys, Escape and the return of
the focus are in ui/static/shell.js: opening a menu is no business of the server."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from ui.components.tag import tag


@contextmanager
def menu_button(id_: str, classes: str) -> Iterator[ui.element]:
    """The button that opens the menu drawn under the same id; what is drawn inside is its name."""
    with tag(
        'button',
        classes=classes,
        type='button',
        id=f'{id_}-button',
        aria_haspopup='menu',
        aria_expanded='false',
        aria_controls=f'{id_}-popup',
        data_nc_menu=True,
    ) as button:
        yield button


@contextmanager
def popup(id_: str) -> Iterator[ui.element]:
    """The surface that the button shows; draw a `menu` on it, and above that whatever is no item."""
    with tag('div', classes='nc-popup', id=f'{id_}-popup', hidden=True, data_nc_popup=True) as surface:
        yield surface


@contextmanager
def menu(id_: str) -> Iterator[ui.element]:
    """The list of items, named by its button."""
    with tag('div', classes='nc-menu', role='menu', aria_labelledby=f'{id_}-button') as items:
        yield items


def menu_link(text: str, href: str, icon: str) -> ui.element:
    """An item that leads to a page."""
    return tag('a', text, f'nc-menuitem nc-icon--{icon}', role='menuitem', tabindex='-1', href=href)
