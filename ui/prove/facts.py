"""What the server under proof says about itself: its pages, groups and routes, as plain values that cross a process."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from auth.access import Access, Gate

EMPTY = 'folder without files'
"""Kind of a route that answers whoever may with 404."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page: `locations` are addresses that it answers, the likeliest first, and `marker` stands in all it sends."""

    path: str
    title: str
    gate: Gate | None
    marker: str
    locations: tuple[str, ...]
    has_parameters: bool


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """A route or a folder of files: `address` is one that it answers, with `methods`; `kind` names it to people."""

    path: str
    gate: Gate
    kind: str
    address: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it; `groups` is {key: keys of the roles a member holds all of}, `parts` the gates within pages."""

    groups: Mapping[str, frozenset[str]]
    pages: tuple[PageFacts, ...]
    routes: tuple[RouteFacts, ...]
    parts: tuple[Gate | None, ...]

    def gates(self) -> list[Gate | None]:
        """Every gate that was declared, of pages, routes and parts of pages, each once."""
        own = [*(page.gate for page in self.pages), *(route.gate for route in self.routes)]
        return list(dict.fromkeys([*own, *self.parts]))

    def to_json(self) -> dict[str, Any]:
        return {
            'groups': {key: sorted(roles) for key, roles in self.groups.items()},
            'pages': [asdict(page) | {'gate': write_gate(page.gate)} for page in self.pages],
            'parts': [write_gate(gate) for gate in self.parts],
            'routes': [asdict(route) | {'gate': write_gate(route.gate)} for route in self.routes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> 'Facts':
        return cls(
            {key: frozenset(roles) for key, roles in data['groups'].items()},
            tuple(PageFacts(**_read_fields(page, 'locations')) for page in data['pages']),
            tuple(RouteFacts(**_read_fields(route, 'methods')) for route in data['routes']),
            tuple(read_gate(gate) for gate in data['parts']),
        )


def write_gate(gate: Gate | None) -> dict[str, Any] | None:
    """A gate as JSON."""
    return None if gate is None else {'access': gate.access.value, 'groups': sorted(gate.groups)}


def read_gate(data: Mapping[str, Any] | None) -> Gate | None:
    return None if data is None else Gate(Access(data['access']), frozenset(data['groups']))


def _read_fields(fields: dict[str, Any], several: str) -> dict[str, Any]:
    return fields | {'gate': read_gate(fields['gate']), several: tuple(fields[several])}
