"""Handlers that still run when the right to run them goes: they are stopped at their next await.

A move to another page stops none of them: somebody who saves and goes on wants the saving finished.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from nicegui import background_tasks

Running = set[asyncio.Task[Any]]

_noted: list[asyncio.Task[Any]] | None = None


def install() -> None:
    """Note the tasks that NiceGUI starts for handlers."""
    vars(background_tasks)['create'] = _noting(background_tasks.create)


def _noting(create: Callable[..., asyncio.Task[Any]]) -> Callable[..., asyncio.Task[Any]]:
    @wraps(create)
    def create_and_note(*args: Any, **options: Any) -> asyncio.Task[Any]:
        task = create(*args, **options)
        if _noted is not None:
            _noted.append(task)
        return task

    return create_and_note


@contextmanager
def note(running: Running) -> Iterator[None]:
    """Keep the tasks that are started while this (synchronous) block runs in `running` until they are done."""
    global _noted
    outer, _noted = _noted, []
    try:
        yield
    finally:
        for task in _noted:
            running.add(task)
            task.add_done_callback(running.discard)
        _noted = outer


def stop(running: Running) -> None:
    """Cancel what still runs, but for the task that asks."""
    asking = asyncio.current_task()
    for task in list(running):
        if task is not asking:
            task.cancel()
