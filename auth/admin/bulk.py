"""One verb on many people, each in a transaction of its own: one refusal holds up nobody."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from auth.errors import AuthError

Verb = Callable[[str], Awaitable[object]]
"""Acts on the person of a public id; False when that changed nothing."""
STEP = 20
"""People between two words about how far it is: some tens of milliseconds."""


@dataclass(slots=True)
class Report:
    """How far a bulk act is: public ids that were changed, and why others were refused."""

    total: int
    done: int = 0
    changed: list[str] = field(default_factory=list)
    refused: list[tuple[str, AuthError]] = field(default_factory=list)


async def act_on(ids: Sequence[str], verb: Verb, tell: Callable[[Report], None]) -> Report:
    """Run `verb` on each; `tell` hears every few people how far it is."""
    report = Report(len(ids))
    for id in ids:
        try:
            if await verb(id) is not False:
                report.changed.append(id)
        except AuthError as error:
            report.refused.append((id, error))
        report.done += 1
        if report.done % STEP == 0:
            tell(report)
    tell(report)
    return report
