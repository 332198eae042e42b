"""Turns: who of this process is at work under one key, so that nobody is refused for what will be given back.

No more are at work at once under a key than could be let through, the longest waiting first; the others wait here and
ask the database nothing. All take their keys in one order, so that no two wait for each other.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from auth.errors import AuthError, Reason

PATIENCE = 10.0
"""Seconds that somebody waits for their turn: a little more than the longest queue for a hash (passwords.QUEUE)."""


class Lane:
    """What this process does under one key."""

    def __init__(self, width: int) -> None:
        self.free = asyncio.Semaphore(width)
        self.unsettled: list[int] = []
        """Moments of the places taken here of which nobody knows yet whether they are given back."""
        self.settled = asyncio.Event()
        """Set when the next one of them is settled."""

    def settle(self, moment: int) -> None:
        self.unsettled.remove(moment)
        self.settled.set()
        self.settled = asyncio.Event()


_lanes: WeakValueDictionary[str, Lane] = WeakValueDictionary()


class Turn:
    """A turn under some keys; `lanes` by key."""

    def __init__(self, widths: Mapping[str, int]) -> None:
        self.lanes = {key: _lanes.setdefault(key, Lane(width)) for key, width in sorted(widths.items())}
        self._ends = asyncio.get_running_loop().time() + PATIENCE

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """Around what waits for others; AuthError BUSY when all waits of this turn take too long."""
        try:
            async with asyncio.timeout_at(self._ends):
                yield
        except TimeoutError:
            raise AuthError(Reason.BUSY) from None


@asynccontextmanager
async def taken(widths: Mapping[str, int]) -> AsyncIterator[Turn]:
    """Wait for a turn under these keys, each with how many may be at work at once; AuthError BUSY after PATIENCE."""
    turn = Turn(widths)
    async with AsyncExitStack() as stack:
        async with turn.patience():
            for lane in turn.lanes.values():
                await stack.enter_async_context(lane.free)
        yield turn
