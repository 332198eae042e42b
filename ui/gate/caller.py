"""Which line of the developer's a message is about."""

import contextlib
import inspect
from pathlib import Path

OURS = ('ui.gate', 'ui.actions', 'ui.forms')
"""What a developer calls: a wrong call is said to be wrong where that stands."""
LIBRARIES = frozenset({'nicegui', 'fastapi', 'starlette'})
"""What calls us, or is called, on behalf of a line of the developer's."""


def caller() -> str:
    """File and line of the nearest caller outside this package and the libraries around it, for messages."""
    frame = inspect.currentframe()
    while frame is not None and _is_between(frame.f_globals.get('__name__')):
        frame = frame.f_back
    if frame is None:
        return 'somewhere'
    file = Path(frame.f_code.co_filename)
    with contextlib.suppress(ValueError):
        file = file.relative_to(Path.cwd())
    return f'{file}:{frame.f_lineno}'


def _is_between(module: object) -> bool:
    return isinstance(module, str) and (module.startswith(OURS) or module.partition('.')[0] in LIBRARIES)
