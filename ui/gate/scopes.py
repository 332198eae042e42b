"""Whose is it: every element, listener, handler and task belongs to the shell, to the open page, or to a section of it.

A scope dies as a whole, wherever its parts hang (dialogs, timers and `ui.on` hang on the layout), and none of its
listeners runs while a gate around it is closed. Whose something is, is noted as it comes up: it is the scope's in which
the code runs, if that is of the same page, else of what it is put into. What was there before the page is the shell's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol

from nicegui import background_tasks
from nicegui.element import Element
from nicegui.slot import Slot

from auth.access import Decision, Gate, decide
from ui.gate import handlers

if TYPE_CHECKING:
    from nicegui import Client

    from ui.gate.registry import Part
    from ui.gate.sections import Section
    from ui.gate.session import Watcher
    from ui.gate.visit import Visit

OWNER: Final = '_nicegate_owner'
"""Attribute of an element: the scope that it belongs to."""

_here: ContextVar[Scope | None] = ContextVar('scope', default=None)


def here() -> Scope | None:
    """The scope in which this code runs: tasks and timers inherit it from what started them."""
    return _here.get()


@contextmanager
def entered(scope: Scope | None) -> Iterator[None]:
    """What comes up in this block is this scope's; None: nobody's in particular."""
    token = _here.set(scope)
    try:
        yield
    finally:
        _here.reset(token)


class Gated(Protocol):
    """What has a gate: a page, or a section as declared. None admits site admins only, as everywhere."""

    @property
    def gate(self) -> Gate | None: ...


class Scope:
    """A page or a section as it is shown now; `what` has its gate."""

    def __init__(self, visit: Visit, what: Gated, parent: Scope | None = None) -> None:
        self.visit = visit
        self.what = what
        self.parent = parent
        self.over = False
        self.sections: list[Section] = []
        self.watchers: list[Watcher] = []
        self.running: handlers.Running = set()
        self.listeners: list[tuple[Element, str]] = []

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, the page last."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def place(self) -> tuple[Gated, ...]:
        """All whose gates must be open for what is in here."""
        return tuple(scope.what for scope in self.chain())

    def is_open(self) -> bool:
        """Whether a listener of this scope may run now, for the person as last read."""
        visit = self.visit
        return visit.shown is Decision.ALLOW and all(
            not scope.over and decide(scope.what.gate, visit.user) is Decision.ALLOW for scope in self.chain()
        )

    def watchers_within(self) -> Iterator[Watcher]:
        """Who asked in here, or in a section of it, to be told of changes."""
        yield from self.watchers
        for section in self.sections:
            yield from section.watchers()

    def parts(self) -> Iterator[Part]:
        """The sections in here, as declared, and those in them."""
        for section in self.sections:
            yield from section.parts()

    def note(self, task: asyncio.Task[Any]) -> None:
        """Keep a task that was started in here, to stop it when the right to run it goes."""
        for running in (*(scope.running for scope in self.chain()), self.visit.running):
            running.add(task)
            task.add_done_callback(running.discard)

    def end(self) -> None:
        """Take away all that was made in here, sections first. It cannot be opened again."""
        self.over = True
        for section in list(self.sections):
            section.end()
        self.sections.clear()
        self.watchers.clear()
        for element in [e for e in self.visit.client.elements.values() if vars(e).get(OWNER) is self]:
            if not element.is_deleted and _is_in_place(element):  # else it is being deleted already
                element.delete()
        self.visit.ownership.release(self)


def _is_in_place(element: Element) -> bool:
    slot = element._parent_slot() if element._parent_slot is not None else None
    return slot is not None and element in slot.children


class Ownership:
    """Notes for one client whose its elements, listeners and lifecycle handlers are."""

    def __init__(self, visit: Visit) -> None:
        client = visit.client
        self._visit = visit
        self._listeners: dict[str, Scope] = {}
        client.elements = _Elements(self, client.elements)
        client.connect_handlers = connect = _Handlers(self, client.connect_handlers)
        client.disconnect_handlers = disconnect = _Handlers(self, client.disconnect_handlers)
        client.delete_handlers = self._at_end = _Handlers(self, client.delete_handlers)
        client._exception_handlers = exceptions = _Handlers(self, client._exception_handlers)
        router = client.sub_pages_router
        router._path_changed_handlers = moves = _Handlers(self, router._path_changed_handlers)
        self._handlers = (connect, disconnect, exceptions, moves)

    def of(self, element: Element, listener_id: str | None = None) -> Scope | None:
        """Whose an element is, or one of its listeners; None: the shell's."""
        scope = self._listeners.get(listener_id) if listener_id is not None else None
        return scope or vars(element).get(OWNER)

    def of_new(self, place: Element | None) -> Scope | None:
        """Whose something is that comes up now and is put into `place`, or hung on it."""
        scope = _here.get()
        around: Scope | None = vars(place).get(OWNER) if place is not None else None
        if scope is around and scope is not None and not scope.over:
            return scope
        if scope is None or scope.over or scope.visit is not self._visit:
            return around or self._visit.scope
        # Code of one scope may fill a place of another: of two that lie in each other it is the inner one's.
        return scope if around is None or around in scope.chain() else around

    def hung(self, element: Element, listener_id: str) -> None:
        """Note a listener that somebody else hung on an element."""
        scope = self.of_new(element)
        if scope is not None and scope is not vars(element).get(OWNER):
            self._listeners[listener_id] = scope
            scope.listeners.append((element, listener_id))

    def release(self, scope: Scope) -> None:
        """Take from elements of others, and from the client's lists, what a scope has hung there; what it asked for at
        its end is done now (NiceGUI's Event unsubscribes so)."""
        for element, listener_id in scope.listeners:
            element._event_listeners.pop(listener_id, None)
            self._listeners.pop(listener_id, None)
        scope.listeners.clear()
        for handlers_ in self._handlers:
            handlers_.take(scope)
        client: Client = self._visit.client
        for handler in self._at_end.take(scope):
            client.safe_invoke(handler)


class _Elements(dict[int, Element]):
    """The elements of a client; each that comes up is marked with its owner."""

    def __init__(self, ownership: Ownership, elements: dict[int, Element]) -> None:
        super().__init__(elements)
        self.ownership = ownership

    def __setitem__(self, key: int, element: Element) -> None:
        super().__setitem__(key, element)
        stack = Slot.get_stack()
        vars(element)[OWNER] = self.ownership.of_new(stack[-1].parent if stack else None)


class _Handlers(list[Any]):
    """Lifecycle handlers of a client, and whose each is."""

    def __init__(self, ownership: Ownership, handlers_: list[Any]) -> None:
        super().__init__(handlers_)
        self._ownership = ownership
        self._owners: list[Scope | None] = [None] * len(handlers_)

    def append(self, handler: Any) -> None:
        super().append(handler)
        self._owners.append(self._ownership.of_new(None))

    def remove(self, handler: Any) -> None:
        """What is gone already may be removed: `await event` takes its handler back at its end."""
        if handler in self:
            at = self.index(handler)
            del self[at], self._owners[at]

    def take(self, scope: Scope) -> list[Any]:
        """Remove and return what a scope has hung here."""
        taken = [handler for handler, owner in zip(self, self._owners, strict=True) if owner is scope]
        kept = [(handler, owner) for handler, owner in zip(self, self._owners, strict=True) if owner is not scope]
        self[:] = [handler for handler, _ in kept]
        self._owners[:] = [owner for _, owner in kept]
        return taken


def install() -> None:
    """Note the tasks that NiceGUI starts, for handlers and timers, in the scope in which they are started; and each
    listener that is hung on an element of another scope."""
    create, on = background_tasks.create, Element.on

    def create_and_note(*args: Any, **options: Any) -> asyncio.Task[Any]:
        task = create(*args, **options)
        scope = _here.get()
        if scope is not None:
            scope.note(task)
        return task

    def on_and_note(self: Element, *args: Any, **options: Any) -> Element:
        before = len(self._event_listeners)
        on(self, *args, **options)
        elements = self.client.elements
        if len(self._event_listeners) > before and isinstance(elements, _Elements):
            elements.ownership.hung(self, next(reversed(self._event_listeners)))
        return self

    vars(background_tasks)['create'] = create_and_note
    Element.on = on_and_note  # type: ignore[assignment,method-assign]  # NiceGUI has no hook here
