"""A developer's site on an empty database, in processes of its own: nothing outside its folder is touched."""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
FOREIGN = ('PYTEST', 'NICEGUI', 'NICEGATE')
"""Variables of the developer's own site and of a test run: none of them may reach this one."""
STARTS_WITHIN = 60.0
"""Seconds that a start may take: importing a large pages file on a busy machine takes its time."""
STOPS_WITHIN = 10.0
"""Seconds that a stop may take, as `run` promises."""
EVERY = 0.02
"""Seconds between two looks at a site that starts."""
PLAIN = ('ui.prove.clean',)
"""The module that starts the site as it is."""
LINE = re.compile(r'nicegate: (.+)')


class SiteError(Exception):
    """The site could not be started or spoken with; the text is one line that says why."""


class Site:
    """One site over one pages file. `launcher` is the module that starts it, with arguments of its own.

    Raises SiteError from whatever cannot be done.
    """

    def __init__(self, pages: Path, *, launcher: Sequence[str] = PLAIN) -> None:
        self._pages = pages.absolute()
        self.launcher = launcher
        self._processes: list[subprocess.Popen[bytes]] = []
        self._operator: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()
        self.port = _free_port()
        self.url = f'http://127.0.0.1:{self.port}'

    # ------------------------------------------------------------------ start and stop

    def start(self) -> None:
        """Start it, and come back once it answers."""
        self._temporary = tempfile.TemporaryDirectory(prefix='nicegate-', ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)
        try:
            self._spawn(*self.launch(), 'run', '--pages', str(self._pages), '--port', str(self.port))
            self._operator = self._spawn('ui.prove.operator', stdout=subprocess.PIPE)
            with httpx.Client() as http:
                _wait(lambda: self._answers(http), STARTS_WITHIN, 'the site to start')
        except BaseException:
            self.stop()
            raise

    def launch(self) -> list[str]:
        """The module to start, with what it needs to know of this site."""
        return list(self.launcher)

    def _spawn(self, *module: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        with self.log.open('ab') as log:
            process = subprocess.Popen(  # noqa: S603 - our own modules
                # -P: a file of the developer's beside which this runs must not take the place of one of ours.
                [sys.executable, '-P', '-m', *module],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log if stdout is None else stdout,
                stderr=log,
            )
        self._processes.append(process)
        return process

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(FOREIGN)}
        paths = [str(ROOT), *filter(None, [kept.get('PYTHONPATH')])]
        return kept | {
            'PYTHONPATH': os.pathsep.join(paths),
            'NICEGATE_DATABASE_URL': f'sqlite:///{(self.folder / "site.sqlite3").as_posix()}',
            'NICEGATE_DATA_DIR': str(self.folder / 'data'),
            'NICEGATE_BCRYPT_COST': '4',  # bcrypt's least: these passwords guard nothing
            'NICEGUI_STORAGE_PATH': str(self.folder / 'storage'),
        }

    def why_ended(self) -> str | None:
        """What the site said last, when it has ended by itself; None while it runs."""
        if self._processes and self._processes[0].poll() is None:
            return None
        said = LINE.findall(self.output)
        return said[-1] if said else f'the site ended: {self.output[-1000:].strip()}'

    def _answers(self, http: httpx.Client) -> bool:
        if (why := self.why_ended()) is not None:
            raise SiteError(why)
        try:
            return http.get(f'{self.url}/healthz').status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """End all of it and take away its folder."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                pipe.close()
        self._processes.clear()
        self._temporary.cleanup()

    @property
    def log(self) -> Path:
        """The file with all that the site has printed."""
        return self.folder / 'site.log'

    @property
    def output(self) -> str:
        return self.log.read_text(errors='replace')

    # ------------------------------------------------------------------ people

    async def create(self, email: str, password: str, *, roles: Iterable[str] = (), groups: Iterable[str] = ()) -> None:
        """Make a person who holds these roles, and those of these groups."""
        name = email.partition('@')[0]
        await self._act(verb='create', email=email, password=password, name=name, roles=[*roles], groups=[*groups])

    async def grant(self, email: str, *, roles: Iterable[str] = (), groups: Iterable[str] = ()) -> float:
        """Give roles, and those of groups; the moment at which that was begun, in seconds since 1970."""
        return await self._act(verb='grant', email=email, roles=[*roles], groups=[*groups])

    async def revoke(self, email: str, *, roles: Iterable[str] = (), groups: Iterable[str] = ()) -> float:
        """Take roles, and those of groups; the moment at which that was begun, in seconds since 1970."""
        return await self._act(verb='revoke', email=email, roles=[*roles], groups=[*groups])

    async def _act(self, **act: Any) -> float:
        return await asyncio.to_thread(self._ask, act)  # a thread: the tabs go on hearing what comes meanwhile

    def _ask(self, act: dict[str, Any]) -> float:
        operator = self._operator
        if operator is None or operator.stdin is None or operator.stdout is None:
            raise SiteError('the site is not running')
        with self._asking:
            operator.stdin.write(json.dumps(act).encode() + b'\n')
            operator.stdin.flush()
            answer = operator.stdout.readline()
        if not answer:
            raise SiteError(f'the operator ended: {self.output[-1000:].strip()}')
        said = json.loads(answer)
        if 'error' in said:
            raise SiteError(said['error'])
        return float(said['began'])


async def sign_in(http: httpx.AsyncClient, site: Site, email: str, password: str) -> None:
    """Sign in as the form does it: the cookie is in `http` afterwards."""
    headers = {'Accept': 'application/json', 'Origin': site.url}
    answer = await http.post(f'{site.url}/auth/sign-in', data={'email': email, 'password': password}, headers=headers)
    if answer.status_code != 200:
        raise SiteError(f'{email} could not sign in: {answer.status_code} {answer.text[:200]}')


async def sign_out(http: httpx.AsyncClient, site: Site) -> None:
    """Sign out as the form does it."""
    headers = {'Accept': 'application/json', 'Origin': site.url}
    answer = await http.post(f'{site.url}/auth/sign-out', headers=headers)
    if answer.status_code != 200:
        raise SiteError(f'sign out was refused: {answer.status_code} {answer.text[:200]}')


def new_password() -> str:
    return secrets.token_urlsafe(12)


def _wait(look: Callable[[], Any], within: float, what: str) -> None:
    ends = time.monotonic() + within
    while not look():
        if time.monotonic() > ends:
            raise SiteError(f'waited {within:.0f} s for {what}')
        time.sleep(EVERY)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])
