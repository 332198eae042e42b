"""A path has one spelling: the matcher behind all doors."""

from datetime import date
from string import printable
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui.gate.locations import Parameter, Template, arguments, parse

ODD = [
    '/premium/', '//premium', '/premium//', '/./premium', '/x/../premium', '/premium;x', '/premium%2f', '/%70remium',
    '/Premium', '/premium%00', '/premium\\', '/premium%5c', '/premium.', '/premium%20', '/premium ', '/premium\n',
    '/premium%0a', '/premium%09', '/%2e%2e/premium', '/premium%c0%af', '/premium%ff', 'premium', '', '/premi\u0443m',
    '/premium\u2028', 'https://evil.example/premium', '/premium%', '/premium%zz', None, 3, ['/premium'], b'/premium',
]  # fmt: skip


@pytest.mark.parametrize('spelling', ODD)
def test_an_odd_spelling_is_another_path_or_none(spelling):
    location = parse(spelling)
    assert location is None or Template('/premium').match(location) is None


@given(st.text(printable, max_size=40))
@example('premium?next=/x#part')
def test_only_the_one_spelling_matches(rest):
    location = parse('/' + rest)
    if location is not None and Template('/premium').match(location) is not None:
        assert rest.split('#')[0].split('?')[0] == 'premium'


@given(st.text(min_size=1, max_size=60).filter(lambda t: t.isprintable() and not {'/', '\\'} & set(t)))
def test_a_parameter_comes_back_as_it_was_quoted(text):
    location = parse('/cars/' + quote(text, safe=''))
    if text in ('.', '..'):
        assert location is None
    else:
        assert location is not None
        assert Template('/cars/{name}').match(location) == {'name': text}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_whatever_a_browser_sends_is_a_location_or_none(value):
    parse(value)


def value(annotation: object, text: str) -> object:
    return arguments((Parameter('x', annotation, in_path=True, required=True),), {'x': text}, '')


@pytest.mark.parametrize(
    ('annotation', 'text', 'converted'),
    [
        (int, '7', 7), (int, '-7', -7), (int, '007', None), (int, '+7', None), (int, ' 7', None), (int, '1_0', None),
        (int, '\uff17', None), (int, 'abc', None), (int, '7.0', None), (int, '9' * 400, int('9' * 400)),
        (float, '1.5', 1.5), (float, 'nan', None), (float, 'inf', None), (str, 'abc', 'abc'),
        (date, '2026-11-22', date(2026, 11, 22)), (date, 'soon', None), (bool, 'true', True), (bool, 'perhaps', None),
    ],
)  # fmt: skip
def test_a_parameter_converts_or_the_page_is_not_there(annotation, text, converted):
    assert value(annotation, text) == (None if converted is None else {'x': converted})


def test_query_parameters_are_checked_and_undeclared_ones_are_never_filled():
    declared = (
        Parameter('page', int, in_path=False, required=False),
        Parameter('sort', str, in_path=False, required=True),
    )
    assert arguments(declared, {}, 'sort=name&user=1&page=2') == {'sort': 'name', 'page': 2}
    assert arguments(declared, {}, 'sort=name') == {'sort': 'name'}
    assert arguments(declared, {}, 'page=2') is None
    assert arguments(declared, {}, 'sort=name&page=two') is None
    assert arguments(declared, {}, 'sort=%ff') is None
    assert arguments(declared, {}, '&'.join(f'a{n}=1' for n in range(100))) is None


@pytest.mark.parametrize('path', ['cars', '/cars/', '/cars/{id:path}', '/cars/x{id}', '/{a}/{a}', '/a b', '/..', '//'])
def test_a_template_says_why_a_path_cannot_be_one(path):
    with pytest.raises(ValueError, match='the path'):
        Template(path)
