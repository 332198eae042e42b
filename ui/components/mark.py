"""The brand mark: a gate, stroked in the colour of its surroundings."""

from ui.components.tag import tag

PATH = 'M4 21V11a8 8 0 0 1 16 0v10M9 21v-9M15 21v-9M2.5 21h19'
"""The gate in a box of 24 by 24."""


def mark(classes: str) -> None:
    """Decoration: the name stands beside it wherever it matters."""
    with tag('svg', classes=f'nc-mark {classes}', viewBox='0 0 24 24', aria_hidden='true', focusable='false'):
        tag('path', d=PATH)
