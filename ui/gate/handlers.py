"""Handlers that still run when the right to run them goes: they are stopped at their next await.

A move to another page stops none of them: somebody who saves and goes on wants the saving finished.
"""

import asyncio
from typing import Any

from nicegui import run

Running = set[asyncio.Task[Any]]


def install() -> None:
    """Let `run.io_bound` and `run.cpu_bound` end with the handler that awaits them. NiceGUI answers None instead when
    that is stopped, and the handler goes on (until its version 4, as it says there)."""
    original = run._run

    async def wait(*args: Any, **options: Any) -> Any:
        result = await original(*args, **options)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        return result

    vars(run)['_run'] = wait


def stop(running: Running) -> None:
    """Cancel what still runs, but for the task that asks."""
    asking = asyncio.current_task()
    for task in list(running):
        if task is not asking:
            task.cancel()
