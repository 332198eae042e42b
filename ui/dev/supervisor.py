"""Starts the server anew for every change that is saved.

One process imports everything that does not change and takes the port; for each start it forks another, which loads
the pages and serves. A fork costs some milliseconds, where Python and NiceGUI need over a second. The port stays open
in between, so that a request during the change waits for its answer. The first process runs no line of the
developer's: whatever their code does, the next save is a clean start.
"""

import gc
import mmap
import signal
import site
import socket
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from auth import logs
from auth.settings import Settings, SettingsError
from ui.dev import documents, requirements
from ui.dev.documents import Notice
from ui.dev.processes import SIGNALLED, STOPS, Child, fork
from ui.dev.watch import Watch, forget_bytecode
from ui.gate.declarations import DeclarationError
from ui.gate.sources import Source

EVERY = 0.05
"""Seconds between two looks at the files: a save is seen after 25 ms on average."""
SETTLE = 0.02
"""Seconds without a further change before the files are read: an editor empties a file before it fills it."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One start, seen from its own process. `notice` is what to show instead of the pages, if anything.

    `began` is on the clock of `time.monotonic`; the file descriptor `ends_at` can be read once it should end at once.
    """

    title: str
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


Serve = Callable[[Generation, Settings], None]


class Supervisor:
    """`serve(generation, settings)` loads and serves the pages, in a process of its own, until that should end.

    `settings` are of the first start; `reread` reads them anew for each later one.
    """

    def __init__(
        self,
        source: Source,
        listener: socket.socket,
        settings: Settings,
        reread: Callable[[], Settings],
        serve: Serve,
    ) -> None:
        self._source, self._listener, self._serve = source, listener, serve
        self._settings, self._reread = settings, reread
        self._requirements = frozenset(requirements.places(source))
        self._watch = Watch(source.folder, (*self._requirements, Path('.env')))
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
        gc.freeze()  # so that no process looks through what is here already
        status = None
        while status is None:
            notice = self._bring_requirements()
            status = 0 if self._stopping else self._attend(self._fork(notice))
        if status > SIGNALLED and not self._stopping:
            by = f'was ended by signal {status - SIGNALLED}'
            print(logs.complaint(f'{self._source.title} {by}: start it again'), file=sys.stderr)
        return status

    def _on_stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _attend(self, child: Child) -> int | None:
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
        if self._failure is not None and not self._requirements & self._changed:
            return self._failure
        self._failure = None
        try:
            while (file := requirements.wanted(self._source)) and not self._stopping:
                self._install(file)
        except requirements.RequirementsError as error:
            self._failure = documents.not_installed(str(error))
            print(logs.complaint(f'{requirements.NAME} could not be installed: {error}'), file=sys.stderr)
        return self._failure

    def _install(self, file: Path) -> None:
        """Until it is done, is saved again, or everything should stop. The browser is told meanwhile."""
        print(f'Installing {file}', flush=True)
        installation = requirements.install(file)
        child = self._fork(documents.INSTALLING)
        is_over = False
        while not is_over and installation.process.poll() is None:
            is_over = self._stopping or not self._requirements.isdisjoint(self._changes_in(EVERY))
        child.make_way()
        if is_over:
            installation.stop()
        else:
            installation.finish()
            self._has_installed = True

    def _fork(self, notice: Notice | None) -> Child:
        return fork(
            lambda ends_at: self._act(Generation(self._source.title, self._began, ends_at, notice, self._announced))
        )

    def _act(self, generation: Generation) -> None:
        """One start, in its own process."""
        if self._has_installed:
            site.addsitedir(sysconfig.get_path('purelib'))  # an editable package is known by a .pth file there
        notice, settings = generation.notice, self._settings
        try:
            settings = self._reread()
            if notice is None:
                self._serve(generation, settings)
                return
        except (DeclarationError, SettingsError) as error:  # the developer's to mend; all else ends everything
            notice = documents.broken(str(error), self._source)
            print(logs.complaint(str(error)), file=sys.stderr)
        documents.serve(notice, settings, self._listener, generation.ends_at)
