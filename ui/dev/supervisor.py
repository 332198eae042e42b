"""Starts the server anew for every change that is saved.

One process imports everything that does not change and takes the port; for each start it forks another, which loads
the pages and serves. A fork costs some milliseconds, where Python and NiceGUI need over a second. The port stays open
in between, so that a request during the change waits for its answer. The first process has no threads, which could
not be forked, and runs no line of the developer's: whatever their code does, the next save is a clean start.
"""

import atexit
import importlib
import mmap
import os
import random
import signal
import site
import socket
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from auth import logs
from auth.settings import Settings, SettingsError
from ui.dev import documents, requirements
from ui.dev.documents import Notice
from ui.dev.watch import Watch, forget_bytecode
from ui.gate.declarations import DeclarationError
from ui.gate.sources import Source

EVERY = 0.05
"""Seconds between two looks at the files: a save is seen after 25 ms on average."""
SETTLE = 0.02
"""Seconds without a further change before the files are read: an editor empties a file before it fills it."""
AT_ONCE = 0.5
"""Seconds until a process that should make way for the next is killed: an endless loop does not hear of it."""
GRACE = 9.0
"""Seconds that a stop may take; the server's own are fewer (ui/server.py)."""
STOPS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Generation:
    """One start, seen from its own process. `notice` is what to show instead of the pages, if anything.

    `began` is on the clock of `time.monotonic`; the file descriptor `ends_at` can be read once it should end at once.
    """

    began: float
    ends_at: int
    notice: Notice | None
    _announced: mmap.mmap

    @property
    def is_first(self) -> bool:
        """Whether the site has not been ready yet, in no start."""
        return not self._announced[0]

    @property
    def age(self) -> float:
        """Seconds since the change was seen."""
        return time.monotonic() - self.began

    def note_ready(self) -> None:
        self._announced[0] = 1


@dataclass(slots=True)
class _Child:
    """The process of a start, seen from the first one. It ends at once when `held` is closed, by whatever cause."""

    pid: int
    held: int
    ended: int | None = field(default=None)

    def status(self) -> int | None:
        """How it has ended, as a shell says it; None: it has not."""
        if self.ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if pid else None
            self.ended = 128 - code if code is not None and code < 0 else code
        return self.ended

    def make_way(self) -> None:
        os.close(self.held)
        self._wait(AT_ONCE)

    def stop(self) -> int:
        os.kill(self.pid, signal.SIGTERM)
        return self._wait(GRACE)

    def _wait(self, seconds: float) -> int:
        until = time.monotonic() + seconds
        while (status := self.status()) is None:
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.005)
        return status


class Supervisor:
    """`serve(generation)` loads and serves the pages, in a process of its own, and returns when that should end."""

    def __init__(
        self, source: Source, settings: Settings, listener: socket.socket, serve: Callable[[Generation], None]
    ) -> None:
        self._source, self._settings, self._listener, self._serve = source, settings, listener, serve
        self._requirements = requirements.find(source)
        self._watch = Watch(source.folder, (self._requirements, Path('.env')))
        self._changed: set[Path] = set()
        self._failure: Notice | None = None
        self._has_installed = False
        self._stopping = False
        self._began = time.monotonic()
        self._announced = mmap.mmap(-1, 1)  # shared by all processes

    def run(self) -> int:
        """The exit status, once a signal has come or a process has ended by itself."""
        self._listener.listen()  # from now on requests wait while no process serves
        for number in STOPS:
            signal.signal(number, self._on_stop)
        status = None
        while status is None:
            notice = self._bring_requirements()
            status = 0 if self._stopping else self._attend(self._fork(notice))
        return status

    def _on_stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _attend(self, child: _Child) -> int | None:
        """None as soon as a change asks for another start."""
        while not self._stopping:
            if (status := child.status()) is not None:
                return status
            if changed := self._watch.changes():
                self._began = time.monotonic()
                while more := self._changes_in(SETTLE):
                    changed |= more
                child.make_way()
                forget_bytecode(changed)
                self._changed = changed
                return None
            time.sleep(EVERY)
        return child.stop()

    def _changes_in(self, seconds: float) -> set[Path]:
        time.sleep(seconds)
        return self._watch.changes()

    # ------------------------------------------------------------------ requirements

    def _bring_requirements(self) -> Notice | None:
        """Install what is asked for and not there; the reason when that fails, which stands until they are saved."""
        if self._failure is None or self._requirements in self._changed:
            self._failure = None
            try:
                while not requirements.is_installed(requirements.digest(self._requirements)) and not self._stopping:
                    self._install()
            except requirements.RequirementsError as error:
                self._failure = documents.not_installed(str(error))
                print(logs.complaint(f'{self._requirements} could not be installed: {error}'), file=sys.stderr)
        return self._failure

    def _install(self) -> None:
        """Until it is done, is saved again, or everything should stop. The browser is told meanwhile."""
        print(f'Installing {self._requirements}', flush=True)
        installation = requirements.install(self._requirements)
        child = self._fork(documents.INSTALLING)
        while installation.process.poll() is None:
            if self._stopping or self._requirements in self._changes_in(EVERY):
                installation.stop()
                break
        child.make_way()
        if installation.process.returncode >= 0:
            installation.finish()
            self._has_installed = True

    # ------------------------------------------------------------------ processes

    def _fork(self, notice: Notice | None) -> _Child:
        sys.stdout.flush()
        sys.stderr.flush()
        readable, held = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # none may come while its handler is still ours
        pid = os.fork()
        if pid == 0:
            os.close(held)
            self._become(Generation(self._began, readable, notice, self._announced))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        os.close(readable)
        return _Child(pid, held)

    def _become(self, generation: Generation) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        random.seed()  # else every start would throw the same dice
        importlib.invalidate_caches()
        if self._has_installed:
            site.addsitedir(sysconfig.get_path('purelib'))  # an editable package is known by a .pth file there
        self._act(generation)
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # nothing is left but memory, which Python would take a tenth of a second to free

    def _act(self, generation: Generation) -> None:
        notice = generation.notice
        if notice is None:
            try:
                self._serve(generation)
                return
            except (DeclarationError, SettingsError) as error:  # the developer's to mend; all else ends everything
                notice = documents.broken(str(error), self._source)
                print(logs.complaint(str(error)), file=sys.stderr, flush=True)
        documents.serve(notice, self._settings, self._listener, generation.ends_at)
