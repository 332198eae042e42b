"""Which of the developer's files have changed. It looks instead of being told: that works on every disk, shared ones
too, needs no thread beside a process that forks, and forgets nothing between two looks.
"""

import importlib.util
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ui.gate.sources import python_folders

RECENT = 50_000_000
"""Nanoseconds after which a further change gives a folder another time: the clock of a file system ticks every 1 to
10 ms. A folder that changed just now is listed once more.
"""

Stamp = tuple[int, ...]


class Watch:
    """The Python files of a folder, and single files besides. A look at 100 files takes a fifth of a millisecond."""

    def __init__(self, folder: Path, others: Iterable[Path] = ()) -> None:
        self._folder, self._others = folder, tuple(others)
        self._folders: dict[Path, Stamp] = {}
        self._files: dict[Path, Stamp] = {}
        self._list()

    def changes(self) -> set[Path]:
        """The files that came, went or were saved since the last look."""
        before = dict(self._files)
        if any(_stamp(folder) != stamp for folder, stamp in self._folders.items()):
            self._list()  # something came or went there
        self._files = {file: _stamp(file) for file in self._files}
        return {file for file in before | self._files if before.get(file, ()) != self._files.get(file, ())}

    def _list(self) -> None:
        found = list(python_folders(self._folder))
        just_now = time.time_ns() - RECENT
        self._folders = {
            folder: () if status.st_mtime_ns > just_now else _stamp_of(status) for folder, status, _ in found
        }
        self._files = {file: _stamp(file) for _, _, files in found for file in files}
        self._files |= {file: _stamp(file) for file in self._others}


def _stamp(path: Path) -> Stamp:
    """What is different once a file was saved; () when it is not there."""
    with suppress(OSError):
        return _stamp_of(path.stat())
    return ()


def _stamp_of(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_ino, status.st_size


def forget_bytecode(files: Iterable[Path]) -> None:
    """Make Python compile these again. Its own check has whole seconds and the size, which two quick saves share."""
    for file in files:
        if file.suffix == '.py':
            with suppress(OSError):
                Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
