"""gates.lock holds what was declared, whatever the names are, and the difference tells who gains and who loses what."""

import re
import resource
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auth.access import SITE_ADMIN, SITE_ADMINS, Access, Decision, Gate, Group, decide, groups_of
from auth.current_user import CurrentUser, HeldRole
from ui.gate import lock
from ui.gate.difference import EVERYBODY, SIGNED_OUT, Who, changes, difference
from ui.gate.gates import Door, Gates
from ui.gate.registry import DeclarationError

PUBLIC, FOR_SIGNED_IN = Gate(Access.PUBLIC), Gate(Access.SIGNED_IN)
ROLES = ['Admin', 'Premium', 'Gold', SITE_ADMIN]
HARD = [
    'a" or "b',
    '" and "',
    'no gate',
    'public',
    ': ',
    '\\',
    '\\"',
    'a, b',
    '=',
    "'",
    '#',
    'page /x: public',
    'é ü 車',
    ' x ',
]


def gate(*groups: str) -> Gate:
    return Gate(Access.GROUPS, frozenset(groups))


def gates(names: st.SearchStrategy[str], roles: st.SearchStrategy[str]) -> st.SearchStrategy[Gates]:
    in_groups = st.frozensets(names, min_size=1, max_size=3).map(lambda keys: Gate(Access.GROUPS, keys))
    any_gate = st.one_of(st.none(), st.just(PUBLIC), st.just(FOR_SIGNED_IN), in_groups)
    paths = st.sampled_from(['/', '/cars', '/cars/{car_id}', '/a.b/~c', '/größe'])
    doors = st.one_of(
        st.builds(Door, st.sampled_from(['page', 'route', 'folder']), paths), st.builds(Door, st.just('part'), names)
    )
    groups = st.dictionaries(names, st.frozensets(roles, min_size=1, max_size=3), max_size=4)
    return st.builds(Gates, st.dictionaries(doors, any_gate, max_size=5), groups)


characters = st.characters(exclude_categories=['C', 'Z'], include_characters=' ')
printable = st.one_of(st.sampled_from(HARD), st.text(characters, min_size=1, max_size=20))
patient = settings(deadline=None)  # a slow machine is not a fault
few = gates(st.sampled_from(['A', 'B', 'C', SITE_ADMINS]), st.sampled_from(ROLES))


@patient
@given(st.dictionaries(printable, gates(printable, printable), max_size=3))
def test_what_is_written_is_read_back(blocks):
    text = lock.render(blocks)
    assert lock.parse(text) == blocks
    assert lock.render(lock.parse(text)) == text
    assert all(line.isprintable() for line in text.split('\n'))


# ------------------------------------------------------------------ the difference


def opens(gates: Gates, door: Door, held: frozenset[str] | None) -> bool:
    """What `decide` says to somebody who holds these roles, or (None) is signed out."""
    groups = [Group(key, roles) for key, roles in {**gates.groups, SITE_ADMINS: frozenset({SITE_ADMIN})}.items()]
    user = None
    if held is not None:
        roles = tuple(HeldRole(role, role) for role in held)
        user = CurrentUser('id', 'ann@cars.example', '', roles, groups_of(held, groups), 1, datetime.now(UTC))
    return door in gates.doors and decide(gates.doors[door], user) is Decision.ALLOW


def is_meant(who: Who, held: frozenset[str] | None) -> bool:
    if not who.is_group:
        return who == EVERYBODY or (who == SIGNED_OUT) is (held is None)
    return held is not None and who.holds <= held and (not who.without or not who.without <= held)


PEOPLE = [None, *(frozenset(role for n, role in enumerate(ROLES) if bits >> n & 1) for bits in range(16))]


@patient
@given(few, few)
def test_whoever_gains_or_loses_is_told(before, after):
    found = changes(before, after)
    for door in {*before.doors, *after.doors}:
        for held in PEOPLE:
            could, can = opens(before, door, held), opens(after, door, held)
            if could != can:
                assert any(c.door == door and c.gains is can and is_meant(c.who, held) for c in found), (door, held)
    lines = difference(before, after)
    for change in found:
        assert any(f'{change.who} ' in line and f' {change.door}' in line for line in lines)


@patient
@given(few, few)
def test_nobody_is_told_of_a_gain_or_loss_that_no_person_has(before, after):
    declared = before.groups.keys() & after.groups.keys() | {SITE_ADMINS}
    for change in changes(before, after):
        if change.who.is_group and change.who.name not in declared:
            continue  # who is in such a group, only the database knows
        assert any(
            is_meant(change.who, held)
            and opens(after, change.door, held) is change.gains is not opens(before, change.door, held)
            for held in PEOPLE
        ), change


@patient
@given(few, few)
@example(Gates({Door('page', '/'): None}), Gates({Door('page', '/'): gate(SITE_ADMINS)}))
@example(Gates(groups={'A': frozenset('x')}), Gates(groups={'A': frozenset('y')}))
def test_it_says_nothing_exactly_when_nothing_differs(before, after):
    assert (difference(before, after) == []) is (before == after)
    assert difference(before, before) == []


PREMIUM = {'Premium': frozenset({'Premium'})}
STAFF, CARS = Door('page', '/staff'), Door('page', '/cars')


@pytest.mark.parametrize(('before', 'after', 'lines'), [
    (Gates({}, PREMIUM), Gates({STAFF: gate('Premium')}, PREMIUM), ['Premium gains /staff (new)']),
    (Gates({CARS: PUBLIC}), Gates(), ['Everybody loses /cars (gone)']),
    (Gates({CARS: PUBLIC}), Gates({CARS: FOR_SIGNED_IN}), ['Signed-out people lose /cars (now signed-in)']),
    (Gates({CARS: FOR_SIGNED_IN}), Gates({CARS: PUBLIC}), ['Signed-out people gain /cars (now public)']),
    (
        Gates({CARS: gate('Premium')}, PREMIUM),
        Gates({CARS: FOR_SIGNED_IN}, PREMIUM),
        ['Everybody who is signed in gains /cars (now signed-in)'],
    ),
    (Gates({CARS: PUBLIC}, PREMIUM), Gates({CARS: gate('Premium')}, PREMIUM), ['Everybody loses /cars (now Premium)']),
    (
        Gates({CARS: gate('Premium'), STAFF: gate('Premium')}, PREMIUM),
        Gates({CARS: gate('Premium'), STAFF: gate('Premium')}, {'Premium': frozenset({'Premium', 'Gold'})}),
        ['Premium: a member now needs Gold too', 'Premium without Gold loses /cars, /staff'],
    ),
    (
        Gates({CARS: gate('Premium')}, {'Premium': frozenset({'Premium', 'Gold'})}),
        Gates({CARS: gate('Premium')}, PREMIUM),
        ['Premium: a member no longer needs Gold', 'Premium without Gold gains /cars'],
    ),
    (Gates({}, PREMIUM), Gates(), ['The group Premium is gone']),
    (
        Gates({Door('part', 'offers'): gate('Premium')}, PREMIUM),
        Gates({Door('part', 'offers'): gate('Club', 'Premium')}, PREMIUM),
        ['Club gains the part offers (now Club or Premium)'],
    ),
    (
        Gates({CARS: gate('Premium')}, PREMIUM),
        Gates({Door('page', '/all'): gate('Premium')}, PREMIUM),
        ['Premium gains /all (new)', 'Premium loses /cars (gone)', '/cars seems to have moved: /all has its gate'],
    ),
    (
        Gates({CARS: gate('Premium')}, PREMIUM),
        Gates({CARS: gate('Premium', 'Both')}, PREMIUM | {'Both': frozenset({'Premium', 'Gold'})}),
        [
            'The group Both is new: a member holds Gold and Premium',
            '/cars has another gate for the same people: Premium before, Both or Premium now',
        ],
    ),
    (Gates({CARS: None}), Gates({CARS: PUBLIC}), ['Everybody gains /cars (now public)']),
    (Gates(), Gates({Door('folder', '/photos'): None}), ['Site admins gain the folder /photos (new)']),
    (
        Gates(), Gates({CARS: gate('Everybody'), STAFF: gate('A or B', 'Nobody gains /cars, Premium')}),
        [
            '"A or B" gains /staff (new)',
            '"Everybody" gains /cars (new)',
            '"Nobody gains /cars, Premium" gains /staff (new)',
        ],
    ),
])  # fmt: skip
def test_a_reviewer_reads_who_gains_and_who_loses_what(before, after, lines):
    assert difference(before, after) == lines


# ------------------------------------------------------------------ the file

MINE = Gates({CARS: gate('Premium')}, PREMIUM)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    for name in ('my_pages.py', 'others.py'):
        (tmp_path / name).write_text('')
    return tmp_path / 'my_pages.py'


def test_a_folder_has_one_lock_with_a_block_for_each_pages_file(pages: Path):
    assert lock.compare(pages, MINE).failure == ''
    assert '"check --write" makes it' in lock.compare(pages, MINE).lines[0]
    lock.write(pages, MINE)
    others = pages.with_name('others.py')
    assert lock.compare(others, MINE).failure.endswith('lacks 2 changes, see above: run "check --write" and commit it')
    lock.write(others, Gates({STAFF: PUBLIC}))
    file = pages.with_name('gates.lock')
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600
    assert lock.parse(file.read_text()) == {'my_pages.py': MINE, 'others.py': Gates({STAFF: PUBLIC})}
    for each, its_own in ((pages, MINE), (others, Gates({STAFF: PUBLIC}))):
        assert lock.compare(each, its_own).lines == (f'{file} is up to date.',)
    written = file.stat().st_mtime_ns
    assert lock.write(pages, MINE).lines == (f'{file} is up to date.',)
    assert file.stat().st_mtime_ns == written

    others.unlink()
    assert lock.compare(pages, MINE).lines[1:] == ('  The pages file others.py is gone, with its gates',)
    lock.write(pages, MINE)
    assert lock.parse(file.read_text()) == {'my_pages.py': MINE}
    assert sorted(entry.name for entry in pages.parent.iterdir()) == ['gates.lock', 'my_pages.py']


def test_a_package_keeps_its_lock_inside(tmp_path: Path):
    package = tmp_path / 'shop'
    package.mkdir()
    assert lock.place(package) == lock.place(package / '__init__.py') == (package / 'gates.lock', '__init__.py')


@pytest.mark.parametrize(('line', 'why'), [
    ('<<<<<<< HEAD', 'a merge left its marks here'), ('=======', 'a merge left its marks here'),
    ('page /cars: "Premium"', 'this stands here twice'), ('file "my_pages.py"', 'this stands here twice'),
    ('group "Premium": "Premium"', 'this stands here twice'), ('page /x: "Premium', 'this is damaged'),
    ('page /x: "Premium" and "Gold"', 'this is damaged'), ('page /x: everybody', 'this is damaged'),
    ('page x: public', 'this is damaged'), ('group Gold: "Gold"', 'this is damaged'),
    ('group "Gold":', 'this is damaged'), ('part "\\q": public', 'this is damaged'),
    ('group "\\u001b[31m": "Gold"', 'this is damaged'), ('\0', 'this is damaged'), ('{"a": 1}', 'this is damaged'),
])  # fmt: skip
def test_a_damaged_lock_is_named_with_its_line_and_written_anew(pages: Path, line: str, why: str):
    lock.write(pages, MINE)
    file = pages.with_name('gates.lock')
    file.write_text(f'{file.read_text()}{line}\n')
    with pytest.raises(DeclarationError) as caught:
        lock.compare(pages, MINE)
    assert str(caught.value) == f'{file}:6: {why}: run "check --write" for my_pages.py, and look at the diff'
    assert str(caught.value) in lock.write(pages, MINE).lines[1]
    assert lock.parse(file.read_text()) == {'my_pages.py': MINE}


def test_damage_in_the_block_of_another_pages_file_stays_for_that_one(pages: Path):
    others = pages.with_name('others.py')
    lock.write(pages, MINE)
    lock.write(others, MINE)
    file = pages.with_name('gates.lock')
    file.write_text(file.read_text() + '=======\n')
    lock.write(pages, Gates())
    with pytest.raises(DeclarationError, match=r'run "check --write" for others\.py'):
        lock.compare(pages, Gates())
    lock.write(others, MINE)
    assert lock.parse(file.read_text()) == {'my_pages.py': Gates(), 'others.py': MINE}


@pytest.mark.parametrize('content', [b'\xff\xfe\0', b'from elsewhere = 1\n', b'\x7fELF\0\0', None])
def test_what_check_did_not_write_is_left_alone(pages: Path, content: bytes | None):
    file = pages.with_name('gates.lock')
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    for verb in (lock.compare, lock.write):
        with pytest.raises(DeclarationError) as caught:
            verb(pages, MINE)
        assert re.match(rf'{re.escape(str(file))}(:1:| is not a file)', str(caught.value))
    assert content is None or file.read_bytes() == content


def test_a_disk_that_is_full_leaves_the_lock_as_it_was(pages: Path):
    lock.write(pages, MINE)
    before, (soft, hard) = pages.with_name('gates.lock').read_text(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(DeclarationError, match=r'gates\.lock cannot be written \(File too large\)'):
            lock.write(pages, Gates())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert pages.with_name('gates.lock').read_text() == before
    assert len(list(pages.parent.iterdir())) == 3
