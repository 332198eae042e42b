"""Notices: one line or two that say what is the case and what to do."""

from typing import Literal

from nicegui import ui

from ui.components.tag import tag

Tone = Literal['info', 'ok', 'warning', 'error']


def alert(text: str, tone: Tone = 'info') -> ui.element:
    """A notice in the page's flow. Errors interrupt a screen reader, everything else waits its turn."""
    return tag('p', text, f'nc-alert nc-alert--{tone}', role='alert' if tone == 'error' else 'status')
