"""The door inside an open document: moves that a page's own script asks for, and ones that it never would."""

from ui.prove import spellings
from ui.prove.doors.trial import Trial
from ui.prove.personas import OPEN, SHUT
from ui.prove.tab import Tab

EVENTS = ('sub_pages_open', 'sub_pages_navigate')
"""What the browser's half sends: for back and forward, and for links."""


async def plain(trial: Trial) -> None:
    """Move to the page from another open page, in both ways."""
    standing = await trial.guest.standing(trial.page.path)
    for event in EVENTS:
        if event != EVENTS[0]:
            await _go_back(trial, standing)
        was_shown = await _move(trial, standing, event, trial.witness.location)
        trial.note('move', OPEN if trial.may else SHUT, OPEN if was_shown else SHUT, event)


async def _move(trial: Trial, standing: Tab, event: str, location: object) -> bool:
    number, before = trial.stage.number(), len(standing.frames)
    await standing.send(standing.router(event), location, number=number)
    await trial.stage.handled([number])
    if not trial.stage.was_built(number, trial.page):
        return trial.page.marker in str(standing.frames[before:])
    return not trial.may or await _has_come(trial, standing)


async def _has_come(trial: Trial, standing: Tab) -> bool:
    """Whether what was built for somebody who may see it reaches their browser."""
    try:
        await standing.until(lambda: standing.says(trial.page.marker))
    except TimeoutError:
        return False
    return True


async def odd(trial: Trial) -> None:
    """Move to odd spellings, and to what is no text at all."""
    location = trial.witness.location
    targets = spellings.values(location)
    if not (trial.may and trial.page.has_parameters):
        targets += spellings.of(location)
    standing = await trial.guest.standing(trial.page.path)
    numbered = [(trial.stage.number(), target) for target in targets]
    for turn, (number, target) in enumerate(numbered):
        await standing.send(standing.router(EVENTS[turn % 2]), target, number=number)
    await trial.stage.handled(number for number, _ in numbered)
    for number, target in numbered:
        trial.note_shut('move', trial.stage.was_built(number, trial.page), f'to {target!r}'[:80])


async def _go_back(trial: Trial, standing: Tab) -> None:
    """To the page on which this tab stands, so that the next move is one."""
    number = trial.stage.number()
    await standing.send(standing.router(), standing.path, number=number)
    await trial.stage.handled([number])
