"""Waiting for a condition, never for a while."""

import asyncio
import inspect
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

EVERY = 0.02
"""Seconds between two looks."""
NOMINAL = 1.2
"""Seconds in which a machine of today starts a Python that loads NiceGUI."""
MOST = 8.0
"""How much longer is waited at most."""


def _slowness() -> float:
    """How many times slower than usual this machine is: that is no fault of what is tested."""
    began = time.perf_counter()
    subprocess.run([sys.executable, '-c', 'import nicegui'], check=True)
    return min(max((time.perf_counter() - began) / NOMINAL, 1.0), MOST)


SLOWNESS = _slowness()


async def eventually(look: Callable[[], Any], *, within: float = 10, why: str = '') -> Any:
    """The first true value of `look()`, which may be async; AssertionError when there is none `within` seconds (of a
    machine as fast as usual).
    """
    within *= SLOWNESS
    ends = time.monotonic() + within
    while True:
        seen = look()
        if inspect.isawaitable(seen):
            seen = await seen
        if seen:
            return seen
        assert time.monotonic() < ends, f'waited {within} s for {why or inspect.getsource(look).strip()}'
        await asyncio.sleep(EVERY)
