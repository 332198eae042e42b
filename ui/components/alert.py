"""Notices: one line or two that say what is the case and what to do."""

from typing import Literal

from nicegui import ui

from ui.components.tag import tag
from ui.flash import Flash

Tone = Literal['info', 'ok', 'warning', 'error']


def alert(text: str, tone: Tone = 'info') -> ui.element:
    """A notice in the page's flow. Errors interrupt a screen reader, everything else waits its turn."""
    return tag('p', text, f'nc-alert nc-alert--{tone}', role='alert' if tone == 'error' else 'status')


def said(flash: Flash | None, *, refusals: bool = False) -> None:
    """What the page before has left to say: what was done; with `refusals`, where no form says it, what was not."""
    if flash is not None and (refusals or flash.tone == 'ok'):
        alert(flash.message, flash.tone)
