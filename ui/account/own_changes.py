"""What is on /profile and not in the reactive session, such as the list of sessions, follows the changes too."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Event, ui

from auth.errors import AuthError, Reason
from auth.flows import own_sessions
from ui.gate import Visit


async def follow(visit: Visit, read_again: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Call `read_again()` in this page, one at a time, whenever something of its person may have changed. What this
    returns does so too.
    """
    turn, heard = asyncio.Lock(), Event[[]]()

    async def read() -> None:
        try:
            async with turn:
                await read_again()
        except AuthError as error:
            if error.reason is not Reason.NOT_SIGNED_IN:  # then the page goes too
                raise

    heard.subscribe(read)
    ui.context.client.on_delete(await own_sessions.watch(visit.digest, heard.emit))
    return read
