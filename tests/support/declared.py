"""A registry for one test: what the test declares is alone in it, or beside Nicegate's own pages, and nothing stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from nicegui import app, core

from ui.gate import registry, resources, ways_in

EMPTY: dict[str, Callable[[], object]] = {
    '_pages': dict,
    '_groups': dict,
    '_routes': list,
    '_parts': dict,
    '_areas': dict,
    '_apart': frozenset,
    '_ways_in': frozenset,
    '_known': lambda: None,
}

for own_pages in ('ui.account', 'ui.admin'):
    import_module(own_pages)
_ours = dict(registry._pages)


@contextmanager
def alone(*, beside_ours: bool = False) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, make in EMPTY.items():
            patch.setattr(registry, name, make())
        if beside_ours:
            registry._pages.update(_ours)
            registry.set_apart()
        patch.setattr(resources, '_gated_routes', [])
        patch.setattr(ways_in, '_named', None)
        routes = list(app.routes)
        try:
            yield
        finally:
            app.router.routes[:] = routes
            core.script_mode = False
