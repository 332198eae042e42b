"""The HTTP server: uvicorn as we run it, on a port that is taken before anything else is done."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from auth.settings import Settings, SettingsError, is_host_name

KEEP_ALIVE = 75
"""Seconds that an unused connection stays open: longer than those who reuse it think (nginx 60, httpx 5). Whoever sent
a request just as it was closed would get no answer.
"""
GRACE = 5
"""Seconds that open connections get at a stop: half of the ten that a stop may take in all."""
AFTER_CUT = 0.1
"""Seconds that requests whose connection was cut get to find out."""
FRAME_SIZE = 1_100_000
"""Bytes of one websocket frame: NiceGUI's browser half sends at most 1,000,000."""


def listen(settings: Settings) -> socket.socket:
    """Take the port, so that a second start changes nothing.

    Raises:
        SettingsError: it cannot be had
    """
    if not is_host_name(settings.host):
        raise SettingsError(f'{settings.host} is no host: choose another --host, such as 127.0.0.1')
    family = socket.AF_INET6 if ':' in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        is_name = isinstance(error, socket.gaierror)
        why = 'there is no such host' if is_name else str(getattr(error, 'strerror', None) or error).lower()
        cure = f'choose another {"--host" if is_name else "--port"}'
        raise SettingsError(f'cannot listen on {settings.host}:{settings.port}, {why}: {cure}') from error
    return listener


class Server(uvicorn.Server):
    """Serves until a signal comes, or until the file descriptor `ends_at` can be read, which ends it at once.

    `when_ready` is called once the site answers.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, when_ready: Callable[[], Awaitable[None]], ends_at: int | None = None
    ) -> None:
        super().__init__(_config(app, settings))
        self._when_ready = when_ready
        self._ends_at = ends_at
        self._at_once = asyncio.Event()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn raises the signal again when it is done; the default would end us before the database is closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _already_stopping)
        if self._ends_at is not None:
            asyncio.get_running_loop().add_reader(self._ends_at, self._end_at_once, self._ends_at)
        await super().serve(sockets)

    def _end_at_once(self, ends_at: int) -> None:
        asyncio.get_running_loop().remove_reader(ends_at)
        self.should_exit = True
        self._at_once.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._when_ready()

    async def main_loop(self) -> None:
        # uvicorn looks ten times a second whether it should end
        ends = asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._at_once.wait())
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self._at_once.is_set():
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        await self._drop_connections()
        await self.lifespan.shutdown()

    async def _drop_connections(self) -> None:
        """Who waits for an answer asks the next server. What comes of the requests cut off is nobody's log line."""
        logging.disable()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=AFTER_CUT)
        logging.disable(logging.NOTSET)


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level='warning',
        access_log=False,
        server_header=False,
        ws_max_size=FRAME_SIZE,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
        # From loopback too, uvicorn would believe anybody's X-Forwarded-For.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
    )


def _already_stopping(_: int, __: FrameType | None) -> None:
    """The server has taken the signal and stops."""
