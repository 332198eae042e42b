"""Loads a developer's pages file, and checks what it declares before anybody is served."""

import importlib.util
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from auth.declared import did_you_mean
from ui.gate import registry
from ui.gate.registry import DeclarationError

OURS = ('auth', 'main', 'models', 'ui')
"""Top-level module names that are taken: a pages file that brought its own would get ours instead."""


def load(file: Path) -> None:
    """Run a pages file, which declares pages and groups as it runs.

    Raises:
        DeclarationError: it is not there, clashes with our modules, or raises; one line with file and line
    """
    if not file.is_file():
        raise DeclarationError(f'{file}: there is no such pages file')
    _refuse_clashes(file)
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # behind ours: a helper module beside the pages file can be imported, ours stay ours
    spec = importlib.util.spec_from_file_location(f'pages_{file.stem}', file)
    if spec is None or spec.loader is None:
        raise DeclarationError(f'{file}: a pages file is Python and ends in .py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # get_type_hints looks the names of annotations up there
    try:
        spec.loader.exec_module(module)
    except DeclarationError:
        raise
    except (Exception, SystemExit) as error:
        raise DeclarationError(_one_line(error, file)) from error


def _refuse_clashes(file: Path) -> None:
    home = Path(__file__).resolve().parents[2]
    folder = file.resolve().parent
    if folder == home:
        return
    for name in OURS:
        clash = folder / f'{name}.py'
        if file.stem == name or clash.exists() or (folder / name / '__init__.py').exists():
            raise DeclarationError(
                f'{file}: "{name}" beside it has the name of a module of Nicegate: rename it, to "my_{name}" say'
            )


def _one_line(error: BaseException, file: Path) -> str:
    if isinstance(error, SyntaxError):
        return f'{error.filename}:{error.lineno}: {error.msg}'
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).resolve() == file.resolve()]
    where = f'{file}:{frames[-1].lineno}' if frames else str(file)
    text = ' '.join(str(error).split())
    return f'{where}: {type(error).__name__}: {text}' if text else f'{where}: {type(error).__name__}'


def unknown_groups(known: Iterable[str]) -> list[str]:
    """A line for each gate that names a group which exists nowhere: nobody could ever open it."""
    known = frozenset(known)
    named = [(page.source, page.gate) for page in registry.pages()]
    named += [(route.source, route.gate) for route in registry.routes()]
    return [
        f'{source}: there is no group "{key}": {did_you_mean(key, known)}'
        for source, gate in named
        if gate is not None
        for key in sorted(gate.groups - known)
    ]
