"""Waiting for a condition, never for a while."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

EVERY = 0.02
"""Seconds between two looks."""


async def eventually(look: Callable[[], Any], *, within: float = 10, why: str = '') -> Any:
    """The first true value of `look()`, which may be async; AssertionError when there is none `within` seconds."""
    ends = time.monotonic() + within
    while True:
        seen = look()
        if inspect.isawaitable(seen):
            seen = await seen
        if seen:
            return seen
        assert time.monotonic() < ends, f'waited {within} s for {why or inspect.getsource(look).strip()}'
        await asyncio.sleep(EVERY)
