"""Pages follow what others change and no reactive session holds, such as a list of sessions or a user looked at."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Event, ui

from auth import events
from auth.errors import AuthError, Reason

Watch = Callable[[Callable[[], None]], Awaitable[Callable[[], None]]]
"""Has a function called at each change, from now until what it returns is called."""

OVER = (Reason.NOT_SIGNED_IN, Reason.FORBIDDEN)
"""Why something can no longer be read: then the page goes too."""


def changes_of(*kinds: str) -> Watch:
    """Watch for changes of these kinds (models/change.py), whoever they are about."""

    async def watch(heard: Callable[[], None]) -> Callable[[], None]:
        return events.watch(kinds, heard)

    return watch


async def follow(
    watch: Watch, read_again: Callable[[], Awaitable[None]], *, pause: float = 0
) -> Callable[[], Awaitable[None]]:
    """Call `read_again()` in this page, one at a time, whenever `watch` says that something may have changed: at once,
    or after a `pause` in seconds in which changes are gathered. What this returns does so too.
    """
    turn, heard = asyncio.Lock(), Event[[]]()
    waiting = False

    async def read() -> None:
        nonlocal waiting
        if waiting:  # who waits reads what has changed since, too
            return
        waiting = True
        try:
            await asyncio.sleep(pause)
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
