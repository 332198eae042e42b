"""Where a developer's pages are, a file or a package, and whether the names of their modules are theirs alone.

Their folder stands last on Python's path, so that a module of theirs never takes the place of one of ours or of a
library. A name that both have would silently mean the other one: it is refused before anything runs.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from ui.gate.declarations import DeclarationError

HOME = Path(__file__).resolve().parents[2]
"""Nicegate's own folder."""
OURS = ('auth', 'main', 'models', 'ui')
"""Top-level module names that are taken: a pages file that brought its own would get ours instead."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is loaded: `file` runs as the module `name`, and `folder` is where its absolute imports are looked for.

    `package` is the folder of a package, whose `__init__.py` is the file; None for a single file.
    """

    file: Path
    folder: Path
    name: str
    package: Path | None = None

    @property
    def title(self) -> str:
        """What people call it: `my.py`, or `shop` for a package."""
        return self.package.name if self.package else self.file.name


def locate(path: Path) -> Source:
    """The pages that a path names.

    Raises:
        DeclarationError: there are none; one line with the way out
    """
    try:
        return _locate(path)
    except OSError as error:  # longer than a path can be, or in a folder that is closed to us
        raise DeclarationError(f'--pages cannot be read, {(error.strerror or "").lower()}: {path}') from error


def _locate(path: Path) -> Source:
    if path.name == '__init__.py':
        path = path.parent
    if path.is_dir():
        return _package(path)
    if not path.is_file():
        raise DeclarationError(f'{path.absolute()}: there is no such pages file')
    if path.suffix != '.py':
        raise DeclarationError(f'{path}: a pages file is Python and ends in .py')
    return Source(path, path.resolve().parent, f'pages_{path.stem}')


def _package(path: Path) -> Source:
    if not (path / '__init__.py').is_file():
        raise DeclarationError(
            f'{path.absolute()} is a folder: name a .py file in it, or make it a package with an __init__.py'
        )
    package = path.resolve()
    if not package.name.isidentifier():
        fixed = re.sub(r'\W', '_', package.name)
        raise DeclarationError(f'{package}: Python cannot import this name: rename the folder, to "{fixed}" say')
    return Source(path / '__init__.py', package.parent, package.name, package)


def refuse_clashes(source: Source) -> None:
    """Refuse names that would mean another module than the one that is there.

    Raises:
        DeclarationError: one line with the file, the line of the import, and the way out
    """
    if source.package is not None:
        _refuse_package_name(source)
    if source.folder == HOME:
        return  # what is there is ours
    if source.package is None:
        _refuse_ours_beside(source)
    for file in _modules(source):
        for name, line, written in _imports(file):
            _refuse_elsewhere(source, file, name, f'{file}:{line}: `{written}`')


def _refuse_package_name(source: Source) -> None:
    owner = 'a module of Nicegate' if source.name in OURS else _owner(source.name, source.folder)
    if owner:
        raise DeclarationError(
            f'{source.package}: a package of this name would hide {owner}: rename it, to "my_{source.name}" say'
        )


def _refuse_ours_beside(source: Source) -> None:
    for name in OURS:
        if source.file.stem == name or _beside(source.folder, name):
            raise DeclarationError(
                f'{source.file}: "{name}" beside it has the name of a module of Nicegate: rename it, to "my_{name}" say'
            )


def _refuse_elsewhere(source: Source, file: Path, name: str, where: str) -> None:
    beside = _beside(file.resolve().parent, name) or _beside(source.folder, name)
    if not beside or name == source.name or not (owner := _owner(name, source.folder)):
        return
    raise DeclarationError(f'{where} finds {owner}, not {beside} beside it: rename it, to my_{beside} say')


def _beside(folder: Path, name: str) -> str:
    """The file or package of this name in a folder; '' when there is none."""
    if (folder / f'{name}.py').is_file():
        return f'{name}.py'
    return name if (folder / name / '__init__.py').is_file() else ''


def _owner(name: str, folder: Path) -> str:
    """Whose module an import finds before it comes to `folder`; '' when nobody's. Nothing is imported to find out."""
    if name in sys.stdlib_module_names:
        return "Python's own module"
    spec = PathFinder.find_spec(name, [entry for entry in sys.path if Path(entry).resolve() != folder])
    if spec is None or spec.origin is None:  # without an origin: a folder without __init__.py, which yields to a module
        return ''
    ours = Path(spec.origin).resolve()
    return 'a module of Nicegate' if any(HOME / top in (ours, *ours.parents) for top in OURS) else 'an installed module'


def _modules(source: Source) -> list[Path]:
    if source.package is None:
        return [source.file]
    return [file for _, _, files in python_folders(source.package) for file in files]


def python_folders(top: Path) -> Iterator[tuple[Path, os.stat_result, list[Path]]]:
    """A folder and those below it that hold Python, with their .py files; and those right below them that hold none.
    Each comes with what the system said of it before it was listed.

    That leaves out what lies beside a project and is none of it: hidden folders, environments, caches, node_modules.
    """
    todo, seen = [top], set()
    while todo:
        folder = todo.pop()
        try:
            status = folder.stat()
            entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith('.'))
        except OSError:  # it has gone, or is closed to us, and so to an import
            continue
        files = [entry for entry in entries if entry.suffix == '.py']
        yield folder, status, files
        identity = status.st_dev, status.st_ino
        if (files or folder == top) and identity not in seen:  # a link may lead back up
            seen.add(identity)
            todo += [entry for entry in entries if entry.suffix != '.py' and entry.is_dir()]


def _imports(file: Path) -> Iterator[tuple[str, int, str]]:
    """Each absolute import in a file: the top-level name, the line, and how it is written."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # loading it will say what is wrong
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition('.')[0], node.lineno, f'import {alias.name}'
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition('.')[0], node.lineno, f'from {node.module} import …'
