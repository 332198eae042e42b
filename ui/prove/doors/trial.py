"""One person at one page: what they try, and what they note about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ui.prove.checks import Check, Proof, Revocation
from ui.prove.facts import PageFacts
from ui.prove.guests import Guest
from ui.prove.personas import OPEN, SHUT, expected
from ui.prove.stage import Stage
from ui.prove.tab import Listener, Tab


@dataclass(frozen=True, slots=True)
class Click:
    """A listener that somebody has recorded, and its name."""

    listener: Listener
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a click. `may` is what the gate of its own handler says, where it has one."""

    click: Click
    has_run: bool
    may: bool = True
    is_shells: bool = False


@dataclass(frozen=True, slots=True)
class Witness:
    """What somebody who may open every page has of this one: its address, an open tab of it, and its clicks.

    There is no tab of a page whose own code fails: only who may not open it tries its doors.
    """

    guest: Guest
    location: str
    tab: Tab | None = None
    clicks: tuple[Click, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A guest at a page."""

    stage: Stage
    guest: Guest
    page: PageFacts
    witness: Witness
    proof: Proof

    @property
    def expected(self) -> str:
        return expected(self.page.gate, self.guest.persona, self.stage.facts.groups)

    @property
    def may(self) -> bool:
        return self.expected == OPEN

    def note(self, door: str, expected: str, seen: str, how: str = '') -> None:
        self.proof.checks.append(Check(self.page.path, str(self.guest.persona), door, expected, seen, how))

    def note_shut(self, door: str, is_open: object, how: str = '') -> None:
        """Nothing may come of it."""
        self.note(door, SHUT, OPEN if is_open else SHUT, how)

    def note_revocation(self, how: str, seconds: float) -> None:
        self.proof.revocations.append(Revocation(self.page.path, str(self.guest.persona), how, seconds))

    async def send(self, sender: Tab, clicks: Sequence[Click], client_id: str | None = None) -> list[Sent]:
        """Send these clicks from an open tab, as ones of its own page or of somebody else's; what became of each."""
        if not sender.socket.connected:
            return [Sent(click, has_run=False) for click in clicks]
        numbered = [(self.stage.number(), click) for click in clicks]
        for number, click in numbered:
            await sender.send(click.listener, client_id=client_id, number=number)
        await self.stage.handled(number for number, _ in numbered)
        return [self._outcome(number, click) for number, click in numbered]

    def _outcome(self, number: int, click: Click) -> Sent:
        report, groups = self.stage.report, self.stage.facts.groups
        if number in report.guards:  # a handler with a gate of its own
            gate = report.guards[number]
            may = expected(gate, self.guest.persona, groups) == OPEN
            return Sent(replace(click, name=f'{click.name} that needs {gate}'), number in report.admitted, may)
        return Sent(click, report.ran.get(number) == click.listener.listener, is_shells=number in report.shells)

    async def note_replayed(
        self, sender: Tab, clicks: Sequence[Click], how: str, *, door: str = 'replay', client_id: str | None = None
    ) -> None:
        """Replay recorded clicks; none of them may run."""
        for sent in await self.send(sender, clicks, client_id):
            self.note_shut(door, sent.has_run, f'{sent.click.name} {how}')
