"""A real server, started as people start it: `main.py run` in a process of its own, and the command line beside it."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from tests.support import databases
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
FOREIGN = ('PYTEST', 'NICEGUI', 'NICEGATE')
"""Variables of the test run and of the developer's own shell. Neither may reach the server."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])


class Server:
    """One `main.py run` over one database. Settings are given without their prefix: `session_idle='2s'`.

    `folder` becomes its working directory (so that no `.env` of the developer's is read), its data and its log.
    """

    def __init__(
        self, database_url: str, folder: Path, *, pages: Path | None = None, reload: bool = False, **settings: str
    ) -> None:
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.database_url = database_url
        self.folder = folder
        self.log = folder / 'server.log'
        self.options = ['--port', str(self.port)] + (['--pages', str(pages)] if pages else [])
        self.options += ['--reload'] if reload else []
        # Cost 4 is bcrypt's least: the tests that are about the cost set their own.
        given = {
            'database_url': database_url,
            'data_dir': str(folder / 'data'),
            'bcrypt_cost': '4',
            'throttle': 'off',
            'verify_email': 'off',
        } | settings
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment |= {f'NICEGATE_{name.upper()}': value for name, value in given.items()}
        self.python = sys.executable
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    @asynccontextmanager
    async def serving(cls, kind: str, folder: Path, **options: Any) -> AsyncIterator[Self]:
        """A running one over a migrated database of its own."""
        async with databases.migrated(kind, folder) as url:
            server = cls(url, folder, **options)
            try:
                await server.start()
                yield server
            finally:
                await server.stop()

    def command(self, *arguments: str) -> list[str]:
        return [self.python, str(ROOT / 'main.py'), *arguments]

    async def start(self) -> None:
        self.launch()
        async with httpx.AsyncClient() as http:
            await eventually(lambda: self._answers(http), within=60, why='/healthz')

    def launch(self) -> None:
        """Start it, and do not wait for it."""
        with self.log.open('ab') as log:
            self.process = subprocess.Popen(
                self.command('run', *self.options),
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def _answers(self, http: httpx.AsyncClient) -> bool:
        assert self.process is not None and self.process.poll() is None, f'the server ended:\n{self.output}'
        try:
            return (await http.get(f'{self.url}/healthz')).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self, sent: signal.Signals = signal.SIGTERM) -> float:
        """End it as a supervisor does; the seconds that took. Raises AssertionError after 15 s, and kills it."""
        if self.process is None:
            return 0
        began = time.monotonic()
        process, self.process = self.process, None
        process.send_signal(sent)
        try:
            await eventually(lambda: process.poll() is not None, within=15, why='the server to end')
        finally:
            process.kill()
            process.wait()
        return time.monotonic() - began

    async def cli(self, *arguments: str, typed: str = '', refused: bool = False) -> str:
        """Run a verb of the command line beside the server; what it printed.

        It must succeed; with `refused` it must fail with one line on stderr, which is what comes back.
        """
        verb = await asyncio.create_subprocess_exec(
            *self.command(*arguments), cwd=self.folder, env=self.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        out, err = (part.decode() for part in await verb.communicate(typed.encode()))
        assert (verb.returncode != 0) is refused, f'{arguments} ended with {verb.returncode}:\n{out}{err}'
        if refused:
            assert len(err.strip().splitlines()) == 1, f'{arguments} should fail with one line:\n{err}'
        return err.strip() if refused else out

    @property
    def output(self) -> str:
        return self.log.read_text(errors='replace')

    async def set_up_link(self) -> str:
        """The path of the link that a start prints while there is no site admin."""
        found = await eventually(lambda: re.search(r'/setup\?token=[\w.~-]+', self.output), why='the set-up link')
        return found[0]
