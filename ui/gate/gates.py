"""All gates as one value, to list, to keep and to compare, and the words for them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from auth.access import Access, Gate
from ui.gate import registry
from ui.gate.registry import Part

NO_GATE: Final = 'no gate'
_OUR_WORDS: Final = frozenset({
    'all', 'and', 'anybody', 'anyone', 'everybody', 'everyone', 'gate', 'nobody', 'or', 'public', 'signed', 'signed-in',
    'signed-out', 'without',
})  # fmt: skip
"""What says in our sentences whom is meant: a group with such a word in its name stands there in quotes."""


class Door(NamedTuple):
    """What a gate stands in front of: a page, a route or a folder by its path, a part of a page by its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        if self.kind == 'page':
            return self.name
        return f'the {self.kind} {called(self.name) if self.kind == "part" else self.name}'


@dataclass(frozen=True, slots=True)
class Gates:
    """What was declared: the gate of each door, and the roles that a member of each group holds."""

    doors: Mapping[Door, Gate | None] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def beside(self, other: 'Gates') -> 'Gates':
        """What is declared here and not there."""
        return Gates(
            {door: gate for door, gate in self.doors.items() if door not in other.doors},
            {key: roles for key, roles in self.groups.items() if key not in other.groups},
        )


def declared() -> Gates:
    """What the registry holds now."""
    doors: dict[Door, Gate | None] = {Door('page', page.path): page.default_gate for page in registry.pages()}
    for route in registry.routes():
        doors[Door('folder' if route.is_folder else 'route', route.template.path)] = route.gate
    seen = Counter[str]()
    for part in sorted(registry.parts(), key=_place):
        seen[part.name] += 1
        # Two of one name may have two gates: a line each, so that none hides the other's.
        doors[Door('part', part.name if seen[part.name] == 1 else f'{part.name} ({seen[part.name]})')] = part.gate
    return Gates(doors, {group.key: group.roles for group in registry.groups()})


def _place(part: Part) -> tuple[str, int]:
    file, _, line = part.source.rpartition(':')
    return file, int(line) if line.isdecimal() else 0


class Source(NamedTuple):
    """Where a gate is declared, as file and line, and the path or the name of what it stands in front of."""

    source: str
    name: str
    gate: Gate | None


def sources() -> list[Source]:
    """Each gate that the registry holds now."""
    found = [Source(page.source, page.path, page.default_gate) for page in registry.pages()]
    found += [Source(route.source, route.template.path, route.gate) for route in registry.routes()]
    return found + [Source(part.source, part.name, part.gate) for part in registry.parts()]


def called(name: str) -> str:
    """A name as it may stand in a sentence of ours: in quotes when it could be read as a part of it."""
    is_plain = re.fullmatch(r'[\w.-]+( [\w.-]+)*', name) and not _OUR_WORDS & set(name.casefold().split())
    return name if is_plain else f'"{name}"'


def words(gate: Gate | None) -> str:
    """A gate in words: `public`, `signed-in`, `Admin or Premium`."""
    if gate is None:
        return NO_GATE
    return listed(gate.groups, 'or') if gate.access is Access.GROUPS else gate.access.value


def listed(names: Iterable[str], word: str = 'and') -> str:
    """Names in a sentence, sorted: `A`, `A and B`, `A, B and C`."""
    *most, last = [called(name) for name in sorted(names)]
    return f'{", ".join(most)} {word} {last}' if most else last
