"""One line an event, on stderr. Nothing from outside can end a line, start another or colour a terminal."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

VALUE_LENGTH = 300
"""Characters of one value in a log line: enough for a path or an address, too few to flood a disk."""
LINE_LENGTH = 1000
"""Characters of the one line that says why a command failed: what it quotes may be as long as an argument can be."""

_SHARED: list[structlog.typing.Processor] = [
    structlog.processors.TimeStamper(fmt='iso', utc=True),
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,
]


def clean(value: object, length: int = VALUE_LENGTH) -> str:
    """A value as it may stand in a log line or a terminal: printable, on one line, cut."""
    text = str(value)
    text = text if len(text) <= length else text[:length] + '…'
    return ''.join(c if c.isprintable() else c.encode('unicode_escape', 'backslashreplace').decode() for c in text)


def complaint(text: str) -> str:
    """The one line that says on stderr why a command failed."""
    return f'nicegate: {clean(" ".join(text.split()), LINE_LENGTH)}'


def _clean_all(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _clean_one(key, value) for key, value in event.items()}


def _clean_one(key: str, value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    # A traceback is our own text and the one thing that may be long: it is kept whole, on one line.
    return _one_line(value) if key == 'exception' else clean(value)


def _one_line(text: object) -> str:
    return ' | '.join(line.strip() for line in str(text).splitlines())


_RENDER: list[structlog.typing.Processor] = [
    _clean_all,
    structlog.processors.LogfmtRenderer(key_order=['timestamp', 'level', 'event'], bool_as_flag=False),
]


def configure(level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's log through the same lines. Call once, before the first event."""
    structlog.configure(
        processors=[*_SHARED, *_RENDER],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDER],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
