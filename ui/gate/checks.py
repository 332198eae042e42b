"""What `check` says about the declared gates: who may open what, and what cannot work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from auth.access import Gate
from auth.declared import FIXED
from ui.gate import loading
from ui.gate.gates import Gates, called, listed, sources, words

ELSEWHERE: Final = 'Groups in this database only (a gate that names one does not start with an empty database)'
_TITLES: Final = {'page': 'Pages', 'route': 'Routes', 'folder': 'Folders', 'part': 'Sections and handlers'}


@dataclass(frozen=True, slots=True)
class Report:
    """The listing with its problems, and each problem by itself."""

    lines: tuple[str, ...]
    problems: tuple[str, ...]


def report(own: Gates, ours: Gates, stored: Mapping[str, frozenset[str]]) -> Report:
    """List the gates of a pages file and those of Nicegate itself, and check all that is declared.

    Args:
        stored: the groups of the database, {key: role keys}; they count as known, too
    """
    lines = [line for kind, title in _TITLES.items() for line in _table(title, _doors(own, kind))]
    lines += _table('Groups', _groups(own.groups, stored))
    lines += _table(
        ELSEWHERE, {called(key): _members(stored[key]) for key in sorted({*stored} - {*own.groups, *FIXED})}
    )
    lines += _table("Nicegate's own pages", _doors(ours, 'page'))
    problems = tuple(_problems({**own.groups, **stored}))
    return Report((*lines, *_table('Problems', dict.fromkeys(problems, ''))), problems)


def _table(title: str, rows: Mapping[str, str]) -> list[str]:
    """A title with its rows, aligned, and an empty line; nothing without rows."""
    width = max(map(len, rows), default=0)
    return [title, *(f'  {name:<{width}}  {what}'.rstrip() for name, what in rows.items()), ''] if rows else []


def _doors(gates: Gates, kind: str) -> dict[str, str]:
    return {door.name: words(gate) for door, gate in sorted(gates.doors.items()) if door.kind == kind}


def _groups(declared: Mapping[str, frozenset[str]], stored: Mapping[str, frozenset[str]]) -> dict[str, str]:
    rows = {}
    for key in sorted({*declared, *FIXED}):
        rows[called(key)] = _members({**FIXED, **declared}[key])
        if key in declared and stored.get(key, declared[key]) != declared[key]:
            rows[called(key)] += f' (in the database now: {_members(stored[key])})'
    return rows


def _members(roles: frozenset[str]) -> str:
    return f'a member holds {listed(roles)}' if roles else 'admits nobody'


def _problems(known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for source, name, gate in sources():
        if gate is None:
            yield f"{source}: \"{name}\" has no gate: say access='public', access='signed-in' or groups=[...]"
        elif gate.groups <= known.keys():
            yield from _shut(source, name, gate, known)
    yield from loading.unknown_groups(known)


def _shut(source: str, name: str, gate: Gate, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    empty = [key for key in sorted(gate.groups) if not known[key]]
    if empty and len(empty) == len(gate.groups):
        yield f'{source}: nobody can open "{name}": its groups have no roles'
    else:
        yield from (f'{source}: the group "{key}" of "{name}" has no roles, so it admits nobody' for key in empty)
