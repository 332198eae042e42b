"""Locations and the one exact matcher that all doors use: a path has one spelling, everything else is not there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from pydantic import ConfigDict, TypeAdapter, ValidationError

LOCATION_LENGTH = 4096
"""Longest path with query in characters; longer ones are nobody's link."""
SEGMENT_LENGTH = 512
"""Longest path segment in characters."""
MAX_FIELDS = 64
"""Most query parameters that are read."""

_SECOND_SPELLING = re.compile(r'%(?:2[de]|[46][1-9a-f]|[57][0-9a]|3[0-9]|5f|7e)', re.IGNORECASE)
"""An unreserved character in disguise: `/%70remium` is not how a link to /premium is spelled (RFC 3986, 2.3)."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a browser is or wants to go: the path as sent and its segments decoded, query and fragment."""

    path: str
    segments: tuple[str, ...]
    query: str
    fragment: str

    @property
    def url(self) -> str:
        """Path and query, as sent."""
        return f'{self.path}?{self.query}' if self.query else self.path


def parse(text: object) -> Location | None:
    """Read a path with query and fragment as a browser sends it; None for anything odd, of whatever type."""
    if not isinstance(text, str) or not text.startswith('/') or len(text) > LOCATION_LENGTH:
        return None
    if not text.isascii() or not text.isprintable() or ' ' in text or '\\' in text:
        return None
    rest, _, fragment = text.partition('#')
    path, _, query = rest.partition('?')
    if _SECOND_SPELLING.search(path):
        return None
    raw = () if path == '/' else tuple(path[1:].split('/'))
    try:
        segments = tuple(unquote(segment, errors='strict') for segment in raw)
    except UnicodeDecodeError:
        return None
    if not all(_is_plain(segment) for segment in segments):
        return None
    return Location(path, segments, query, fragment)


def _is_plain(segment: str) -> bool:
    # An encoded slash, a dot segment or a control character is how one door is made to read another path.
    return (
        0 < len(segment) <= SEGMENT_LENGTH
        and segment not in ('.', '..')
        and segment.isprintable()
        and '/' not in segment
        and '\\' not in segment
    )


class Template:
    """The path of a page, such as `/cars/{car_id}`: static segments and whole-segment parameters."""

    def __init__(self, path: str) -> None:
        """Raises ValueError, with a sentence, when the path cannot be one."""
        self.path = path
        if not path.startswith('/') or (path != '/' and path.endswith('/')):
            raise ValueError(f'the path "{path}" must start with "/" and must not end with one')
        self._segments = () if path == '/' else tuple(path[1:].split('/'))
        self.names = tuple(s[1:-1] for s in self._segments if s.startswith('{') and s.endswith('}'))
        for segment in self._segments:
            self._check(segment)
        if len(set(self.names)) != len(self.names):
            raise ValueError(f'the path "{path}" names a parameter twice')

    def _check(self, segment: str) -> None:
        if segment.startswith('{') and segment.endswith('}') and segment[1:-1].isidentifier():
            return
        if not re.fullmatch(r'[\w~.-]+', segment) or segment in ('.', '..'):
            raise ValueError(
                f'the path "{self.path}" has a part "{segment}": use letters, digits, "-", "_", "." or a whole {{name}}'
            )

    @property
    def shape(self) -> tuple[str, ...]:
        """The same for two templates that match the same paths; static before parameters when sorted."""
        return tuple('~{}' if s.startswith('{') else s for s in self._segments)

    def match(self, location: Location) -> dict[str, str] | None:
        """The parameters of a location that fits, else None."""
        if len(location.segments) != len(self._segments):
            return None
        values: dict[str, str] = {}
        for template, text in zip(self._segments, location.segments, strict=True):
            if template.startswith('{'):
                values[template[1:-1]] = text
            elif text != template:
                return None
        return values


def overlap(one: Template, one_is_folder: bool, other: Template, other_is_folder: bool) -> bool:
    """Whether an address can belong to both. A folder has all addresses below its path, and not that path itself."""
    if not one_is_folder and not other_is_folder and len(one.shape) != len(other.shape):
        return False
    if one_is_folder != other_is_folder:
        folder, single = (one, other) if one_is_folder else (other, one)
        if len(single.shape) <= len(folder.shape):
            return False
    return all(a == b or '~{}' in (a, b) for a, b in zip(one.shape, other.shape, strict=False))


class Parameter:
    """One declared parameter of a page function, filled from the path or the query and converted to its type."""

    def __init__(self, name: str, annotation: Any, *, in_path: bool, required: bool) -> None:
        self.name, self.in_path, self.required = name, in_path, required
        config = ConfigDict(allow_inf_nan=False)
        plain = annotation is Any or hasattr(annotation, '__pydantic_fields__')
        self._adapter: TypeAdapter[Any] = TypeAdapter(annotation, config=None if plain else config)

    def convert(self, text: str) -> Any:
        """The value; raises ValueError when the text does not convert, or is a second spelling of a number."""
        try:
            value = self._adapter.validate_strings(text)
        except ValidationError as error:
            raise ValueError(self.name) from error
        if isinstance(value, int) and not isinstance(value, bool) and str(value) != text:
            raise ValueError(self.name)
        return value


def arguments(parameters: tuple[Parameter, ...], path: Mapping[str, str], query: str) -> dict[str, Any] | None:
    """The values for a page function; None when one is missing or does not convert. Undeclared ones are ignored."""
    try:
        fields = dict(parse_qsl(query, keep_blank_values=True, errors='strict', max_num_fields=MAX_FIELDS))
        values: dict[str, Any] = {}
        for parameter in parameters:
            source = path if parameter.in_path else fields
            if parameter.name in source:
                values[parameter.name] = parameter.convert(source[parameter.name])
            elif parameter.required:
                return None
    except ValueError:  # also UnicodeDecodeError
        return None
    return values
