"""Verbs on gates and redirects, and what memory makes of the rows."""

import pytest

from auth import declared, page_gates
from auth.access import SITE_ADMINS, Access, Gate
from auth.admin import gate_preview, pages, users
from auth.admin.actor import OPERATOR
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.page_gates import DeclaredPage, Use
from models import change
from models.access import Group
from models.audit import Audit
from models.clock import now
from models.database import transaction
from models.page import PageGate

PUBLIC, SIGNED_IN = Gate(Access.PUBLIC), Gate(Access.SIGNED_IN)
STRANGER = CurrentUser(
    '00000000-0000-4000-8000-000000000000', 'x@y.example', '', (), frozenset({SITE_ADMINS}), 1, now()
)
"""Somebody who says that they run the site; the database knows better."""


def members(*groups: str) -> Gate:
    return Gate(Access.GROUPS, frozenset(groups))


@pytest.fixture(autouse=True)
async def site(house: str):
    await declared.store({'Premium': frozenset({'Premium'}), 'Admin Premium': frozenset({'Admin', 'Premium'})})
    page_gates.declare(
        [
            DeclaredPage('/', 'Home', PUBLIC),
            DeclaredPage('/cars', 'Our cars', SIGNED_IN),
            DeclaredPage('/mine', 'Mine', SIGNED_IN, is_personal=True),
            DeclaredPage('/kept', 'Kept', SIGNED_IN, locked=True),
            DeclaredPage('/login', 'Sign in', PUBLIC, fixed=True),
            DeclaredPage('/car', 'A car', PUBLIC, targets=frozenset()),
        ]
    )
    yield
    page_gates.declare([])


def gate_of(path: str) -> Gate | None:
    return page_gates.declared()[path].under(page_gates.override_of(path))


async def delete_group(key: str) -> None:
    async with transaction():
        await Group.filter(key=key).delete()
        await change.record('access')


async def test_a_gate_is_changed_and_put_back_and_memory_knows_when_the_verb_returns():
    version = page_gates.version
    await pages.set_gate(OPERATOR, '/cars', members('Premium'))
    assert gate_of('/cars') == members('Premium')
    assert page_gates.version > version
    await pages.reset(OPERATOR, '/cars')
    assert gate_of('/cars') == SIGNED_IN
    assert [row.act for row in await Audit.all().order_by('id')] == ['gate changed', 'gate put back']


async def test_choosing_what_the_code_says_leaves_nothing_changed():
    await pages.set_gate(OPERATOR, '/cars', PUBLIC)
    await pages.set_gate(OPERATOR, '/cars', SIGNED_IN)
    assert page_gates.override_of('/cars') is None
    assert not await PageGate.exists()


@pytest.mark.parametrize(
    ('path', 'gate', 'reason'),
    [
        ('/nowhere', PUBLIC, Reason.PAGE_NOT_FOUND),
        ('/kept', members('Premium'), Reason.PAGE_LOCKED),
        ('/login', members('Premium'), Reason.PAGE_LOCKED),
        ('/mine', PUBLIC, Reason.PAGE_PERSONAL),
        ('/cars', members(), Reason.GATE_INVALID),
        ('/cars', members('Gone'), Reason.GROUP_NOT_FOUND),
        ('/cars', Gate(Access.PUBLIC, frozenset({'Premium'})), Reason.GATE_INVALID),
    ],
)
async def test_what_a_page_cannot_have_is_refused(path: str, gate: Gate, reason: Reason):
    with pytest.raises(AuthError) as refused:
        await pages.set_gate(OPERATOR, path, gate)
    assert refused.value.reason is reason
    assert not await PageGate.exists()


async def test_every_verb_asks_who_acts():
    for act in (
        pages.read(STRANGER),
        pages.set_gate(STRANGER, '/cars', PUBLIC),
        pages.reset(STRANGER, '/cars'),
        pages.set_redirects(STRANGER, {}),
        gate_preview.preview(STRANGER, '/cars', PUBLIC),
    ):
        with pytest.raises(AuthError) as refused:
            await act
        assert refused.value.reason is Reason.FORBIDDEN


async def test_the_codes_default_changes_later_and_the_stricter_of_both_holds_and_is_told():
    await pages.set_gate(OPERATOR, '/cars', members('Premium'))
    page_gates.declare([DeclaredPage('/cars', 'Our cars', members('Admin Premium'))])
    state = (await pages.read(OPERATOR)).pages[0]
    assert state.is_outdated
    assert state.gate == Gate(Access.GROUPS, frozenset({'Admin Premium'}), frozenset({frozenset({'Premium'})}))
    page_gates.declare([DeclaredPage('/cars', 'Our cars', PUBLIC)])
    assert (await pages.read(OPERATOR)).pages[0].gate == members('Premium')
    await pages.set_gate(OPERATOR, '/cars', members('Admin Premium'))  # somebody has looked at it again
    assert not (await pages.read(OPERATOR)).pages[0].is_outdated


async def test_a_change_of_a_page_that_is_gone_stays_listed_until_it_is_deleted():
    await pages.set_gate(OPERATOR, '/cars', members('Premium'))
    page_gates.declare([])
    (state,) = (await pages.read(OPERATOR)).pages
    assert (state.path, state.page, state.gate) == ('/cars', None, None)
    await pages.reset(OPERATOR, '/cars')
    assert (await pages.read(OPERATOR)).pages == ()


async def test_a_deleted_group_leaves_the_others_and_alone_it_leaves_site_admins():
    await pages.set_gate(OPERATOR, '/cars', members('Premium', 'Admin Premium'))
    await delete_group('Premium')
    assert gate_of('/cars') == members('Admin Premium')
    await delete_group('Admin Premium')
    assert gate_of('/cars') is None


@pytest.mark.parametrize(
    ('use', 'path', 'reason'),
    [
        (Use.SIGNED_OUT, '/cars', Reason.REDIRECT_UNFIT),  # they would be sent there again, for ever
        (Use.AFTER_SIGN_OUT, '/cars', Reason.REDIRECT_UNFIT),
        (Use.NO_ACCESS, '/car', Reason.REDIRECT_UNFIT),
        (Use.AFTER_SIGN_IN, '/nowhere', Reason.PAGE_NOT_FOUND),
        (Use.AFTER_SIGN_IN, 'https://evil.example/', Reason.PAGE_NOT_FOUND),
    ],
)
async def test_a_redirect_to_where_its_people_may_not_go_is_refused(use: Use, path: str, reason: Reason):
    with pytest.raises(AuthError) as refused:
        await pages.set_redirects(OPERATOR, {use: path})
    assert (refused.value.reason, refused.value.values['field']) == (reason, use.value)
    assert page_gates.redirect(use) is None


async def test_a_page_that_a_redirect_uses_cannot_be_closed_to_its_people():
    await pages.set_redirects(OPERATOR, {Use.SIGNED_OUT: '/', Use.NO_ACCESS: '/cars'})
    assert page_gates.redirect(Use.SIGNED_OUT) == '/'
    for path, gate in (('/', SIGNED_IN), ('/cars', members('Premium'))):
        with pytest.raises(AuthError) as refused:
            await pages.set_gate(OPERATOR, path, gate)
        assert refused.value.reason is Reason.PAGE_IN_USE
    await pages.set_gate(OPERATOR, '/cars', PUBLIC)
    await pages.set_redirects(OPERATOR, {Use.SIGNED_OUT: '/cars'})
    with pytest.raises(AuthError):
        await pages.reset(OPERATOR, '/cars')
    page_gates.declare([DeclaredPage('/cars', 'Our cars', SIGNED_IN, locked=True)])  # the code locks it meanwhile
    assert page_gates.redirect(Use.SIGNED_OUT) is None


async def test_a_preview_counts_who_gains_and_who_loses():
    for number, roles in enumerate(([], ['Premium'], ['Admin'], ['Admin', 'Premium'], ['Admin', 'Premium'])):
        uid = await users.create(OPERATOR, f'p{number}@cars.example', None, roles=roles)
    await users.block(OPERATOR, uid)
    for gate, gains, loses, strangers in (
        (PUBLIC, 0, 0, 'gain'),
        (members('Premium'), 0, 2, ''),
        (members('Admin Premium'), 0, 3, ''),
    ):
        found = await gate_preview.preview(OPERATOR, '/cars', gate)
        assert (found.gains, found.loses, found.strangers, found.at_least) == (gains, loses, strangers, False)
    await pages.set_gate(OPERATOR, '/cars', members('Admin Premium'))
    found = await gate_preview.preview(OPERATOR, '/cars', None)
    assert (found.gains, found.loses) == (3, 0)
