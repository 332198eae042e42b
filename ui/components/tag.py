"""Native HTML elements with text and attributes: what every other component is made of.

Text and attribute values travel as data and are set by the browser's DOM, so nothing here needs escaping.
"""

from typing import overload

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

Attribute = str | bool | int | None


@overload
def tag(name: str, text: str, /, classes: str = '', **attributes: Attribute) -> TextElement: ...
@overload
def tag(name: str, text: None = None, /, classes: str = '', **attributes: Attribute) -> ui.element: ...
def tag(name: str, text: str | None = None, /, classes: str = '', **attributes: Attribute) -> ui.element:
    """Draw `<name>`; attribute names are written with underscores (`aria_label`, `for_`), None leaves one out.

    With `text` the words can be changed later (`set_text`); without, it takes children: `with tag('ul'): ...`.
    """
    element = ui.element(name) if text is None else TextElement(tag=name, text=text)
    given = {_attribute(key): value for key, value in attributes.items() if value is not None}
    if given:
        element.props.update(given)
    if classes:
        element.classes(classes)
    return element


def _attribute(key: str) -> str:
    """`value` and `checked` become attributes (Vue's `^`), not DOM properties: those it would write again at each
    redraw, over what somebody typed."""
    name = key.rstrip('_').replace('_', '-')
    return f'^{name}' if name in ('value', 'checked') else name
