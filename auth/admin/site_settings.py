"""Verbs on the settings of the site that can be changed while it runs. What the environment sets, it alone sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from auth import audit, changeable, sessions, stored
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from auth.changeable import DEFAULTS, NAMES, text_of
from auth.errors import AuthError, Reason
from auth.settings import PREFIX, get_settings
from models import change as changes
from models.clock import now
from models.database import transaction
from models.setting import Setting

log = structlog.get_logger()

TIMES: Final = ('session_idle', 'session_lifetime', 'session_keep')
DETAIL_LENGTH: Final = 500
"""Characters of a value in the audit: of a long list of domains its beginning."""


@dataclass(frozen=True, slots=True)
class SiteSetting:
    """One setting as it counts now, written as text. `variable` sets it in the environment; `fixed`: it does."""

    text: str
    default: str
    variable: str
    fixed: bool


async def read(actor: Actor) -> dict[str, SiteSetting]:
    """All of them by name, as this process has them.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    settings = get_settings()
    return {
        name: SiteSetting(text_of(getattr(settings, name)), text_of(DEFAULTS[name]), _variable(name), _is_fixed(name))
        for name in NAMES
    }


async def change(actor: Actor, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Set what is given, written as the environment would write it; returns the names of what is different now. Every
    process follows before this returns. Shorter times bind the sessions that there are, the actor's own too.

    Raises:
        AuthError: SETTING_INVALID, SETTING_FIXED (by the environment), INPUT_INVALID, FORBIDDEN
    """
    await authorize(actor)  # before any work is done for a stranger; once more below
    given = {name: changeable.parse(name, text) for name, text in texts.items()}
    for name in given:
        if _is_fixed(name):
            raise AuthError(Reason.SETTING_FIXED, field=name, variable=_variable(name))
    async with transaction():
        await authorize(actor)
        await changes.record('settings')  # first: its lock puts changes in order
        await Setting.get_or_create(key=stored.KEY, defaults={'value': {}, 'changed_at': now()})
        await Setting.filter(key=stored.KEY).select_for_update()
        before = stored.values_of(await stored.texts())
        after = before | given
        different = tuple(name for name in given if _value(before, name) != _value(after, name))
        if not different:
            return ()
        # What is as by default is not kept: a better default of a later release then counts.
        kept = {name: text_of(value) for name, value in after.items() if value != DEFAULTS[name]}
        await Setting.filter(key=stored.KEY).update(value=kept, changed_at=now())
        if any(name in TIMES and _value(after, name) < _value(before, name) for name in different):
            await sessions.shorten(**{name.removeprefix('session_'): _in_force(after, name) for name in TIMES})
        told = {name: f'{_told(before, name)} → {_told(after, name)}' for name in different}
        await audit.record(Act.SETTINGS_CHANGED, None, actor=actor, details=told)
    log.info('settings changed', actor=actor.id, settings=', '.join(different))
    return different


def _is_fixed(name: str) -> bool:
    return get_settings().is_fixed(name)


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _value(values: Mapping[str, Any], name: str) -> Any:
    return values.get(name, DEFAULTS[name])


def _in_force(values: Mapping[str, Any], name: str) -> Any:
    return getattr(get_settings(), name) if _is_fixed(name) else _value(values, name)


def _told(values: Mapping[str, Any], name: str) -> str:
    text = text_of(_value(values, name))
    return text if len(text) <= DETAIL_LENGTH else f'{text[:DETAIL_LENGTH]}…'
