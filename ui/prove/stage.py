"""The site under proof as those see it who try its doors: it can be asked what became of each numbered thing."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ui.prove.facts import Facts, PageFacts
from ui.prove.notes import Report
from ui.prove.site import Site, SiteError

LAUNCHER = ('ui.prove.server',)
"""The module that starts the site and observes it."""
NUMBER = 'X-Prove-Number'
"""Header with which a request says under which number it asks for what became of it."""
EVERY = 0.004
"""Seconds between two looks at the report: a tenth of what the fastest revocation takes."""
PATIENCE = 15.0
"""Seconds in which a door must have answered: above the ten that a page may take to be drawn."""


class Stage(Site):
    """The observed site."""

    def __init__(self, pages: Path, *, launcher: Sequence[str] = LAUNCHER) -> None:
        super().__init__(pages, launcher=launcher)
        self._numbers = itertools.count(1)
        self._patience = PATIENCE
        self.report: Report

    def start(self) -> None:
        super().start()
        self.report.read()
        if self.report.facts is None:
            raise SiteError('the launcher did not say which pages there are')

    def launch(self) -> list[str]:
        file = self.folder / 'report.jsonl'
        file.touch()
        self.report = Report(file)
        return [*self.launcher, str(file)]

    @property
    def facts(self) -> Facts:
        assert self.report.facts is not None  # noqa: S101 - `start` has seen to it
        return self.report.facts

    def number(self) -> int:
        """A new number to ask under."""
        return next(self._numbers)

    async def _until(self, look: Callable[[], Any]) -> bool:
        """Whether `look()`, at the report as it is then, became true in time."""
        ends = time.monotonic() + self._patience
        while True:
            self.report.read()
            if look():
                return True
            if time.monotonic() > ends:
                return False
            await asyncio.sleep(EVERY)

    async def handled(self, numbers: Iterable[int]) -> None:
        """Wait until the socket's door has done with these frames.

        Raises:
            TimeoutError: it has not in time, so that nothing can be said about them
        """
        wanted = set(numbers)
        if not await self._until(lambda: wanted <= self.report.handled):
            self._patience = EVERY  # the next ones would not come either
            raise TimeoutError('the server did not say what became of what was sent')

    def was_built(self, number: int, page: PageFacts) -> bool:
        return (number, page.path) in self.report.built
