"""What stands on a page for people to read, taken from what the server sent: no classes, no styles, nothing hidden."""

import html
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from ui.prove.tab import Tab

SAID: Final = frozenset([
    'aria-label', 'caption', 'content', 'error-message', 'hint', 'innerHTML', 'label', 'model-value', 'placeholder',
    'prefix', 'rows', 'suffix', 'text', 'title', 'value',
])  # fmt: skip
"""Properties of NiceGUI's and Quasar's elements in which they say something, beside their text."""
CHOICES: Final = frozenset(['columns', 'options'])
"""Properties that are lists of things with a label."""
HEADER: Final = 'nicegui-nicegate_header'
"""The tag of our header: the titles of all pages stand in it, which says nothing about the open one."""

_STYLE = re.compile(r'<(style|script|svg)\b.*?</\1>', re.DOTALL)
_TAG = re.compile(r'<[^>]*>')

Element = dict[str, Any]


def on(tab: Tab) -> list[str]:
    """Everything that is said on an open page, outside of the header; dialogs and notices too."""
    said = [text for _, element in shown(tab) for text in _of(element)]
    return said + [str(message.get('message', '')) for name, message in tab.frames if name == 'notify']


def of_document(text: str) -> str:
    """The words of an HTML document."""
    return ' '.join(html.unescape(_TAG.sub(' ', _STYLE.sub(' ', text))).split())


def shown(tab: Tab) -> Iterator[tuple[int, Element]]:
    """The elements of an open page outside of the header, but for what is hidden, in their order: (id, element)."""
    return _shown(tab.elements, '0')


def around(tab: Tab, number: int) -> Iterator[tuple[int, Element]]:
    """The elements that the one with this id stands in, the nearest first."""
    inner = str(number)
    while True:
        found = next(((key, one) for key, one in tab.elements.items() if inner in map(str, _children(one))), None)
        if found is None:
            return
        inner = found[0]
        yield int(inner), found[1]


def names(element: Element) -> set[str]:
    """What people call an element that they click on or fill."""
    props = element.get('props', {})
    said = (element.get('text'), props.get('label'), props.get('aria-label'), props.get('placeholder'))
    return {name for name in said if isinstance(name, str) and name}


def _shown(elements: dict[str, Element], key: str) -> Iterator[tuple[int, Element]]:
    element = elements.get(key)
    if element is None or 'hidden' in element.get('class', ()) or element.get('tag') == HEADER:
        return
    yield int(key), element
    for child in _children(element):
        yield from _shown(elements, str(child))


def _children(element: Element) -> Iterator[int]:
    slots = (slot.get('ids', ()) for slot in element.get('slots', {}).values())
    return chain(element.get('children', ()), *slots)


def _of(element: Element) -> Iterator[str]:
    props = element.get('props', {})
    yield from _strings(element.get('text'))
    for name, value in props.items():
        if name in CHOICES and isinstance(value, list):
            yield from (str(one.get('label', '')) for one in value if isinstance(one, dict))
        elif name in SAID and not (name == 'model-value' and 'options' in props):  # the number of the chosen one
            yield from _strings(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield of_document(str(value)) if '<' in str(value) else str(value)
