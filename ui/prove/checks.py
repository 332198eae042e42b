"""One check: somebody tried one thing at one door, what had to come of it, and what did."""

from dataclasses import dataclass, field

from ui.prove.facts import Facts
from ui.prove.personas import Cast

DOORS = ('address', 'spelling', 'move', 'click', 'replay', 'cookie', 'origin', 'upload', 'revoke')
"""The doors of a page, in the order in which they are tried and shown."""
ALL_ROLES = 'all roles'
SIGNED_OUT = 'signed out'
FOLLOWS = 'follows'
"""What an open page must do when rights are taken and given back."""


@dataclass(frozen=True, slots=True)
class Check:
    """`place` is the path of a page or route, `how` the thing tried, where the door has more than one."""

    place: str
    persona: str
    door: str
    expected: str
    seen: str
    how: str = ''

    @property
    def differs(self) -> bool:
        return self.expected != self.seen


@dataclass(frozen=True, slots=True)
class Revocation:
    """How long an open page kept its content after a role was taken or its person signed out: `seconds` from the act,
    which `how` names.
    """

    place: str
    persona: str
    how: str
    seconds: float


@dataclass(slots=True)
class Proof:
    """All that was tried."""

    facts: Facts
    cast: Cast
    checks: list[Check] = field(default_factory=list)
    revocations: list[Revocation] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def differences(self) -> list[Check]:
        return [check for check in self.checks if check.differs]

    @property
    def slowest(self) -> Revocation | None:
        return max(self.revocations, key=lambda one: one.seconds, default=None)
