"""What the doors have decided lately, for a developer to look at. Only a server in development keeps it."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from auth.access import Decision, Gate
from auth.current_user import CurrentUser

KEPT: Final = 50
"""Decisions that are remembered: more than anybody reads."""

Door = Literal['page', 'move', 'click', 'live', 'upload', 'route', 'file']


@dataclass(slots=True)
class Decided:
    """One decision, and how often in a row it was made. `at` is a Unix time in seconds."""

    door: Door
    path: str
    gate: Gate | None
    user: CurrentUser | None
    decision: Decision
    at: float = field(default_factory=time.time)
    times: int = 1

    def is_as(self, other: 'Decided') -> bool:
        return (self.door, self.path, self.gate, self.user, self.decision) == (
            *(other.door, other.path, other.gate, other.user, other.decision),
        )


_latest: deque[Decided] | None = None


def start_keeping() -> None:
    global _latest
    _latest = deque(maxlen=KEPT)


def note(door: Door, path: str, gate: Gate | None, user: CurrentUser | None, decision: Decision) -> Decision:
    """Remember a decision, if somebody wants to know; hands it back."""
    if _latest is not None:
        decided = Decided(door, path, gate, user, decision)
        if _latest and _latest[0].is_as(decided):  # each key in a text field is a decision
            decided.times += _latest.popleft().times
        _latest.appendleft(decided)
    return decision


def latest() -> list[Decided]:
    """What is remembered, newest first."""
    return list(_latest or ())
