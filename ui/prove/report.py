"""The proof as text for a terminal of 100 columns: who found what at which door, and at the end what differs."""

import textwrap
from collections.abc import Collection, Iterable

from auth.access import Gate
from ui.prove.checks import ALL_ROLES, DOORS, FOLLOWS, SIGNED_OUT, Check, Proof, Revocation
from ui.prove.personas import OPEN, SHUT, Persona, expected

WIDTH = 100
"""Columns of the terminal."""
NAME = 18
"""Columns for a persona; a longer one stands on a line of its own."""
WIDTHS = {'expected': 10, 'address': 10, 'spelling': 9, 'move': 7, 'click': 7, 'replay': 7, 'cookie': 7, 'origin': 7}
"""Columns of each cell; the others take 8."""
MOST = 60
"""Differences that are listed: whoever has more has read enough."""
LEGEND = (
    'expected is what the gates say. Seen at each door: open, sign in (sent there), no access (told so),\n'
    'shut (nothing came of it), or how soon an open page was empty when a role was taken or its person\n'
    'signed out; "-" where there is nothing to try, "!" where it differs. Clicks were replayed in a tab\n'
    "of one's own, into another's page, after a move, after sign-out, and after a role was taken."
)


def text(proof: Proof) -> str:
    """All of it: a block for each page, one for routes and files, revocations, differences, and the sum."""
    blocks = [_head(proof), LEGEND]
    blocks += [_page(proof, page.path, page.title, page.gate) for page in proof.facts.pages]
    paths = {page.path for page in proof.facts.pages}
    places = dict.fromkeys(check.place for check in proof.checks if check.place not in paths)
    blocks += [_place(proof, place) for place in places]
    if proof.revocations:
        blocks.append(_revocations(proof))
    if proof.differences:
        blocks.append(_differences(proof))
    return '\n\n'.join([*blocks, summary(proof)])


def summary(proof: Proof) -> str:
    """One line: how many checks, how many differ, and the slowest revocation."""
    parts = [f'{len(proof.checks):,} checks', f'{len(proof.differences):,} differ']
    if (slowest := proof.slowest) is not None:
        parts.append(f'slowest revocation {_ms(slowest)}')
    return f'{", ".join(parts)}, {proof.seconds:.1f} s'


def _head(proof: Proof) -> str:
    count = len(proof.cast.personas)
    return '\n'.join(
        _wrapped(f'{len(proof.facts.pages)} pages, {count} people: {proof.cast.chosen}, and signed out', '')
    )


# ------------------------------------------------------------------ tables


def _page(proof: Proof, path: str, title: str, gate: Gate | None) -> str:
    lines = [f'{path}  {title}  ({gate or "no gate: site admins only"})', '  ' + _row('', ['expected', *DOORS])]
    order = {str(persona): number for number, persona in enumerate(proof.cast.personas)}
    checks = [check for check in proof.checks if check.place == path]
    checks.sort(key=lambda check: order.get(check.persona, -1))
    for persona in proof.cast.personas:
        own = [check for check in checks if check.persona == str(persona)]
        if own:
            lines += _line(proof, own, persona, expected(gate, persona, proof.facts.groups), DOORS)
    lines += _sections(proof, checks)
    for one in checks:
        if one.persona == ALL_ROLES:
            lines += _wrapped(f'{one.seen}: {one.how}' if one.differs else one.how, '! ' if one.differs else '  ')
    return '\n'.join(lines)


def _sections(proof: Proof, checks: list[Check]) -> list[str]:
    """For each section of a page a line: to whom it was open, and to whom shut."""
    lines = []
    names = dict.fromkeys(check.how for check in checks if check.door == 'section')
    for name in names:
        own = [check for check in checks if check.door == 'section' and check.how == name]
        mark = '!' if any(check.differs for check in own) else ' '
        lines.append(f'{mark} section {name}')
        for seen in (OPEN, SHUT):
            people = [f'{check.persona}{"!" if check.differs else ""}' for check in own if check.seen == seen]
            if people:
                lines += _wrapped(f'{seen} to {"; ".join(people)}', '    ')
    return lines


def _wrapped(line: str, before: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=before, subsequent_indent='      ', break_on_hyphens=False)


def _place(proof: Proof, place: str) -> str:
    doors = ('address', 'spelling')
    lines = [place, '  ' + _row('', ['expected', *doors])]
    for persona in proof.cast.personas:
        own = [check for check in proof.checks if check.place == place and check.persona == str(persona)]
        if own:
            lines += _line(proof, own, persona, own[0].expected, doors)
    return '\n'.join(lines)


def _line(proof: Proof, own: list[Check], persona: Persona, wanted: str, doors: Collection[str]) -> list[str]:
    times = _times(proof, own[0].place, persona)
    cells = [wanted, *(_cell([check for check in own if check.door == door], times) for door in doors)]
    mark = '!' if any(check.differs for check in own if check.door in doors) else ' '
    name = str(persona)
    if len(name) <= NAME:
        return [f'{mark} {_row(name, cells)}']
    return [f'{mark} {name}', f'{mark} {_row("", cells)}']


def _cell(checks: list[Check], times: list[Revocation]) -> str:
    if not checks:
        return '-'
    if wrong := [check for check in checks if check.differs]:
        return f'{wrong[0].seen}!'
    if checks[0].seen == FOLLOWS:
        return _ms(max(times, key=lambda one: one.seconds)) if times else FOLLOWS
    return checks[0].seen


def _times(proof: Proof, place: str, persona: Persona) -> list[Revocation]:
    return [one for one in proof.revocations if (one.place, one.persona) == (place, str(persona))]


def _row(name: str, cells: Iterable[str]) -> str:
    names = ('expected', *DOORS)
    widths = [WIDTHS.get(names[n], 8) for n, _ in enumerate(cells)]
    return (name.ljust(NAME + 1) + ''.join(c.ljust(w) for c, w in zip(cells, widths, strict=True))).rstrip()


# ------------------------------------------------------------------ lists


def _revocations(proof: Proof) -> str:
    by_act: dict[str, list[Revocation]] = {}
    for one in proof.revocations:
        act = one.how if one.how == SIGNED_OUT else f'{one.place}, {one.how}'
        by_act.setdefault(act, []).append(one)
    lines = ['Revocations: from the act until the open page was empty']
    for act, some in sorted(by_act.items()):
        times = sorted(some, key=lambda one: one.seconds)
        lines.append(f'  {act}: {len(some)} times, {_ms(times[0])} to {_ms(times[-1])}')
    return '\n'.join(lines)


def _differences(proof: Proof) -> str:
    """One line for each thing that differs, with all people for whom it does."""
    people: dict[tuple[str, ...], list[str]] = {}
    for check in proof.differences:
        people.setdefault((check.place, check.door, check.expected, check.seen, check.how), []).append(check.persona)
    lines = [f'{len(proof.differences):,} differ:']
    for (place, door, wanted, seen, how), personas in list(people.items())[:MOST]:
        what, whoever = f' ({how})' if how else '', '; '.join(dict.fromkeys(personas))
        lines += _wrapped(f'{place}, {door}{what}: expected {wanted}, seen {seen}, as {whoever}', '! ')
    if len(people) > MOST:
        lines.append(f'  and {len(people) - MOST} more')
    return '\n'.join(lines)


def _ms(one: Revocation) -> str:
    return f'{one.seconds * 1000:.0f} ms'
