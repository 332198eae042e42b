"""The front door: the page's address, and every other way to write it."""

import asyncio

from ui.prove import spellings
from ui.prove.doors.trial import Trial
from ui.prove.personas import NO_ACCESS, OPEN, SIGN_IN
from ui.prove.raw import Answer

AT_ONCE = 8
"""Requests that one guest has under way."""


async def plain(trial: Trial) -> None:
    """Ask for the page as its links do."""
    number = trial.stage.number()
    answer = await trial.guest.ask(trial.witness.location, number)
    trial.stage.report.read()
    seen = _seen(trial, answer, number)
    trial.note('address', trial.expected, seen, trial.stage.report.failures.get(trial.page.path, ''))


def _seen(trial: Trial, answer: Answer, number: int) -> str:
    if trial.page.marker.encode() in answer.body:
        return OPEN
    if answer.status == 303:
        return SIGN_IN
    if answer.status == 403 and not trial.stage.was_built(number, trial.page):
        return NO_ACCESS
    return f'HTTP {answer.status}'


async def odd(trial: Trial) -> None:
    """Ask in odd spellings and with other methods: nothing of the page may come."""
    location = trial.witness.location
    asked = [(method, location) for method in spellings.METHODS]
    if not (trial.may and trial.page.has_parameters):  # an odd spelling may be a parameter's value to who may see it
        asked += [('GET', target) for target in spellings.of(location)]
    for first in range(0, len(asked), AT_ONCE):
        some = asked[first : first + AT_ONCE]
        leaks = await asyncio.gather(*(_shows(trial, method, target) for method, target in some))
        for (method, target), leak in zip(some, leaks, strict=True):
            trial.note_shut('spelling', leak, f'{method} {target}')


async def _shows(trial: Trial, method: str, target: str) -> bool:
    number = trial.stage.number()
    answer = await trial.guest.ask(target, number, method)
    trial.stage.report.read()
    return trial.page.marker.encode() in answer.body or trial.stage.was_built(number, trial.page)
