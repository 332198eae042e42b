"""A developer's own routes and files, each with a gate, and local files that a page shows.

A local file shown by `ui.image(path)` gets an address of its own from NiceGUI. It is open to whoever may open one of
the pages (and the section of it) that have shown it, and to nobody else.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Never, TypeVar
from urllib.parse import unquote

from fastapi import FastAPI
from nicegui import app

from auth.access import Gate
from ui.gate import declarations, registry
from ui.gate import visit as visits
from ui.gate.caller import caller
from ui.gate.registry import DeclarationError
from ui.gate.scopes import Gated

AUTO: Final = '/_nicegui/auto/'
"""Where NiceGUI puts files it was given by path."""

Endpoint = TypeVar('Endpoint', bound=Callable[..., Any])

_shown_by: dict[str, set[tuple[Gated, ...]]] = {}
_gated_routes: list[object] = []
_gating = False


def route(
    path: str,
    *,
    access: Literal['public', 'signed-in'] | None = None,
    groups: Iterable[str] | None = None,
    methods: Iterable[str] = ('GET',),
    **options: Any,
) -> Callable[[Endpoint], Endpoint]:
    """Declare an HTTP route of your own with its gate; `options` go to FastAPI's `add_api_route`.

    Raises:
        DeclarationError: no gate, or the path cannot be one
    """
    source = caller()
    taken = inspect.signature(FastAPI.add_api_route).parameters
    declarations.options(route, {key: value for key, value in options.items() if key not in taken}, source)
    if isinstance(methods, str):
        raise DeclarationError(f'{source}: methods is a list: write methods=[{methods!r}]')
    registry.add_route(path, access=access, groups=groups, is_folder=False, source=source)

    def declare(endpoint: Endpoint) -> Endpoint:
        with _gated():
            app.add_api_route(path, endpoint, methods=list(methods), **options)
        return endpoint

    return declare


def files(
    path: str,
    folder: str | Path,
    *,
    access: Literal['public', 'signed-in'] | None = None,
    groups: Iterable[str] | None = None,
    **misplaced: Never,
) -> None:
    """Serve the files of a folder below `path`, to those whom the gate lets in. A relative `folder` is looked for
    beside the file that calls this.

    Raises:
        DeclarationError: no gate, no such folder, or the path cannot be one
    """
    source = caller()
    declarations.options(files, misplaced, source)
    if not isinstance(folder, str | Path):
        raise DeclarationError(f'{source}: there is no folder "{folder}" to serve files from')
    folder = Path(source.rpartition(':')[0]).absolute().parent / folder
    if not folder.is_dir():
        raise DeclarationError(f'{source}: there is no folder {folder} to serve files from')
    registry.add_route(path, access=access, groups=groups, is_folder=True, source=source)
    with _gated():
        app.add_static_files(path, folder)


def gates_of(path: str) -> list[list[Gate | None]] | None:
    """For each place that has shown a local file the gates around it: where all of one are open, the file is. None
    for a path where there is none."""
    places = _shown_by.get(path)
    return None if places is None else [[each.gate for each in place] for place in places]


def install() -> None:
    """Note for each local file which page shows it."""
    app.add_static_file = _noting(app.add_static_file)  # type: ignore[method-assign]  # NiceGUI has no hook here
    app.add_media_file = _noting(app.add_media_file)  # type: ignore[method-assign]  # nor here


def _noting(original: Callable[..., str]) -> Callable[..., str]:
    def add(**options: Any) -> str:
        url = original(**options)
        scope = visits.current_scope()
        _shown_by.setdefault(unquote(url), set()).update([scope.place()] if scope else [])
        return url

    return add


@contextmanager
def _gated() -> Iterator[None]:
    """Note the routes that come up in this block as ones with a gate."""
    global _gating
    before = len(app.routes)
    _gating = True
    try:
        yield
    finally:
        _gating = False
    _gated_routes.extend(app.routes[before:])


def is_gating() -> bool:
    """Whether a route that comes up now is one of `route` or `files`."""
    return _gating


def is_gated(candidate: object) -> bool:
    """Whether `route` or `files` has put this route object on NiceGUI's app."""
    return any(candidate is route for route in _gated_routes)
