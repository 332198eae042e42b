"""Handlers that still run when the right to run them goes: they are stopped at their next await.

A move to another page stops none of them: somebody who saves and goes on wants the saving finished.
"""

import asyncio
from typing import Any

Running = set[asyncio.Task[Any]]


def stop(running: Running) -> None:
    """Cancel what still runs, but for the task that asks."""
    asking = asyncio.current_task()
    for task in list(running):
        if task is not asking:
            task.cancel()
