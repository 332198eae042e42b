"""Loads a developer's pages, and checks what it declares before anybody is served."""

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from nicegui import Client, app, ui, ui_run, ui_run_with

from auth.access import Gate
from auth.declared import group_cure
from ui.gate import imports, registry, resources
from ui.gate.caller import caller
from ui.gate.registry import DeclarationError
from ui.gate.sources import HOME, OURS, Source, locate, refuse_clashes

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


def load(path: Path, *, reloads: bool = False) -> None:
    """Run a pages file or a package, which declares pages and groups as it runs. `reloads`: under `run --reload`.

    Raises:
        DeclarationError: it is not there, clashes with other modules, or raises; one line with file and line
    """
    source = locate(path)
    refuse_clashes(source)
    if str(source.folder) not in sys.path:
        sys.path.append(str(source.folder))  # behind ours: a helper module beside the pages can be imported, ours stay
    inside = None if source.package is None else [str(source.package)]
    spec = importlib.util.spec_from_file_location(source.name, source.file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise DeclarationError(f'{source.file}: a pages file is Python and ends in .py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # get_type_hints looks the names of annotations up there
    with _guarded() as refusals:
        try:
            spec.loader.exec_module(module)
        except (DeclarationError, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever class it is of: it ends the start, and it is one line
            raise refusals[0] if refusals else DeclarationError(_one_line(error, source, reloads)) from error
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
            refusals.append(DeclarationError(f'{caller()}: {cure.replace("{what}", what)}'))
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


def _one_line(error: BaseException, source: Source, reloads: bool) -> str:
    text = ''
    with suppress(Exception):  # an exception's text is the developer's code, too
        text = ' '.join(str(error).split())
    if isinstance(error, SyntaxError):
        if error.filename and Path(error.filename).is_file():
            return f'{error.filename}:{error.lineno}: {error.msg}'
        text = str(error.msg)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_theirs(f.filename, source)]
    where = f'{frames[-1].filename}:{frames[-1].lineno}' if frames else str(source.file)
    if isinstance(error, ImportError) and (cure := imports.cure(error, source, reloads=reloads)):
        return f'{where}: {cure}'
    return f'{where}: {type(error).__name__}: {text}' if text else f'{where}: {type(error).__name__}'


def _is_theirs(filename: str, source: Source) -> bool:
    """Whether a file is one of the developer's modules: below their folder, and neither ours nor a library."""
    file = Path(filename).resolve()
    is_ours = any(ours in (file, *file.parents) for ours in (HOME / 'main.py', *(HOME / name for name in OURS)))
    return source.folder in file.parents and not is_ours and 'site-packages' not in file.parts


def unknown_groups(known: Iterable[str]) -> list[str]:
    """A line for each gate that names a group which exists nowhere: nobody could ever open it."""
    known = frozenset(known)
    registry.settle(known)
    return [
        f'{source}: there is no group "{key}": {group_cure(key, known)}'
        for source, gate in _gates()
        for key in sorted(gate.groups - known)
    ]


def named_groups() -> frozenset[str]:
    """The keys of all groups that gates name."""
    return frozenset().union(*(gate.groups for _, gate in _gates()))


def _gates() -> list[tuple[str, Gate]]:
    """All gates with their places, those of the sections of the site once."""
    found = [(page.source, page.own_gate) for page in registry.pages()]
    found += [(area.source, area.gate) for area in registry.areas()]
    found += [(route.source, route.gate) for route in registry.routes()]
    found += [(part.source, part.gate) for part in registry.parts()]
    return [(source, gate) for source, gate in found if gate is not None]
