"""What may come over a socket at all: five kinds of text frames. Everything else ends the connection, with one line.

python-socketio trusts its peer: a name that is no text, a packet that stops half-way or a binary one raises deep
inside, each with a traceback of its own.
"""

import logging
from typing import Final

import structlog
from nicegui import core

log = structlog.get_logger()

NAMES: Final = frozenset({'handshake', 'event', 'javascript_response', 'ack', 'log'})
"""What NiceGUI's browser half emits."""
BINARY: Final = ('5', '6')
"""First characters of binary packets; NiceGUI sends none."""


def install() -> None:
    """Check each frame before the library acts on it, and keep what it says about broken ones on one line."""
    core.sio.eio.on('message', _message)
    original = core.sio._handle_event

    async def handle_event(eio_sid: str, namespace: str | None, id: int | None, data: object) -> None:
        if not isinstance(data, list) or not data or not isinstance(data[0], str) or data[0] not in NAMES:
            raise ValueError('an event that no page of ours sends')
        await original(eio_sid, namespace, id, data)

    core.sio._handle_event = handle_event
    for name in ('engineio.server', 'socketio.server'):
        logger = logging.getLogger(name)
        logger.handlers.clear()  # theirs write raw lines
        logger.addFilter(_on_one_line)


async def _message(eio_sid: str, data: object) -> None:
    try:
        if not isinstance(data, str) or data.startswith(BINARY):
            raise ValueError('a binary frame')
        await core.sio._handle_eio_message(eio_sid, data)
    except Exception as error:  # whatever a hostile frame sets off in there
        log.info('frame refused', why=type(error).__name__)
        await core.sio.eio.disconnect(eio_sid)


def _on_one_line(record: logging.LogRecord) -> bool:
    """Their tracebacks are about what somebody sent, not about our code."""
    record.exc_info, record.levelno, record.levelname = None, logging.WARNING, 'WARNING'
    return True
