"""Throttles. (A stub: the first shape of what callers use.)"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from auth.visitor import Visitor


class Kind(StrEnum):
    """What is tried: failures of the one never bar from the other, so that an owner can always reset by mail."""

    PASSWORD = 'password'  # noqa: S105 - a kind
    CODE = 'code'


@asynccontextmanager
async def attempt(kind: Kind, account: str, visitor: Visitor) -> AsyncIterator[None]:
    """Count a try at a secret of an account before it is looked at; AuthError THROTTLED (`wait` seconds) or
    PASSWORD_STOPPED. Leaving the block normally gives the try back and forgets earlier failures.
    """
    yield


async def ask_for_mail(account: str, visitor: Visitor) -> None:
    """Count a mail that somebody has sent to an account's address; AuthError THROTTLED with `wait` seconds."""


async def mail_wait(account: str, visitor: Visitor) -> int:
    """Seconds until `ask_for_mail` would let the next one through; 0: now."""
    return 0


async def forget(account: str) -> None:
    """Forget what was counted against an account's password, inside the caller's transaction: it was reset."""
