"""What `check` says about the declared pages: who may open each, and what cannot work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth.access import Access
from auth.declared import did_you_mean
from ui.gate.registry import Group, Page


@dataclass(frozen=True, slots=True)
class Report:
    """The listing, and one line for each problem."""

    text: str
    problems: tuple[str, ...]


def report(pages: Sequence[Page], groups: Sequence[Group], stored: Mapping[str, frozenset[str]]) -> Report:
    """Check pages against the groups of the code and those of the database, {key: role keys}."""
    known = {**{group.key: group.roles for group in groups}, **stored}
    width = max(len(page.path) for page in pages)
    lines = [f'{page.path:<{width}}  {page.gate or "no gate"}' for page in sorted(pages, key=lambda page: page.path)]
    lines += [f'{key}: {_members(roles)}' for key, roles in sorted(known.items())]
    return Report('\n'.join(lines), tuple(problem for page in pages for problem in _problems(page, known)))


def _members(roles: frozenset[str]) -> str:
    return f'a member holds all of: {", ".join(sorted(roles))}' if roles else 'admits nobody'


def _problems(page: Page, known: Mapping[str, frozenset[str]]) -> list[str]:
    if page.gate is None:
        return [f"{page.source}: \"{page.path}\" has no gate: say access='public', access='signed-in' or groups=[...]"]
    if page.gate.access is not Access.GROUPS:
        return []
    missing = [
        f'{page.source}: there is no group "{key}": {did_you_mean(key, known)}'
        for key in sorted(page.gate.groups - known.keys())
    ]
    if not missing and not any(known[key] for key in page.gate.groups):
        return [f'{page.source}: nobody can open "{page.path}": its groups have no roles']
    return missing
