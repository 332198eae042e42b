"""Gates within a page: sections, which are drawn only for those whom their gate lets in, and guarded handlers.

A section is a function that the gate calls where it should stand: a closed one never runs, so nothing of it is ever
sent. It opens and closes in its own place, live, and nothing around it is built anew.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, Never, TypeVar

import structlog
from nicegui import background_tasks
from nicegui.helpers import should_await

from auth import sessions, snapshots
from auth.access import Access, Decision, Gate, decide
from ui.gate import declarations, failures, handlers, live, registry, scopes
from ui.gate import visit as visits
from ui.gate.box import Box
from ui.gate.caller import caller
from ui.gate.decisions import note, note_section
from ui.gate.declarations import DeclarationError
from ui.gate.scopes import Scope
from ui.gate.session import Watcher
from ui.gate.visit import Visit

log = structlog.get_logger()

Function = TypeVar('Function', bound=Callable[..., Any])


def gated(
    *places: object,
    groups: Iterable[str] | None = None,
    access: Literal['public', 'signed-in'] | None = None,
    otherwise: Callable[..., Any] | None = None,
    **misplaced: Never,
) -> Callable[[Function], Function]:
    """Make a section of a function: called in a page, it draws there for those whom the gate lets in.

    Args:
        groups: any one of these opens it
        access: 'signed-in' opens it to everybody who is
        otherwise: what is drawn for all others: a function that takes what the section takes, or nothing

    The function may be async, take arguments, be called any number of times and in other sections. Called, it returns
    what the function returns, None when closed; an async one returns something to be awaited, or not.

    Raises:
        DeclarationError: no gate or two, an unknown group, a function that has a gate already
    """
    source = caller()
    declarations.options(gated, misplaced, source)
    if places:
        names = declarations.given(places[0]) or ['Premium']
        raise DeclarationError(f'{source}: @gated says who may see it: write @gated(groups={names!r})')
    gate = _gate(access, groups, source, 'gated')
    if otherwise is not None and not callable(otherwise):
        raise DeclarationError(f'{source}: otherwise is a function that draws what others see, not {otherwise!r}')

    def declare(function: Function) -> Function:
        declarations.builder(function, source, 'a section', '@gated(…)')
        _refuse_second_gate(function, source)
        part = _Part(function, gate, otherwise, inspect.iscoroutinefunction(function), source)

        @wraps(function)
        def section(*args: Any, **kwargs: Any) -> Any:
            return Section.at_call(part, args, kwargs)

        return _declared(section, gate, source)  # type: ignore[return-value]  # it is called as the function is

    return declare


def needs(
    *groups: str, access: Literal['signed-in'] | None = None, **misplaced: Never
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard one handler: `on_click=needs('Premium')(reserve)`. It runs only for who is in one of the groups when it is
    called; others are told that they have no access.

    Raises:
        DeclarationError: no group, an unknown one, or a handler that has a gate already
    """
    source = caller()
    _refuse_no_names(groups, misplaced, source)
    declarations.options(needs, misplaced, source)
    gate = _gate(access, groups or None, source, 'needs')

    def guard(handler: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(handler):
            raise DeclarationError(f"{source}: needs('…') guards a function: write needs('Premium')(reserve)")
        _refuse_second_gate(handler, source)

        @wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            visit = visits.here(f'{guarded.__name__}, which has a gate,')
            user = visit.peek()
            if isinstance(user, snapshots.Stale):
                return _ask_first(visit, gate, lambda: handler(*args, **kwargs))
            if user is not None and user is not visit.user:  # news that the page has not followed yet
                live.settle(visit, user)
            return handler(*args, **kwargs) if _admits(visit, gate) else None

        return _declared(guarded, gate, source)

    return guard


async def _ask_first(visit: Visit, gate: Gate, act: Callable[[], Any]) -> Any:
    """What memory has of the person is old news: read it, let the page follow, then decide."""
    user = await sessions.resume(visit.digest)
    if user is None:
        await live.close(visit)
    else:
        live.settle(visit, user)
    if not _admits(visit, gate):
        return None
    result = act()
    return await result if should_await(result) else result


def _admits(visit: Visit, gate: Gate) -> bool:
    is_over = visit.over or (visit.bound and visit.peek() is None)
    decision = note('handler', visit.location, gate, visit.user, decide(gate, None if is_over else visit.user))
    if decision is not Decision.ALLOW:
        log.info('handler refused', page=visit.page.path if visit.page else '', gate=str(gate))
        if not visit.over:
            visit.shell.denied(decision)
    return decision is Decision.ALLOW


# ------------------------------------------------------------------ one section on one page


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A section as declared."""

    function: Callable[..., Any]
    gate: Gate
    otherwise: Callable[..., Any] | None
    is_async: bool
    source: str = ''


_INSTEAD = _Part(lambda: None, Gate(Access.PUBLIC), None, False)
"""What stands in the place of a section that is closed, or has failed: whoever may see the page may see that."""


class Section(Box):
    """A section on one page."""

    def __init__(self, part: _Part, args: tuple[Any, ...], kwargs: dict[str, Any], visit: Visit) -> None:
        super().__init__(visit.client)
        self._part, self._args, self._kwargs, self._visit = part, args, kwargs, visit
        self._around = visit.ownership.of(self)
        self._scope: Scope | None = None
        self._is_open: bool | None = None
        if self._around is not None:
            self._around.sections.append(self)

    @classmethod
    def at_call(cls, part: _Part, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        visit = visits.here(f'the section {part.function.__name__}')
        around, place = scopes.here(), visits.place()
        is_left = around is not None and around.over and around.visit is visit
        if visit.over or is_left or (place is not None and place.is_deleted):
            raise DeclarationError(
                f'{caller()}: the section {part.function.__name__} is called in a section or page that is '
                'closed by now: call it where that is drawn'
            )
        return cls(part, args, kwargs, visit)._draw()

    # ------------------------------------------------------------------ open and close

    def close(self) -> None:
        """Take it away if its gate has closed, else those in it whose gate has."""
        if self._is_open and not self._may_open():
            scope = self._scope
            if scope is not None:
                scope.barred = True
            self.end()
            if scope is not None:
                handlers.stop(scope.running)
        elif self._scope is not None:
            for section in list(self._scope.sections):
                section.close()

    def follow(self) -> None:
        """Draw what is right now; what is right already stays, and what is in it follows."""
        if self.is_deleted:  # by a developer's code that follows the person, too
            return
        if self._is_open is not self._may_open():
            self._draw()
        elif self._scope is not None:
            for section in list(self._scope.sections):
                section.follow()

    def watchers(self) -> Iterator[Watcher]:
        return self._scope.watchers_within() if self._scope is not None else iter(())

    def parts(self) -> Iterator[registry.Part]:
        """This section and those in it, as declared."""
        yield registry.Part(self._part.function.__name__, self._part.gate, self._part.source)
        yield from self._scope.parts() if self._scope is not None else ()

    def end(self) -> None:
        """Take away all that it has made, wherever it hangs. It can be drawn again."""
        self._is_open = None
        self._end_scope()
        if not self.is_deleted:
            self.clear()

    def _end_scope(self) -> None:
        scope, self._scope = self._scope, None
        if scope is not None:
            scope.end()

    def _handle_delete(self) -> None:
        """Its box goes, with a refresh of what is around it, say: all that it has made elsewhere goes, too. When the
        whole page goes, all goes by itself."""
        if self._around is not None and self in self._around.sections:
            self._around.sections.remove(self)
        if visits.find(self._visit.client.id) is not None:
            self._end_scope()
        super()._handle_delete()

    def _may_open(self) -> bool:
        return decide(self._part.gate, self._visit.user) is Decision.ALLOW

    # ------------------------------------------------------------------ drawing

    def _draw(self) -> Any:
        """Draw what is right now; what the section's function returned, None when it is closed."""
        if self._scope is not None:
            self.end()
        self._is_open = self._may_open()
        note_section(self._part.function, self._part.gate, self._visit)
        self._scope = scope = Scope(self._visit, self._part if self._is_open else _INSTEAD, self._around)
        result: Any = None
        try:
            with scopes.entered(scope), self:
                result = self._build()
                if should_await(result):
                    result = background_tasks.create(self._finish(scope, result), name='section')
        except Exception as error:
            self._fail(scope, error)
        if self._part.is_async:
            return _Drawing(result if isinstance(result, asyncio.Task) else None)
        return result if self._is_open else None

    def _build(self) -> Any:
        if self._is_open:
            return self._part.function(*self._args, **self._kwargs)
        if (otherwise := self._part.otherwise) is None:
            return None
        takes_nothing = not inspect.signature(otherwise).parameters
        return otherwise() if takes_nothing else otherwise(*self._args, **self._kwargs)

    async def _finish(self, scope: Scope, result: Awaitable[Any]) -> Any:
        with self:
            try:
                return await result
            except Exception as error:
                self._fail(scope, error)

    def _fail(self, scope: Scope, error: BaseException) -> None:
        """A section whose own code fails says so in its place; the page around it stands."""
        if scope.over or self.is_deleted:
            return
        reference = failures.report('section failed', error, path=self._visit.page.path if self._visit.page else '')
        self.end()
        self._scope, self._is_open = Scope(self._visit, _INSTEAD, self._around), self._may_open()
        with scopes.entered(self._scope), self:
            self._visit.shell.part_failed(reference, failures.detail(error))


class _Drawing:
    """An async section on its way: await it to have it drawn before going on. It ends when the section is closed."""

    def __init__(self, task: asyncio.Task[Any] | None) -> None:
        self._task = task

    def __await__(self) -> Generator[Any, None, Any]:
        task = self._task
        if task is not None:
            yield from asyncio.wait([task]).__await__()
        return None if task is None or task.cancelled() else task.result()


# ------------------------------------------------------------------ checks


def _gate(access: object, groups: object, source: str, what: str) -> Gate:
    gate = declarations.gate(access, groups, source)
    if gate is None:
        example = "@gated(groups=['Premium'])" if what == 'gated' else "needs('Premium')(reserve)"
        raise DeclarationError(f"{source}: {what} says who it is for: write {example}, or access='signed-in'")
    for name in sorted(gate.groups):
        registry.refuse_unknown_group(name, source)
    return gate


def _refuse_no_names(groups: tuple[object, ...], misplaced: Mapping[str, object], source: str) -> None:
    """Refuse the function itself, a list, or `groups=`, where `needs` takes one name after the other."""
    if groups and callable(groups[0]):
        raise DeclarationError(f"{source}: @needs says who may: write @needs('Premium')")
    lists = [value for value in groups if not isinstance(value, str)]
    for value in (*lists, *(value for key, value in misplaced.items() if key in ('group', 'groups'))):
        if names := declarations.given(value):
            raise DeclarationError(f'{source}: needs takes names: write needs({", ".join(map(repr, names))})')


def _refuse_second_gate(function: Callable[..., Any], source: str) -> None:
    first = registry.gate_source(function)
    if first is not None:
        name = getattr(function, '__name__', repr(function))
        raise DeclarationError(f'{source}: {name} has a gate already, at {first}: keep one, and name all groups in it')


def _declared(function: Callable[..., Any], gate: Gate, source: str) -> Callable[..., Any]:
    registry.add_part(function, gate, source)
    return function
