"""What a listener of NiceGUI calls in the end: `prove` runs none of a developer's handlers, but asks the gate of one
that has a gate of its own.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from nicegui.element import Element

from ui.gate import registry

DEPTH: Final = 4
"""How deep a handler is looked for in what wraps it: NiceGUI's elements wrap it once or twice."""


def is_guarded(element: Element, listener_id: str) -> bool:
    """Whether the handler of this listener is one under `needs`."""
    listener = element._event_listeners.get(listener_id)
    return listener is not None and any(
        registry.gate_source(inner) is not None for inner in _within(listener.handler, DEPTH)
    )


def _within(handler: Any, depth: int) -> Iterator[Any]:
    """A callable, and those that it holds on to."""
    if not callable(handler) or depth == 0:
        return
    yield handler
    if isinstance(handler, partial):
        yield from _within(handler.func, depth - 1)
    for cell in getattr(handler, '__closure__', None) or ():
        yield from _within(cell.cell_contents, depth - 1)
