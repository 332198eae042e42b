"""Installs the `requirements.txt` beside a developer's pages, without changing a package that Nicegate itself uses."""

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from ui.gate.sources import HOME, Source

NAME = 'requirements.txt'
LOCKS = (NAME, 'requirements-dev.txt')
"""Nicegate's own, in its own folder."""
STAMP = Path(sys.prefix) / 'pages-requirements'
"""Says what was installed last. It goes with the environment."""
OUTPUT = 'output.txt'
LINES = 15
"""Most lines of an installer's output that are shown when it fails."""


class RequirementsError(Exception):
    """They cannot be installed; the text says why, in one line or several."""


def places(source: Source) -> tuple[Path, ...]:
    """Where the requirements of these pages may be: in the package, else beside the pages."""
    folders = (source.package, source.folder) if source.package else (source.folder,)
    return tuple(folder / NAME for folder in folders if folder != HOME)  # there it is Nicegate's own lock


def wanted(source: Source) -> Path | None:
    """The file that has to be installed; None when there is none, or the environment has it.

    Raises:
        RequirementsError: it cannot be read
    """
    file = next((place for place in places(source) if place.is_file()), None)
    has = STAMP.read_text() if STAMP.is_file() else ''
    return file if file and _digest(file) != has else None


def _digest(file: Path) -> str:
    """What tells this content of this file from all others."""
    try:
        return hashlib.sha256(str(file).encode() + b'\0' + file.read_bytes()).hexdigest()
    except OSError as error:
        raise RequirementsError(f'It cannot be read: {(error.strerror or "").lower()}.') from error


@dataclass(frozen=True, slots=True)
class Installation:
    """An installer at work. `digest` is of what it began with; `folder` holds its constraints and what it prints."""

    digest: str
    process: 'subprocess.Popen[bytes]'
    folder: Path

    def finish(self) -> None:
        """Once the process has ended: remember that it is done.

        Raises:
            RequirementsError: it failed; the end of what it printed
        """
        said = (self.folder / OUTPUT).read_text(errors='replace')
        shutil.rmtree(self.folder)
        if self.process.returncode != 0:
            raise RequirementsError(_why(said))
        STAMP.write_text(self.digest)

    def stop(self) -> None:
        """End it before its time."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def install(file: Path) -> Installation:
    """Start to install, with the file's own folder as the working directory, for what it names there.

    Raises:
        RequirementsError: there is nothing to install with
    """
    command, digest = _installer(), _digest(file)
    folder = Path(mkdtemp(prefix='nicegate-'))  # not one that cleans up by itself: a forked process would do that, too
    constraints = folder / 'constraints.txt'
    constraints.write_text('\n'.join(_pinned()))
    with (folder / OUTPUT).open('wb') as log:
        process = subprocess.Popen(  # noqa: S603 - the developer's file, on the developer's machine
            [*command, '--requirement', str(file), '--constraint', str(constraints)],
            cwd=file.parent,
            env=os.environ | {'PIP_USER': '0', 'PIP_DISABLE_PIP_VERSION_CHECK': '1', 'NO_COLOR': '1'},
            stdin=subprocess.DEVNULL,  # nobody is there to type a password for an index
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return Installation(digest, process, folder)


def _installer() -> list[str]:
    """uv, else the pip of the Python that the environment was made with: as `./run` does, the environment has none."""
    if uv := shutil.which('uv'):
        return [uv, 'pip', 'install', '--python', sys.executable]
    pip = [sys._base_executable, '-m', 'pip']  # type: ignore[attr-defined]  # public only as venv's own knowledge
    asked = subprocess.run([*pip, '--version'], capture_output=True, check=False)  # noqa: S603 - nothing from outside
    if asked.returncode != 0:
        raise RequirementsError('Neither uv nor pip is there to install it with: install one of them (python3-pip).')
    return [*pip, '--python', sys.executable, 'install', '--progress-bar', 'off']


def _pinned() -> Iterator[str]:
    """A constraint for each package of our locks, at the version that is installed."""
    locks = ''.join((HOME / lock).read_text() for lock in LOCKS if (HOME / lock).is_file())
    for name in sorted(set(re.findall(r'^([\w.-]+)==', locks, re.MULTILINE))):
        with suppress(importlib.metadata.PackageNotFoundError):
            yield f'{name}=={importlib.metadata.version(name)}'


def _why(output: str) -> str:
    """From the first line that names an error, as pip and uv write it; else the end."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    errors = [at for at, line in enumerate(lines) if re.match(r'\s*(error|×)', line, re.IGNORECASE)]
    shown = lines[errors[0] :][:LINES] if errors else lines[-LINES:]
    text = '\n'.join(shown) or 'The installer did not say why.'
    return re.sub(r'(?<=://)[^/\s@]+@', '', text)  # an index may be named with a password
