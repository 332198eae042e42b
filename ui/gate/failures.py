"""What happens when a handler raises: one log line with a reference, and a word to whoever pressed the button."""

import secrets
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path

import nicegui
import structlog
from nicegui import app

from auth.errors import AuthError
from ui.gate import visit as visits
from ui.gate.declarations import DeclarationError

log = structlog.get_logger()

shows_details = False
"""Whether a page says what its code raised: to whoever develops it, on their own machine."""

NICEGUI = str(Path(nicegui.__file__).parent)
STDLIB = sysconfig.get_path('stdlib')


def install(tell: Callable[[str, str], None], tell_refusal: Callable[[AuthError], None]) -> None:
    """Take the place of NiceGUI's own log lines; `tell(reference, detail)` says it on its page.

    A refusal that a handler has not caught is no failure: `tell_refusal` says it there.
    """

    def handle(error: Exception) -> None:
        visit = visits.current()
        path = visit.page.path if visit and visit.page else ''
        is_there = visit is not None and not visit.is_gone()
        if _is_from_outside(error):
            log.warning('event not understood', page=path, why=f'{type(error).__name__}: {error}')
            return
        if isinstance(error, AuthError):
            log.info('handler refused', page=path, why=error.reason.value)
            if is_there:
                tell_refusal(error)
            return
        reference = report('handler failed', error, page=path)
        if is_there:
            tell(reference, detail(error))

    app._exception_handlers[:] = [handle]


def report(event: str, error: BaseException, **values: str) -> str:
    """Log what a developer's code raised; returns the reference under which a person can name it. What was declared
    wrongly is one line that says where: no way that led there helps."""
    reference = secrets.token_hex(4)
    if isinstance(error, DeclarationError):
        log.error(event, reference=reference, why=str(error), **values)
    else:
        log.error(event, reference=reference, exc_info=error, **values)
    return reference


def detail(error: BaseException) -> str:
    """What a page may say about it: nothing, but to its developer."""
    if not shows_details:
        return ''
    if isinstance(error, DeclarationError):
        return str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_library(frame.filename)]
    where = f'{frames[-1].filename}:{frames[-1].lineno}: ' if frames else ''
    return f'{where}{type(error).__name__}: {error}'


def _is_from_outside(error: BaseException) -> bool:
    """Whether no line of ours or of a developer's had a part in it: NiceGUI could not read what a browser sent."""
    return all(_is_library(frame.filename) for frame in traceback.extract_tb(error.__traceback__))


def _is_library(filename: str) -> bool:
    return filename.startswith(NICEGUI) or (filename.startswith(STDLIB) and 'site-packages' not in filename)
