"""Who comes to the doors, and what each must find there: an oracle of its own, so that a fault in `decide` shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from auth.access import SITE_ADMIN, Access, Gate
from ui.prove.facts import Facts

MOST_ROLES = 6
"""Roles of which every combination comes: 64 people, each of whom goes to every page."""
MOST_PEOPLE = 2**MOST_ROLES

OPEN, SIGN_IN, NO_ACCESS, SHUT = 'open', 'sign in', 'no access', 'shut'


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who holds exactly these roles; `roles` None: signed out."""

    roles: frozenset[str] | None

    def __str__(self) -> str:
        if self.roles is None:
            return 'signed out'
        return ' + '.join(sorted(self.roles)) or 'no roles'


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who comes, and in words how they were chosen."""

    personas: tuple[Persona, ...]
    chosen: str

    @property
    def roles(self) -> frozenset[str]:
        """All roles that anybody holds."""
        return frozenset().union(*(persona.roles or () for persona in self.personas))


def cast(facts: Facts) -> Cast:
    """Signed out, and every combination of the roles that the gates ask for; with many roles, every combination that
    can matter.
    """
    sets = _role_sets(facts)
    roles = frozenset[str]().union(*sets)
    if len(roles) <= MOST_ROLES:
        held = [frozenset(some) for count in range(len(roles) + 1) for some in combinations(sorted(roles), count)]
        chosen = f'every combination of {len(roles)} {"role" if len(roles) == 1 else "roles"}'
    else:
        held, chosen = _that_matter(sets)
    return Cast((Persona(None), *map(Persona, held)), chosen)


def _role_sets(facts: Facts) -> list[frozenset[str]]:
    """What a member of each group holds that a gate names; a page without a gate is the site admins'."""
    gates = facts.gates()
    named = {key for gate in gates if gate is not None for key in gate.groups}
    sets = {facts.groups[key] for key in named if key in facts.groups}
    if None in gates:
        sets.add(frozenset({SITE_ADMIN}))
    return sorted(sets, key=sorted)


def _that_matter(sets: list[frozenset[str]]) -> tuple[list[frozenset[str]], str]:
    """Every union of the groups' roles (two people in the same groups are one to every gate), each group less one role,
    and all roles; when that would be too many, unions of two groups at most.
    """
    short = {group - {role} for group in sets for role in group}
    everything = frozenset[str]().union(*sets)
    unions: set[frozenset[str]] = {frozenset()}
    for group in sets:
        unions |= {union | group for union in unions}
        if len(unions) > MOST_PEOPLE:
            unions = {one | other for one, other in combinations(sets, 2)} | set(sets) | {frozenset()}
            what = f'none, each, each two and all of {len(sets)} groups'
            break
    else:
        what = f'every union of {len(sets)} groups'
    held = _ordered(unions | short | {everything})
    return held, f'{what}, and each less one role (the combinations of {len(everything)} roles are too many)'


def _ordered(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    return sorted(sets, key=lambda roles: (len(roles), sorted(roles)))


def expected(gate: Gate | None, persona: Persona, groups: Mapping[str, frozenset[str]]) -> str:
    """What the front door must say: OPEN, SIGN_IN or NO_ACCESS. Without a gate a page is the site admins'."""
    if gate is not None and gate.access is Access.PUBLIC:
        return OPEN
    if persona.roles is None:
        return SIGN_IN
    if gate is not None and gate.access is Access.SIGNED_IN:
        return OPEN
    sets = [frozenset({SITE_ADMIN})] if gate is None else [groups.get(key, frozenset()) for key in gate.groups]
    return OPEN if any(needed and needed <= persona.roles for needed in sets) else NO_ACCESS


def losing(gate: Gate | None, persona: Persona, groups: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Roles to take, in this order, until the gate is closed to somebody for whom it was open; () when none does it."""
    held, taken = persona.roles or frozenset(), list[str]()
    for role in sorted(held):
        if expected(gate, Persona(held - {role}), groups) != OPEN:
            return (role,)
    for role in sorted(held):
        taken.append(role)
        if expected(gate, Persona(held - set(taken)), groups) != OPEN:
            return tuple(taken)
    return ()
