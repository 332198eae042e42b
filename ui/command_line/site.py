"""What every command needs: the pages it is about, and the open database."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from auth import start
from auth.errors import AuthError, Reason
from auth.settings import get_settings

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'car_rental.py'

Result = TypeVar('Result')


class CommandError(Exception):
    """A command failed; the text is the one line for stderr."""


def declare(pages: Path | None) -> Path:
    """Load NiceGUI, our own pages, and the developer's; returns the pages file."""
    from ui import app

    app.prepare()
    path = chosen(pages)
    absolute = path.absolute()  # the file may go elsewhere as it runs
    load(path)
    return absolute


def chosen(pages: Path | None) -> Path:
    return pages or (Path(get_settings().pages) if get_settings().pages else EXAMPLE)


def load(path: Path, *, reloads: bool = False) -> None:
    from ui import app
    from ui.gate import loading

    loading.load(path, reloads=reloads)
    app.check()


async def open_database() -> None:
    for name in await start.open_database():
        print(f'Migration applied: {name}', file=sys.stderr)


async def check_groups(*, serving: bool = False) -> None:
    """Make the groups that the pages declare, and refuse one that exists nowhere. What the code names, and what not any
    more, is known when its pages are served.
    """
    from ui.gate import DeclarationError, loading, registry

    groups = {group.key: group.roles for group in registry.groups()}
    known = await start.store_groups(groups, loading.named_groups() if serving else None)
    if problems := loading.unknown_groups(known):
        raise DeclarationError(problems[0])


def with_database(act: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a verb on the open database. A role may be one that the pages name but no start has made yet."""

    async def attempt() -> Result:
        await open_database()
        try:
            try:
                return await act()
            except AuthError as error:
                if error.reason is not Reason.ROLE_NOT_FOUND:
                    raise
                declare(None)
                await check_groups()
                return await act()
        finally:
            await start.close_database()

    return asyncio.run(attempt())
