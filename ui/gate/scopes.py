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
from ui.gate.caller import caller
from ui.gate.declarations import DeclarationError

if TYPE_CHECKING:
    from nicegui import Client

    from ui.gate.registry import Part
    from ui.gate.sections import Section
    from ui.gate.session import Watcher
    from ui.gate.visit import Visit

OWNER: Final = '_nicegate_owner'
"""Attribute of an element: the scope that it belongs to."""

_here: ContextVar[Scope | None] = ContextVar('scope', default=None)


def go_on_in(scope: Scope | None) -> None:
    """Let the code that runs here go on on behalf of another page or section than the one it was started in."""
    _here.set(scope)


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
    """A page or a section as it is shown now; `what` has its gate. `barred`: it was taken away as that closed."""

    def __init__(self, visit: Visit, what: Gated, parent: Scope | None = None) -> None:
        self.visit = visit
        self.what = what
        self.parent = parent
        self.person = visit.user.id if visit.user is not None else None
        self.over = False
        self.barred = False
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

    def is_shut(self) -> bool:
        """Whether it was closed to the person, by its gate or as somebody else came: code of it that still runs (a task
        that Python itself started, say) has no say any more. In one that was merely left it may finish."""
        visit = self.visit
        return self.over and (
            visit.over
            or self.person not in (None, visit.user.id if visit.user is not None else None)
            or any(scope.barred or decide(scope.what.gate, visit.user) is not Decision.ALLOW for scope in self.chain())
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
        self._send, self._update = client.outbox.enqueue_message, client.outbox.enqueue_update
        client.outbox.enqueue_message = self._send_if_heard  # type: ignore[method-assign]  # NiceGUI has no hook here
        client.outbox.enqueue_update = self._update_if_there  # type: ignore[method-assign]  # nor here

    def _send_if_heard(self, message_type: str, data: Any, target_id: str) -> None:
        """Notices, downloads and JavaScript of code whose page or section was closed get nowhere."""
        scope = _here.get()
        if scope is None or scope.visit is not self._visit or not scope.is_shut():
            self._send(message_type, data, target_id)

    def _update_if_there(self, element: Element) -> None:
        if not element._deleted:
            self._update(element)

    def of(self, element: Element, listener_id: str | None = None) -> Scope | None:
        """Whose an element is, or one of its listeners; None: the shell's."""
        scope = self._listeners.get(listener_id) if listener_id is not None else None
        return scope or vars(element).get(OWNER)

    def of_new(self, place: Element | None) -> Scope | None:
        """Whose something is that comes up now and is put into `place`, or hung on it.

        Raises:
            DeclarationError: it would be on behalf of a page or section that is closed
        """
        scope = _here.get()
        if scope is not None and scope.visit is self._visit and scope.is_shut():
            raise DeclarationError(
                f'{caller()}: this goes on after its page or section was closed: nothing of it is shown any more'
            )
        around: Scope | None = vars(place).get(OWNER) if place is not None else None
        if scope is around and scope is not None and not scope.over:
            return scope
        if scope is None or scope.over or scope.visit is not self._visit:
            return around or self._visit.scope
        # Code of one scope may fill a place of another: of two that lie in each other it is the inner one's.
        return scope if around is None or around in scope.chain() else around

    def hung(self, element: Element, listener_id: str, scope: Scope | None) -> None:
        """Note a listener that somebody else hung on an element."""
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
        stack = Slot.get_stack()
        place = stack[-1].parent if stack else None
        owner = self.ownership.of_new(place)
        if place is not None and place.is_deleted:  # kept by a developer beyond its section: it is in no browser,
            element._deleted = True  # and what is put into it is to get to none
        else:
            vars(element)[OWNER] = owner
            super().__setitem__(key, element)

    def pop(self, key: int, *default: Any) -> Any:
        """Forget an element that is deleted. Some live on in caches (uploads in FastAPI's), but not their page."""
        element = super().pop(key, *default)
        if isinstance(element, Element):
            vars(element).pop(OWNER, None)
        return element


class _Handlers(list[Any]):
    """Lifecycle handlers of a client, and whose each is."""

    def __init__(self, ownership: Ownership, handlers_: list[Any]) -> None:
        super().__init__(handlers_)
        self._ownership = ownership
        self._owners: list[Scope | None] = [None] * len(handlers_)

    def append(self, handler: Any) -> None:
        self._owners.append(self._ownership.of_new(None))
        super().append(handler)

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
        elements = self.client.elements
        if not isinstance(elements, _Elements):
            return on(self, *args, **options)
        before, scope = len(self._event_listeners), elements.ownership.of_new(self)
        on(self, *args, **options)
        if len(self._event_listeners) > before:
            elements.ownership.hung(self, next(reversed(self._event_listeners)), scope)
        return self

    vars(background_tasks)['create'] = create_and_note
    Element.on = on_and_note  # type: ignore[assignment,method-assign]  # NiceGUI has no hook here
