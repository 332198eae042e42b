"""Addresses that a page with parameters answers, found by trying values: nobody has to write them down."""

import enum
import inspect
import itertools
import typing
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ui.gate import registry
from ui.gate.locations import Parameter
from ui.gate.registry import Page

TEXTS = (
    '1', 'a', 'true', '2026-01-31', '00000000-0000-4000-8000-000000000001', '2026-01-31T12:00:00', '12:00:00', '0.5',
    'P1D', 'a@b.example', 'https://b.example/', '127.0.0.1', '[]', '{}',
)  # fmt: skip
"""One value at least for each type that a parameter commonly has."""
MOST = 4
"""Addresses tried for a page whose own code fails with the first: a page may know no car "1", but a car "a"."""
TRIED = 500
"""Combinations of values that are looked at."""


def locations(page: Page) -> tuple[str, ...]:
    """Up to MOST addresses of a page; none when no values were found."""
    needed = [parameter for parameter in page.parameters if parameter.in_path or parameter.required]
    choices = [_texts(parameter, page) for parameter in needed]
    found = (_location(page, needed, texts) for texts in itertools.islice(itertools.product(*choices), TRIED))
    return tuple(itertools.islice((location for location in found if _answers(page, location)), MOST))


def _texts(parameter: Parameter, page: Page) -> list[str]:
    return [text for text in (*_named(parameter.name, page), *TEXTS) if _converts(parameter, text)]


def _named(name: str, page: Page) -> Iterable[str]:
    """The texts that a type names itself: a Field's examples, a Literal's or an Enum's."""
    annotation = typing.get_type_hints(inspect.unwrap(page.builder), include_extras=True).get(name)
    for field in getattr(annotation, '__metadata__', ()):
        yield from (str(value) for value in getattr(field, 'examples', None) or ())
    for kind in (annotation, *typing.get_args(annotation)):
        if typing.get_origin(kind) is typing.Literal:
            yield from (str(value) for value in typing.get_args(kind))
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            yield from (str(member.value) for member in kind)


def _converts(parameter: Parameter, text: str) -> bool:
    try:
        parameter.convert(text)
    except ValueError:
        return False
    return True


def _location(page: Page, parameters: list[Parameter], texts: tuple[str, ...]) -> str:
    values = {p.name: quote(text, safe='') for p, text in zip(parameters, texts, strict=True)}
    path = page.path
    for name in page.template.names:
        path = path.replace(f'{{{name}}}', values[name])
    query = '&'.join(f'{p.name}={values[p.name]}' for p in parameters if not p.in_path)
    return f'{path}?{query}' if query else path


def _answers(page: Page, location: str) -> Any:
    match = registry.match(location)
    return match is not None and match.page is page
