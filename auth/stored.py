"""What the database says of the site itself, kept in memory: the settings that an admin changed, and the attributes.

Read at the start, and again at each change row of the kind 'settings' before the verb that wrote it returns
(auth/events.py); the command line reads it as it opens the database. So nobody has to ask the database for it.
"""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from tortoise.exceptions import FieldError

from auth import attributes, changeable, settings
from auth.errors import AuthError
from models.setting import Setting

KEY: Final = 'site'
"""The row that holds them: {name: text}, each as the environment would write it."""

log = structlog.get_logger()
_complained: frozenset[str] = frozenset()


async def read() -> None:
    """Take in what the database holds now."""
    settings.adopt(values_of(await texts()))
    attributes.keep(await attributes.definitions())


def forget() -> None:
    """For a process that changes or closes its database."""
    settings.adopt({})
    attributes.keep(())


async def texts() -> dict[str, Any]:
    """The stored settings as they stand in their row, whatever somebody has made of it."""
    try:
        row = await Setting.get_or_none(key=KEY)
    except (FieldError, ValueError):  # no JSON
        return {KEY: 'damaged'}
    value: Any = row.value if row is not None else {}
    return value if isinstance(value, dict) else {KEY: 'damaged'}


def values_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What they stand for. One that is damaged or out of range falls back to its default, and is logged once."""
    global _complained
    values, wrong = {}, set()
    for name, text in stored.items():
        try:
            values[name] = changeable.parse(name, text)
        except AuthError:
            wrong.add(str(name)[:64])
    if new := wrong - _complained:
        log.warning('stored settings are damaged: the defaults count', settings=', '.join(sorted(new)))
    _complained = frozenset(wrong)
    return values
