"""What the server under proof says about itself: its pages, groups and routes, as plain values that cross a process."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from auth.access import Access, Gate


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
    """All of it; `groups` is {key: keys of the roles a member holds all of}."""

    groups: Mapping[str, frozenset[str]]
    pages: tuple[PageFacts, ...]
    routes: tuple[RouteFacts, ...]

    def gates(self) -> list[Gate | None]:
        """Every gate that was declared, each once, in the order of declaration."""
        return list(dict.fromkeys([*(page.gate for page in self.pages), *(route.gate for route in self.routes)]))

    def to_json(self) -> dict[str, Any]:
        return {
            'groups': {key: sorted(roles) for key, roles in self.groups.items()},
            'pages': [asdict(page) | {'gate': _write(page.gate)} for page in self.pages],
            'routes': [asdict(route) | {'gate': _write(route.gate)} for route in self.routes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> 'Facts':
        return cls(
            {key: frozenset(roles) for key, roles in data['groups'].items()},
            tuple(PageFacts(**_read(page, 'locations')) for page in data['pages']),
            tuple(RouteFacts(**_read(route, 'methods')) for route in data['routes']),
        )


def _write(gate: Gate | None) -> dict[str, Any] | None:
    return None if gate is None else {'access': gate.access.value, 'groups': sorted(gate.groups)}


def _read(fields: dict[str, Any], several: str) -> dict[str, Any]:
    gate = fields['gate']
    read = None if gate is None else Gate(Access(gate['access']), frozenset(gate['groups']))
    return fields | {'gate': read, several: tuple(fields[several])}
