"""What the doors have decided lately, for a developer to look at. Only a server in development keeps it."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from auth.access import Decision, Gate, decide
from auth.current_user import CurrentUser

if TYPE_CHECKING:
    from ui.gate.scopes import Scope
    from ui.gate.visit import Visit

KEPT: Final = 60
"""Decisions that are remembered: more than anybody reads, and than a page of 20 sections makes at once."""


@dataclass(slots=True)
class Decided:
    """One decision, and how often in a row it was made. `door` says in a word who asked; `at` is a Unix time."""

    door: str
    path: str
    gate: Gate | None
    user: CurrentUser | None
    decision: Decision
    at: float = field(default_factory=time.time, compare=False)
    times: int = field(default=1, compare=False)


_latest: deque[Decided] | None = None


def start_keeping() -> None:
    global _latest
    _latest = deque(maxlen=KEPT)


def latest() -> list[Decided]:
    """What is remembered, newest first."""
    return list(_latest or ())


def note(door: str, path: str, gate: Gate | None, user: CurrentUser | None, decision: Decision) -> Decision:
    """Remember a decision, if somebody wants to know; hands it back."""
    if _latest is not None:
        decided = Decided(door, path, gate, user, decision)
        if _latest and _latest[0] == decided:  # each key in a text field is a decision
            decided.times += _latest.popleft().times
        _latest.appendleft(decided)
    return decision


def note_within(door: str, scope: 'Scope') -> bool:
    """Whether what happens in a page or section may go on; of the gates around it a closed one is remembered."""
    is_open = scope.is_open()
    if _latest is not None and not any(one.over for one in scope.chain()):
        gates = [one.what.gate for one in scope.chain()]
        user = scope.visit.user
        gate = next((gate for gate in gates if decide(gate, user) is not Decision.ALLOW), gates[0])
        note(door, scope.visit.location, gate, user, decide(gate, user))
    return is_open


def note_section(function: Callable[..., Any], gate: Gate, visit: 'Visit') -> None:
    """Remember whether a section was drawn, if somebody wants to know."""
    if _latest is not None:
        note(f'section {function.__name__}', visit.location, gate, visit.user, decide(gate, visit.user))
