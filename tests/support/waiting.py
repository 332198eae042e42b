"""Waiting for a condition, never for a while."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar('Seen')
EVERY = 0.02
"""Seconds between two looks."""


async def eventually(look: Callable[[], Seen | Awaitable[Seen]], *, within: float = 10, why: str = '') -> Seen:
    """The first true value of `look()`. Raises AssertionError when there is none `within` that many seconds."""
    ends = time.monotonic() + within
    while True:
        seen = look()
        value: Seen = await seen if inspect.isawaitable(seen) else seen
        if value:
            return value
        assert time.monotonic() < ends, f'waited {within} s for {why or inspect.getsource(look).strip()}'
        await asyncio.sleep(EVERY)
