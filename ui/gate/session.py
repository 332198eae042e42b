"""The reactive state of the person behind one open page: bound labels and watchers follow, nothing is rebuilt.

One object a page, never a global one: a binding is evaluated outside of any page. It shows and decides nothing by
itself: gates are asked about the person as the server knows them.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from nicegui import background_tasks, binding, core
from nicegui.helpers import expects_arguments, should_await
from nicegui.slot import Slot

from auth.current_user import CurrentUser, HeldRole
from ui.gate import registry, scopes
from ui.gate import visit as visits
from ui.gate.caller import caller
from ui.gate.declarations import DeclarationError
from ui.gate.scopes import Scope

if TYPE_CHECKING:
    from ui.gate.visit import Visit

Handler = TypeVar('Handler', bound=Callable[..., Any])


class _Followed(binding.BindableProperty):
    """A field that can be bound and read; only the session itself sets it."""

    def __set__(self, owner: Any, value: Any) -> None:
        raise DeclarationError(f'{caller()}: session.{self.name} follows the person who is signed in: it cannot be set')

    def follow(self, owner: Any, value: Any) -> None:
        super().__set__(owner, value)


class Session:
    """Who has this page open: `user` (None when signed out), and its parts as fields that can be bound.

    `roles` holds the roles as texts (their keys) that also know `name` and `until`; `groups` holds the keys of the
    groups; `attributes` maps names to texts. Signed out, they are empty.
    """

    user: CurrentUser | None
    name: str
    email: str
    roles: tuple[HeldRole, ...]
    groups: frozenset[str]
    attributes: Mapping[str, str]
    signed_in: bool

    if not TYPE_CHECKING:
        user, name, email, roles = _Followed(), _Followed(), _Followed(), _Followed()
        groups, attributes, signed_in = _Followed(), _Followed(), _Followed()

    def __init__(self, visit: 'Visit') -> None:
        self._visit = visit
        self._take_in(visit.user)

    def in_group(self, name: str) -> bool:
        """Whether the person is in this group now.

        Raises:
            DeclarationError: there is no such group
        """
        registry.refuse_unknown_group(name)
        return name in self.groups

    def on_change(self, handler: Handler) -> Handler:
        """Call `handler()` or `handler(session)`, async or not, whenever something about the person has changed and
        the page stays open. It goes with the page or section that asked for it.

        Raises:
            DeclarationError: the page or section that asks is closed by now
        """
        scope = scopes.here()
        if scope is None or scope.visit is not self._visit:
            scope = self._visit.scope
        if scope is None or scope.over:
            raise DeclarationError(f'{caller()}: on_change() is called when its page is closed: call it earlier')
        stack = Slot.get_stack()
        scope.watchers.append(Watcher(scope, stack[-1] if stack else None, handler))
        return handler

    # ------------------------------------------------------------------ for the gate alone

    def follow(self) -> None:
        """Take in who the person is now: what is bound follows. A developer's code that fails there stops nothing."""
        try:
            self._take_in(self._visit.user)
        except Exception as error:
            core.app.handle_exception(error)
            self.unbind()
            self._take_in(self._visit.user)

    def unbind(self) -> None:
        """Let go of all that is bound to it: its page goes."""
        binding.remove([self])

    def _take_in(self, user: CurrentUser | None) -> None:
        fields = vars(type(self))
        fields['user'].follow(self, user)
        fields['signed_in'].follow(self, user is not None)
        for name, empty in (('name', ''), ('email', ''), ('roles', ()), ('groups', frozenset()), ('attributes', {})):
            fields[name].follow(self, getattr(user, name) if user is not None else empty)


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """Somebody's `on_change`, with the place where it was asked for."""

    scope: Scope
    slot: Slot | None
    handler: Callable[..., Any]

    def call(self, session: Session) -> None:
        with scopes.entered(self.scope), self.slot or nullcontext():
            try:
                result = self.handler(session) if expects_arguments(self.handler) else self.handler()
                if should_await(result):
                    background_tasks.create(
                        result, name='session changed', context=self.slot or self.scope.visit.client
                    )
            except Exception as error:
                core.app.handle_exception(error)


def current_session() -> Session:
    """The session of the page in whose function, handler, timer or task this is called.

    Raises:
        DeclarationError: called outside of a page
    """
    return visits.here('current_session()').session
