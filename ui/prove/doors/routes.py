"""Routes, folders of files and local files that a page shows: each has an address of its own, which asks a gate."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auth.access import Gate
from ui.prove import spellings
from ui.prove.checks import Check, Proof
from ui.prove.facts import Facts
from ui.prove.guests import Guest
from ui.prove.personas import OPEN, SHUT, expected
from ui.prove.stage import Stage
from ui.prove.tab import Tab

_LOCAL = re.compile(r'/_nicegui/auto/[^"\\\s]+')


LOCAL: Final = frozenset({200, 206, 404})
"""Statuses of a local file that was not refused: NiceGUI takes its address away with any tab that showed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that has an address and is no page; any one of the gates opens it, which these statuses show."""

    name: str
    address: str
    methods: tuple[str, ...]
    gates: tuple[Gate | None, ...]
    let_through: frozenset[int] = frozenset({200, 206})


def shown_by(tab: Tab) -> set[str]:
    """The addresses of local files that a page shows."""
    return set(_LOCAL.findall(json.dumps(list(tab.elements.values()))))


def places(facts: Facts, local: Mapping[str, set[str]]) -> list[Place]:
    """All there are; `local` is {address of a local file: paths of the pages that show it}."""
    gates = {page.path: page.gate for page in facts.pages}
    found = [
        Place(f'{route.path} ({route.kind})', route.address, route.methods, (route.gate,)) for route in facts.routes
    ]
    for address, paths in sorted(local.items()):
        name = f'{address.rpartition("/")[2]} (shown on {", ".join(sorted(paths))})'
        found.append(Place(name, address, ('GET',), tuple(gates[path] for path in sorted(paths)), LOCAL))
    return found


async def ask(stage: Stage, proof: Proof, guest: Guest, place: Place) -> None:
    """Ask for it plainly; where that must be refused, in odd spellings too."""
    may = any(expected(gate, guest.persona, stage.facts.groups) == OPEN for gate in place.gates)
    for method in place.methods:
        seen = await _is_sent(stage, guest, place, place.address, method)
        proof.checks.append(_check(place, guest, 'address', may, seen, f'{method} {place.address}'))
    for target in [] if may else spellings.of(place.address):
        seen = await _is_sent(stage, guest, place, target, 'GET')
        proof.checks.append(_check(place, guest, 'spelling', False, seen, f'GET {target}'))


async def _is_sent(stage: Stage, guest: Guest, place: Place, target: str, method: str) -> bool:
    number = stage.number()
    answer = await guest.ask(target, number, method)
    stage.report.read()
    known = place.let_through if target == place.address else place.let_through - {404}  # odd ones are not there
    return answer.status in known or number in stage.report.reached


def _check(place: Place, guest: Guest, door: str, may: bool, is_sent: bool, how: str) -> Check:
    return Check(place.name, str(guest.persona), door, OPEN if may else SHUT, OPEN if is_sent else SHUT, how)
