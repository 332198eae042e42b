"""Loads a developer's pages file, and checks what it declares before anybody is served."""

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from nicegui import Client, app, ui, ui_run, ui_run_with

from auth.declared import did_you_mean
from ui.gate import registry, resources
from ui.gate.registry import DeclarationError

OURS = ('auth', 'main', 'models', 'ui')
"""Top-level module names that are taken: a pages file that brought its own would get ours instead."""
BESIDE = (
    '{what} would answer beside the gate, which could not say who may open it: use page(…) of ui.gate for a page, '
    'route(…) for an HTTP route, files(…) for a folder'
)
REFUSED: tuple[tuple[object, tuple[str, ...], str], ...] = (
    (ui, ('run',), 'remove ui.run(): Nicegate serves the pages'),
    (ui, ('run_with',), 'remove ui.run_with(): Nicegate serves the pages'),
    (ui_run, ('run',), 'remove ui.run(): Nicegate serves the pages'),
    (ui_run_with, ('run_with',), 'remove ui.run_with(): Nicegate serves the pages'),
    (Client, ('__init__',), 'a NiceGUI element is made outside of a page: put it into a function under page(…)'),
    (app, ('add_middleware',), 'a middleware would stand before the gate: remove it, and ask in the page or the route'),
    (
        app.router,
        (
            *('add_api_route', 'add_api_websocket_route', 'add_route', 'add_websocket_route'),
            *('mount', 'host', 'include_router'),
        ),
        BESIDE,
    ),
)
"""What a pages file may not call as it runs: (whose, names, what to do instead). NiceGUI's app comes to its router's
methods from all of its own: `@ui.page`, `get`, `add_static_files`, `websocket` and the like.
"""


def load(file: Path) -> None:
    """Run a pages file, which declares pages and groups as it runs.

    Raises:
        DeclarationError: it is not there, clashes with our modules, or raises; one line with file and line
    """
    if file.is_dir():
        raise DeclarationError(f'{file.absolute()} is a folder: name a .py file in it')
    if not file.is_file():
        raise DeclarationError(f'{file.absolute()}: there is no such pages file')
    _refuse_clashes(file)
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # behind ours: a helper module beside the pages file can be imported, ours stay ours
    spec = importlib.util.spec_from_file_location(f'pages_{file.stem}', file)
    if spec is None or spec.loader is None:
        raise DeclarationError(f'{file}: a pages file is Python and ends in .py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # get_type_hints looks the names of annotations up there
    with _guarded() as refusals:
        try:
            spec.loader.exec_module(module)
        except (DeclarationError, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever class it is of: it ends the start, and it is one line
            raise refusals[0] if refusals else DeclarationError(_one_line(error, file)) from error
    if refusals:  # a "try" around it does not make it right
        raise refusals[0]
    registry.refuse_contradictions()


@contextmanager
def _guarded() -> Iterator[list[DeclarationError]]:
    """Refuse at its very line what would be served beside the gate, or start a server of its own; and note it."""
    refusals: list[DeclarationError] = []

    def refuser(cure: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*args: Any, **options: Any) -> Any:
            if resources.is_gating():
                return original(*args, **options)
            what = f'"{args[0]}"' if args and isinstance(args[0], str) else 'this'
            refusals.append(DeclarationError(f'{registry.caller()}: {cure.replace("{what}", what)}'))
            raise refusals[-1]

        return refuse

    with ExitStack() as stack:
        for owner, names, cure in REFUSED:
            for name in names:
                stack.enter_context(_replaced(owner, name, refuser(cure, getattr(owner, name))))
        yield refusals


@contextmanager
def _replaced(owner: object, name: str, value: object) -> Iterator[None]:
    had, before = name in vars(owner), getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if had:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


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
    text = ''
    with suppress(Exception):  # an exception's text is the developer's code, too
        text = ' '.join(str(error).split())
    if isinstance(error, SyntaxError):
        if error.filename and Path(error.filename).is_file():
            return f'{error.filename}:{error.lineno}: {error.msg}'
        text = str(error.msg)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).resolve() == file.resolve()]
    where = f'{file}:{frames[-1].lineno}' if frames else str(file)
    return f'{where}: {type(error).__name__}: {text}' if text else f'{where}: {type(error).__name__}'


def unknown_groups(known: Iterable[str]) -> list[str]:
    """A line for each gate that names a group which exists nowhere: nobody could ever open it."""
    known = frozenset(known)
    registry.settle(known)
    named = [(page.source, page.own_gate) for page in registry.pages()]
    named += [(area.source, area.gate) for area in registry.areas()]
    named += [(route.source, route.gate) for route in registry.routes()]
    named += [(part.source, part.gate) for part in registry.parts()]
    return [
        f'{source}: there is no group "{key}": {did_you_mean(key, known)}'
        for source, gate in named
        if gate is not None
        for key in sorted(gate.groups - known)
    ]
