"""Pages follow what others change and no reactive session holds, such as a list of sessions or a user looked at."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Event, ui

from auth.errors import AuthError, Reason

Watch = Callable[[Callable[[], None]], Awaitable[Callable[[], None]]]
"""Has a function called at each change, from now until what it returns is called."""

OVER = (Reason.NOT_SIGNED_IN, Reason.FORBIDDEN)
"""Why something can no longer be read: then the page goes too."""


async def follow(watch: Watch, read_again: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Call `read_again()` in this page, one at a time, whenever `watch` says that something may have changed. What this
    returns does so too.
    """
    turn, heard = asyncio.Lock(), Event[[]]()
    waiting = False

    async def read() -> None:
        nonlocal waiting
        if waiting:  # who waits for the turn reads what has changed since, too
            return
        waiting = True
        try:
            async with turn:
                waiting = False
                await read_again()
        except AuthError as error:
            if error.reason not in OVER:
                raise
        finally:
            waiting = False

    heard.subscribe(read)
    ui.context.client.on_delete(await watch(heard.emit))
    return read
