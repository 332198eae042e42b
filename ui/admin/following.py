"""Open pages of the admin area follow what is changed elsewhere: in other tabs, by others, by the server itself."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from nicegui import Event, ui

from auth import events
from auth.errors import AuthError, Reason

PAUSE: Final = 0.3
"""Seconds in which changes are gathered: a thousand mails that go out are a few looks."""


def follow(kinds: Collection[str], read_again: Callable[[], Awaitable[None]]) -> None:
    """Call `read_again()` in this page, one at a time, soon after changes of one of these kinds."""
    heard, turn, waiting = Event[[]](), asyncio.Lock(), False

    async def read() -> None:
        nonlocal waiting
        if waiting:
            return
        waiting = True
        await asyncio.sleep(PAUSE)
        waiting = False
        try:
            async with turn:
                await read_again()
        except AuthError as error:
            if error.reason is not Reason.FORBIDDEN:  # then the page goes too
                raise

    heard.subscribe(read)
    ui.context.client.on_delete(events.watch(kinds, heard.emit))
