"""Why a developer's own code failed, in one line for the report: it is no door's doing."""

import inspect
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ui.gate import DeclarationError

LENGTH = 300
"""Characters of a reason: one or two lines of a terminal."""


def watch(act: Callable[[], Any], failed: Callable[[str], None]) -> Any:
    """What `act()` returns; when it raises, or what it returns does once it is awaited, `failed(why)` hears of it."""
    try:
        result = act()
    except Exception as error:
        failed(_why(error))
        raise
    return _finish(result, failed) if inspect.iscoroutine(result) else result


async def _finish(result: Awaitable[Any], failed: Callable[[str], None]) -> Any:
    try:
        return await result
    except Exception as error:
        failed(_why(error))
        raise


def _why(error: Exception) -> str:
    if isinstance(error, DeclarationError):  # says itself where, and what to do
        return str(error)[:LENGTH]
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if 'site-packages' not in frame.filename]
    where = f'{Path(lines[-1].filename).name}:{lines[-1].lineno}: ' if lines else ''
    return f'{where}{type(error).__name__}: {" ".join(str(error).split())}'[:LENGTH]
