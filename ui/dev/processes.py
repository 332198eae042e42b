"""Processes that do one thing each, and hear when they should make way for the next.

Fork knows no threads: whoever calls it has none.
"""

import atexit
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

AT_ONCE = 0.5
"""Seconds until a process that should make way for the next is killed: an endless loop does not hear of it."""
GRACE = 9.0
"""Seconds that a stop may take; the server's own are fewer (ui/server.py)."""
SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a process."""
STOPS = (signal.SIGTERM, signal.SIGINT)


@dataclass(slots=True)
class Child:
    """The process of a start, seen from the first one. It ends at once when `held` is closed, by whatever cause."""

    pid: int
    held: int
    ended: int | None = field(default=None)

    def status(self) -> int | None:
        """How it has ended, as a shell says it; None: it has not."""
        if self.ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if pid else None
            self.ended = SIGNALLED - code if code is not None and code < 0 else code
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


def fork(act: Callable[[int], None]) -> Child:
    """Run `act(ends_at)` in a process of its own, where the file descriptor can be read once it should end at once."""
    sys.stdout.flush()
    sys.stderr.flush()
    readable, held = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # none may come while its handler is still the caller's
    pid = os.fork()
    if pid == 0:
        os.close(held)
        _become(act, readable)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    os.close(readable)
    return Child(pid, held)


def _become(act: Callable[[int], None], ends_at: int) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    random.seed()  # else every process would throw the same dice
    importlib.invalidate_caches()
    act(ends_at)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # nothing is left but memory, which Python would take a tenth of a second to free
