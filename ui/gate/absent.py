"""What NiceGUI offers and a page behind the gate has not: where it is used, it says what to use instead."""

from collections.abc import Callable
from typing import Final, NoReturn

from nicegui import ui
from nicegui.elements import drawer, footer, header
from nicegui.helpers import require_top_level_layout
from nicegui.storage import Storage

from ui.gate.caller import caller
from ui.gate.declarations import DeclarationError

STORAGES: Final = ('user', 'browser')
"""What NiceGUI tells browsers apart for by a cookie of its own, which would live beside our sessions."""
AROUND: Final[dict[type[ui.element], tuple[str, str, str]]] = {
    ui.header: ('ui.header', 'the header', 'a ui.row above'),
    ui.footer: ('ui.footer', 'what is around it', 'a ui.row below'),
    ui.left_drawer: ('ui.left_drawer', 'what is around it', 'a ui.column beside'),
    ui.right_drawer: ('ui.right_drawer', 'what is around it', 'a ui.column beside'),
    ui.drawer: ('ui.drawer', 'what is around it', 'a ui.column beside'),
}
"""What stands beside a page, not in it: its name, who has taken the place, what does instead within a layout."""


def install() -> None:
    """Take the place of NiceGUI's own errors, whose cures are refused here."""
    for name in STORAGES:
        setattr(Storage, name, property(_no_storage(name)))
    for module in (header, footer, drawer):
        vars(module)[require_top_level_layout.__name__] = _refuse_nested


def _no_storage(name: str) -> Callable[[Storage], NoReturn]:
    def refuse(_: Storage) -> NoReturn:
        raise DeclarationError(
            f'{caller()}: app.storage.{name} is not there: keep what belongs to a person in your own data, by user.id; '
            'app.storage.client is for one open page, app.storage.general for all'
        )

    return refuse


def _refuse_nested(element: ui.element) -> None:
    try:
        require_top_level_layout(element)
    except RuntimeError:
        name, place, instead = next(AROUND[kind] for kind in type(element).__mro__ if kind in AROUND)
        raise DeclarationError(
            f'{caller()}: {name} cannot stand in a page, Nicegate draws {place}: '
            f'put yours into a layout ({instead} its "yield"), see docs/layout.md'
        ) from None
