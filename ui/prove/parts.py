"""What has a gate within pages, observed in the server under proof: sections, guarded handlers, local files.

Sections are drawn, with a marker of their own; of a guarded handler the gate is asked and no more.
"""

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any
from urllib.parse import unquote

from nicegui import app as pages_app
from nicegui import ui

from auth.access import Gate
from ui.gate import scopes, sections
from ui.gate import visit as visits
from ui.gate.scopes import Scope
from ui.gate.visit import Visit
from ui.prove.facts import write_gate
from ui.prove.failing import watch
from ui.prove.notes import Pen

MARKER = '__proved__'
"""Attribute of a section's function: the marker that it draws."""


class Parts:
    """Observes them; `number` holds that of the frame that is handled."""

    def __init__(self, pen: Pen, number: ContextVar[int | None]) -> None:
        self._pen = pen
        self._number = number
        self._markers: dict[str, str] = {}

    def install(self) -> None:
        """Before anything is loaded."""
        at_call = sections.Section.at_call

        def called(part: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            self._note_section(part.function, part.gate, drawn=False)
            return at_call(part, args, kwargs)

        setattr(sections.Section, 'at_call', called)  # noqa: B010 - a method of a class is no attribute to mypy
        vars(sections)['_Part'] = self._observed_parts(sections._Part)
        vars(sections)['_admits'] = self._asking(sections._admits)
        for name in ('add_static_file', 'add_media_file'):
            vars(pages_app)[name] = self._noting_file(getattr(pages_app, name))

    def of(self, scope: Scope | None) -> str | None:
        """The marker of the section that a scope is of; None for a page's."""
        return getattr(getattr(scope.what, 'function', None), MARKER, None) if scope is not None else None

    def _observed_parts(self, part: Callable[..., Any]) -> Callable[..., Any]:
        def declare(function: Callable[..., Any], gate: Gate, *rest: Any) -> Any:
            return part(self._observed(function, gate), gate, *rest)

        return declare

    def _observed(self, function: Callable[..., Any], gate: Gate) -> Callable[..., Any]:
        code = getattr(inspect.unwrap(function), '__code__', None)
        line = f'{code.co_filename}:{code.co_firstlineno}' if code else repr(function)
        marker = self._markers.setdefault(line, f'proved-section-{len(self._markers)}-of-nicegate')

        @wraps(function)
        def draw(*args: Any, **kwargs: Any) -> Any:
            self._note_section(draw, gate, drawn=True)
            ui.element('i').props(f'data-proved={marker}').classes('hidden')
            return watch(
                lambda: function(*args, **kwargs), lambda why: self._pen.note('failed', what_of=marker, why=why)
            )

        vars(draw)[MARKER] = marker
        return draw

    def _note_section(self, function: Callable[..., Any], gate: Gate, *, drawn: bool) -> None:
        visit = visits.current()
        marker = getattr(function, MARKER, None)
        if visit is not None and marker is not None:
            known = {'marker': marker, 'name': function.__name__, 'gate': write_gate(gate)}
            self._pen.note('section', client=visit.client.id, drawn=drawn, **known)

    def _asking(self, admits: Callable[[Visit, Gate], bool]) -> Callable[[Visit, Gate], bool]:
        def ask_and_stop(visit: Visit, gate: Gate) -> bool:
            self._pen.note('guard', gate=write_gate(gate), admitted=admits(visit, gate), number=self._number.get())
            return False

        return ask_and_stop

    def _noting_file(self, original: Callable[..., str]) -> Callable[..., str]:
        def add(**options: Any) -> str:
            url = original(**options)
            visit, scope = visits.current(), scopes.here()
            if visit is not None and visit.page is not None and scope is not None:
                gates = [write_gate(each.gate) for each in scope.place()]
                self._pen.note('file', address=unquote(url), gates=gates, page=visit.page.path)
            return url

        return add
