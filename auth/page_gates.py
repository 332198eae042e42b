"""The gates that site admins have changed at run time, and the redirects they have set, as each process has them in
memory: read at the start, whenever a change is heard of, and every five seconds. Doors never use older ones.
"""

import asyncio
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog
from tortoise.exceptions import FieldError

from auth import snapshots
from auth.access import Access, Gate, Override, effective
from models.change import Changed
from models.page import PageGate
from models.setting import Setting

log = structlog.get_logger()

REDIRECTS: Final = 'redirects'
"""Key of the setting that holds them."""
GONE: Final = ''
"""Stands in an override for a group that was deleted: no group has this key."""
_PARAMETER: Final = re.compile(r'\{[^}]*\}')
NOBODY: Final = Gate(Access.GROUPS)
"""What code cannot declare: it stands for a default that cannot be read, so that the stricter of both holds."""


class Use(StrEnum):
    """What a redirect is for: where signed-out people go, and so on."""

    SIGNED_OUT = 'signed_out'
    NO_ACCESS = 'no_access'
    AFTER_SIGN_IN = 'after_sign_in'
    AFTER_SIGN_OUT = 'after_sign_out'


FIT: Final[Mapping[Use, frozenset[Access]]] = {
    Use.SIGNED_OUT: frozenset({Access.PUBLIC}),
    Use.NO_ACCESS: frozenset({Access.PUBLIC, Access.SIGNED_IN}),
    Use.AFTER_SIGN_IN: frozenset({Access.PUBLIC, Access.SIGNED_IN}),
    Use.AFTER_SIGN_OUT: frozenset({Access.PUBLIC}),
}
"""The gates that a redirect's page may have: whoever is led there must be let in, or they would go round for ever."""


@dataclass(frozen=True, slots=True)
class DeclaredPage:
    """A page as code declares it. `gate` is the code's; `section` where it inherits that from. A `fixed` one is a way
    in or runs the site, so no override counts. `is_personal`: its function needs somebody to be signed in. `targets`:
    what redirects could lead there, whatever its gate.
    """

    path: str
    title: str
    gate: Gate | None
    section: str = ''
    locked: bool = False
    fixed: bool = False
    is_personal: bool = False
    targets: frozenset[Use] = frozenset(Use)

    def under(self, override: Override | None) -> Gate | None:
        """The gate that holds with this override."""
        return self.gate if self.fixed else effective(self.gate, override, locked=self.locked)

    def is_fit(self, use: Use, override: Override | None) -> bool:
        """Whether those whom a redirect leads here are let in."""
        gate = self.under(override)
        return use in self.targets and gate is not None and gate.access in FIT[use]


_declared: Mapping[str, DeclaredPage] = {}
_overrides: Mapping[str, Override] = {}
_redirects: Mapping[Use, str] = {}
_read_at: float | None = None
_generation = 0
_turn = asyncio.Lock()
version = 0
"""Grows with each difference in what was read: who shows pages sees by it whether there is something to follow."""


def declare(pages: Iterable[DeclaredPage]) -> None:
    """Take in what the code declares: the pages that verbs know, and that redirects may lead to."""
    global _declared
    _declared = {page.path: page for page in pages}


def declared() -> Mapping[str, DeclaredPage]:
    """The pages of the code, by path."""
    return _declared


def override_of(path: str) -> Override | None:
    """What stands in the place of a page's gate, as last read."""
    return _overrides.get(path)


def redirect(use: Use) -> str | None:
    """The page of a redirect, as last read; None when none is set, or when it would not let people in by now."""
    path = _redirects.get(use)
    page = _declared.get(path) if path else None
    return path if page is not None and page.is_fit(use, _overrides.get(page.path)) else None


def hear(changes: Iterable[Changed]) -> None:
    """Take note, without waiting, that what was read may be old: from now on doors read again first."""
    global _read_at, _generation
    if any(changed.kind in ('access', 'lost') for changed in changes):
        _generation += 1
        _read_at = None


def clear() -> None:
    """Forget everything: for a process that changes its database."""
    global _overrides, _redirects, _read_at, _generation
    _overrides, _redirects, _read_at = {}, {}, None
    _generation += 1


async def refresh() -> None:
    """See that memory is right, before a door decides. What cannot be read raises: no door opens on an old gate."""
    while not _is_fresh():
        async with _turn:  # one reads for all who wait
            if not _is_fresh():
                await _read()


def _is_fresh() -> bool:
    return _read_at is not None and time.monotonic() - _read_at <= snapshots.SNAPSHOT_AGE


async def _read() -> None:
    global _overrides, _redirects, _read_at, version
    generation, started = _generation, time.monotonic()
    known = frozenset(group.key for group in await snapshots.all_groups())
    overrides, redirects = await read_overrides(known), await read_redirects()
    if generation != _generation:  # a change came in meanwhile: what was read may be from before it
        return
    if (overrides, redirects) != (_overrides, _redirects):
        version += 1
    _overrides, _redirects, _read_at = overrides, redirects, started


async def read_overrides(known: Collection[str]) -> dict[str, Override]:
    """All overrides as the database has them, with the groups that there are; in a transaction, as that sees them."""
    try:
        rows: list[tuple[str, Any, Any]] = [(row.path, row.gate, row.replaced) for row in await PageGate.all()]
    except (FieldError, ValueError):  # one of them is no JSON: that must not close the others
        rows = [await _read_alone(str(path)) for path in await PageGate.all().values_list('path', flat=True)]
    names = {shape(path): path for path in _declared}
    found = {path: Override(_existing(path, gate, known), _replaced(replaced)) for path, gate, replaced in rows}
    respelled = {names.get(shape(path), path): override for path, override in found.items() if path not in _declared}
    return respelled | {path: override for path, override in found.items() if path in _declared}


def shape(path: str) -> str:
    """A path without the names of its parameters: code that calls one otherwise has the same page all the same."""
    return _PARAMETER.sub('{}', path)


async def forget(path: str) -> int:
    """Delete the override of a page, under whatever names of its parameters it was made, inside the caller's
    transaction; how many there were.
    """
    paths = [str(other) for other in await PageGate.all().values_list('path', flat=True)]
    return int(await PageGate.filter(path__in=[other for other in paths if shape(other) == shape(path)]).delete())


async def leave_out(group: str) -> None:
    """Take a group that is deleted out of all overrides, inside the caller's transaction: one that is made later under
    the same key must not open what this one did. Where no other is left, only site admins come in.
    """
    for path in await PageGate.all().values_list('path', flat=True):
        _, gate, _ = await _read_alone(str(path))
        named = gate.get('groups') if isinstance(gate, dict) else None
        if isinstance(named, list) and group in named:
            left = [key for key in named if key != group] or [GONE]
            await PageGate.filter(path=path).update(gate={**gate, 'groups': left})


async def _read_alone(path: str) -> tuple[str, Any, Any]:
    try:
        row = await PageGate.get(path=path)
    except (FieldError, ValueError):
        return path, None, None
    return path, row.gate, row.replaced


def _existing(path: str, data: Any, known: Collection[str]) -> Gate | None:
    """The gate of an override. One that cannot be read, or whose groups are all gone, is none: site admins only."""
    try:
        gate = from_json(data)
    except ValueError:
        log.warning('gate of a page cannot be read: site admins only', path=path)
        return None
    if gate.access is Access.GROUPS and not (groups := gate.groups & frozenset(known)):
        return None
    return Gate(gate.access, groups) if gate.access is Access.GROUPS else gate


def _replaced(data: Any) -> Gate | None:
    if data == {}:
        return None
    try:
        return from_json(data)
    except ValueError:
        return NOBODY


async def read_redirects() -> dict[Use, str]:
    """The redirects that are set, as the database has them."""
    try:
        row = await Setting.get_or_none(key=REDIRECTS)
        value: Any = row.value if row is not None else {}
    except (FieldError, ValueError):
        return {}
    if not isinstance(value, dict):
        return {}
    return {use: value[use] for use in Use if isinstance(value.get(use), str) and value[use]}


def to_json(gate: Gate | None) -> dict[str, Any]:
    """A gate as it is stored; none is an empty object."""
    return {} if gate is None else {'access': gate.access.value, 'groups': sorted(gate.groups)}


def from_json(data: Any) -> Gate:
    """What `to_json` made of a gate.

    Raises:
        ValueError: it is something else
    """
    if not isinstance(data, dict) or data.keys() != {'access', 'groups'} or not isinstance(data['groups'], list):
        raise ValueError('not a gate')
    if not all(isinstance(key, str) for key in data['groups']):
        raise ValueError('not a gate')
    gate = Gate(Access(data['access']), frozenset(data['groups']))
    if (gate.access is Access.GROUPS) is not bool(gate.groups):
        raise ValueError('not a gate')
    return gate
