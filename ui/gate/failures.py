"""What happens when a handler raises: one log line with a reference, and a word to whoever pressed the button."""

import secrets
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path

import nicegui
import structlog
from nicegui import app

from ui.gate import visit as visits

log = structlog.get_logger()

NICEGUI = str(Path(nicegui.__file__).parent)
STDLIB = sysconfig.get_path('stdlib')


def install(tell: Callable[[str], None]) -> None:
    """Take the place of NiceGUI's own log lines; `tell(reference)` says it on the page where it happened."""

    def handle(error: Exception) -> None:
        visit = visits.current()
        path = visit.page.path if visit and visit.page else ''
        if _is_from_outside(error):
            log.warning('event not understood', page=path, why=f'{type(error).__name__}: {error}')
            return
        reference = secrets.token_hex(4)
        log.error('handler failed', page=path, reference=reference, exc_info=error)
        if visit is not None and not visit.over and not visit.client.is_deleted:
            tell(reference)

    app._exception_handlers[:] = [handle]


def _is_from_outside(error: BaseException) -> bool:
    """Whether no line of ours or of a developer's had a part in it: NiceGUI could not read what a browser sent."""
    return all(_is_library(frame.filename) for frame in traceback.extract_tb(error.__traceback__))


def _is_library(filename: str) -> bool:
    return filename.startswith(NICEGUI) or (filename.startswith(STDLIB) and 'site-packages' not in filename)
