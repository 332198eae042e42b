"""Who comes to the doors, and what the oracle of `prove` expects there, without the function that decides."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import product

import pytest

from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Gate, Group, decide, groups_of
from auth.current_user import CurrentUser
from ui.prove.facts import Facts, PageFacts
from ui.prove.personas import MOST_PEOPLE, Persona, cast, expected, losing

PUBLIC, SIGNED_IN = Gate(Access.PUBLIC), Gate(Access.SIGNED_IN)


def of(*groups: str) -> Gate:
    return Gate(Access.GROUPS, frozenset(groups))


def site(groups: Mapping[str, Iterable[str]], *gates: Gate | None) -> Facts:
    """Groups as {name: roles}, where a role is a letter mostly, and a page for each gate."""
    pages = tuple(PageFacts(f'/{n}', '', gate, '', (), False) for n, gate in enumerate(gates))
    return Facts({name: frozenset(roles) for name, roles in groups.items()}, pages, (), ())


def test_few_roles_come_in_every_combination():
    people = cast(site({'one': 'a', 'two': 'ab', 'nobody asks': 'z'}, of('one'), of('two', 'one'), PUBLIC))
    assert [str(persona) for persona in people.personas] == ['signed out', 'no roles', 'a', 'b', 'a + b']
    assert people.chosen == 'every combination of 2 roles'
    assert Persona(frozenset({SITE_ADMIN})) in cast(site({}, None)).personas


def test_of_many_roles_come_the_combinations_that_matter():
    people = cast(site({'one': 'abc', 'two': 'cd', 'three': 'efg'}, of('one', 'two', 'three')))
    held = {''.join(sorted(persona.roles or ())) for persona in people.personas}
    assert {'', 'abc', 'abcd', 'cd', 'efg', 'abcdefg', 'ab', 'bc', 'ac', 'c', 'd', 'ef'} <= held
    assert people.chosen == 'every union of 3 groups, and each less one role (the combinations of 7 roles are too many)'


def test_of_very_many_groups_nobody_waits_for_all_unions():
    groups = {f'group {n}': [f'role {n}'] for n in range(12)}
    people = cast(site(groups, of(*groups)))
    assert len(people.personas) <= 2 * MOST_PEOPLE
    assert Persona(frozenset(f'role {n}' for n in range(12))) in people.personas


@pytest.mark.parametrize('gate', [PUBLIC, SIGNED_IN, of('one'), of('two'), of('one', 'two'), of('empty'), None])
def test_the_oracle_agrees_with_the_rules(gate):
    admins = frozenset({SITE_ADMIN})
    groups = {'one': frozenset('a'), 'two': frozenset('ab'), 'empty': frozenset[str](), SITE_ADMINS: admins}
    members = [Group(key, roles) for key, roles in groups.items()]
    for a, b, admin in product((False, True), repeat=3):
        held = frozenset([*['a'] * a, *['b'] * b, *[SITE_ADMIN] * admin])
        user = CurrentUser('id', 'ann@cars.example', '', (), groups_of(held, members), 1, datetime.now(UTC))
        assert expected(gate, Persona(held), groups).replace('open', 'allow') == decide(gate, user).value
    assert expected(gate, Persona(None), groups).replace('open', 'allow') == decide(gate, None).value


def test_what_closes_a_gate_is_taken_in_the_fewest_steps():
    groups = {'one': frozenset('a'), 'two': frozenset('bc')}
    assert losing(of('two'), Persona(frozenset('abc')), groups) == ('b',)
    assert losing(of('one', 'two'), Persona(frozenset('abc')), groups) == ('a', 'b')
    assert losing(SIGNED_IN, Persona(frozenset('abc')), groups) == ()
