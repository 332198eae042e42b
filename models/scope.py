"""The transaction that a task has open, as far as `change.record` and `database.transaction` must agree on it."""

import asyncio
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.change import Change


@dataclass(slots=True)
class Scope:
    """An open transaction or savepoint. `changes` are written just before the COMMIT."""

    owner: 'asyncio.Task[Any] | None' = field(default_factory=asyncio.current_task)
    changes: 'list[Change]' = field(default_factory=list)


_open: ContextVar[Scope | None] = ContextVar('open_transaction', default=None)


def current() -> Scope | None:
    """What this task itself opened last; None in a task that was only started inside a transaction."""
    scope = _open.get()
    return scope if scope is not None and scope.owner is asyncio.current_task() else None


def enter(scope: Scope) -> 'Token[Scope | None]':
    return _open.set(scope)


def leave(token: 'Token[Scope | None]') -> None:
    _open.reset(token)
