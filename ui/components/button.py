"""Buttons. A thing that acts is a button; a thing that leads somewhere is a link, even when it looks like a button."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui import ui

from ui.components.tag import tag

Kind = Literal['primary', 'plain', 'quiet', 'danger']


def button(text: str, on_click: Callable[[], Any] | None = None, *, kind: Kind = 'plain') -> ui.element:
    """A button that runs `on_click` on the server."""
    drawn = tag('button', text, classes(kind), type='button')
    if on_click is not None:
        drawn.on('click', on_click, args=[])
    return drawn


def submit_button(text: str, *, kind: Kind = 'primary', wide: bool = False) -> ui.element:
    """The button that sends the form around it; forms.js marks it busy meanwhile."""
    return tag('button', text, classes(kind, wide=wide), type='submit')


def link_button(text: str, href: str, *, kind: Kind = 'plain', wide: bool = False) -> ui.element:
    """A link that looks like a button."""
    return tag('a', text, classes(kind, wide=wide), href=href)


def classes(kind: Kind, *, wide: bool = False) -> str:
    return f'nc-button nc-button--{kind}' + (' nc-button--wide' if wide else '')
