"""The transaction that the running task has open, as far as `change.record` and `database.transaction` must agree on it."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.change import Change


@dataclass(slots=True)
class Scope:
    """An open transaction. `changes` are written just before its COMMIT."""

    owner: asyncio.Task[Any] | None
    changes: 'list[Change]' = field(default_factory=list)


_open: ContextVar[Scope | None] = ContextVar('open_transaction', default=None)


def current() -> Scope | None:
    """The scope that this task itself opened; None in a task that was only started inside one."""
    scope = _open.get()
    return scope if scope is not None and scope.owner is asyncio.current_task() else None


def enter(scope: Scope | None) -> Any:
    return _open.set(scope)


def leave(token: Any) -> None:
    _open.reset(token)
