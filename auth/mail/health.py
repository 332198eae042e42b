"""Whether the mail server takes mails, as last seen: one warning when it stops and one when it is back."""

import random
import time
from typing import Final

import structlog

FIRST_PAUSE: Final = 1.0
"""Seconds until a server that was down is tried again; it doubles."""
LONGEST_PAUSE: Final = 60.0
"""Seconds: issue 4 gives two minutes for all that has waited to go out."""

log = structlog.get_logger()


class Health:
    """Whether the server takes mails, as last seen, and when it is worth another try."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._pause = 0.0
        self._until = 0.0

    @property
    def is_failing(self) -> bool:
        return self._pause > 0

    @property
    def rest(self) -> float:
        """Seconds until the next try; 0 when it may be now."""
        return max(0.0, self._until - time.monotonic())

    def failed(self, reason: str) -> None:
        if self.rest:
            return  # another delivery saw the same
        if not self.is_failing:
            log.warning('the mail server takes no mail: all wait until it does', server=self._place, reason=reason)
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
        self._until = time.monotonic() + self._pause * random.uniform(0.75, 1)  # noqa: S311 - spreads load

    def worked(self) -> None:
        if self.is_failing:
            log.warning('the mail server takes mail again', server=self._place)
        self._pause = self._until = 0.0
