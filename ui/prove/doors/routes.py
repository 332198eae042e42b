"""Routes, folders of files and local files that a page shows: each has an address of its own, which asks a gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auth.access import Gate
from ui.prove import spellings
from ui.prove.checks import Check, Proof
from ui.prove.facts import EMPTY, Facts
from ui.prove.guests import Guest
from ui.prove.notes import Shown
from ui.prove.personas import OPEN, SHUT, expected
from ui.prove.stage import Stage

SENT: Final = frozenset({200, 206})
"""Statuses of what was not refused."""
SENT_OR_GONE: Final = SENT | {404}
"""The same where nothing may be: NiceGUI takes the address of a local file away with any tab that showed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that has an address and is no page. Each of the `ways` is the gates around it, all of which must be
    open; that one is shows in the statuses of `let_through`.
    """

    name: str
    address: str
    methods: tuple[str, ...]
    ways: tuple[tuple[Gate | None, ...], ...]
    let_through: frozenset[int] = SENT


def places(facts: Facts, files: Mapping[str, set[Shown]]) -> list[Place]:
    """All there are; `files` is {address of a local file: where it was shown}."""
    found = []
    for one in facts.routes:
        let_through = SENT_OR_GONE if one.kind == EMPTY else SENT
        found.append(Place(f'{one.path} ({one.kind})', one.address, one.methods, ((one.gate,),), let_through))
    for address, shown in sorted(files.items()):
        name = f'{address.rpartition("/")[2]} (shown on {", ".join(sorted({page for page, _ in shown}))})'
        found.append(Place(name, address, ('GET',), tuple(gates for _, gates in shown), SENT_OR_GONE))
    return found


async def ask(stage: Stage, proof: Proof, guest: Guest, place: Place) -> None:
    """Ask for it plainly; where that must be refused, in odd spellings too."""
    may = any(all(_opens(stage, gate, guest) for gate in around) for around in place.ways)
    for method in place.methods:
        seen = await _is_sent(stage, guest, place, place.address, method)
        proof.checks.append(_check(place, guest, 'address', may, seen, f'{method} {place.address}'))
    for target in [] if may else spellings.of(place.address):
        seen = await _is_sent(stage, guest, place, target, 'GET')
        proof.checks.append(_check(place, guest, 'spelling', False, seen, f'GET {target}'))


def _opens(stage: Stage, gate: Gate | None, guest: Guest) -> bool:
    return expected(gate, guest.persona, stage.facts.groups) == OPEN


async def _is_sent(stage: Stage, guest: Guest, place: Place, target: str, method: str) -> bool:
    number = stage.number()
    answer = await guest.ask(target, number, method)
    stage.report.read()
    known = place.let_through if target == place.address else place.let_through - {404}  # odd ones are not there
    return answer.status in known or number in stage.report.reached


def _check(place: Place, guest: Guest, door: str, may: bool, is_sent: bool, how: str) -> Check:
    return Check(place.name, str(guest.persona), door, OPEN if may else SHUT, OPEN if is_sent else SHUT, how)
