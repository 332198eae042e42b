"""What a site keeps of its people: what is asked as they come in, of whom, and that nobody learns who is there."""

import pytest

from auth import accounts, attributes
from auth.admin import attributes as verbs
from auth.admin import invitations, users
from auth.admin.actor import OPERATOR
from auth.attributes import Kind
from auth.errors import Reason
from auth.flows import accept_invitation
from auth.flows.sign_in import sign_in
from auth.flows.sign_up import sign_up
from auth.flows.update_profile import update_profile
from auth.pending import Pending
from auth.sessions import digest_of
from auth.settings import get_settings
from models.audit import Audit
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import actor, person, refuses

IMAGE = 'https://pictures.example/ann.png'


async def asked(key: str = 'phone', *, kind: Kind = Kind.TEXT, required: bool = False) -> None:
    await verbs.define(OPERATOR, key, kind=kind, editable=True, at_sign_up=True, required=required)


async def kept(email: str) -> dict[str, str]:
    return dict((await accounts.get_by_email(email)).attributes)


async def test_answers_are_checked_and_kept(house):
    await asked(required=True)
    await asked('photo', kind=Kind.IMAGE)
    await verbs.define(OPERATOR, 'badge', editable=True)
    for answers, reason in (
        ({}, Reason.ATTRIBUTE_MISSING),
        ({'phone': '  '}, Reason.ATTRIBUTE_MISSING),
        ({'phone': '1', 'photo': 'javascript:alert(1)'}, Reason.ATTRIBUTE_INVALID),
        ({'phone': '1', 'photo': 'data:image/png;base64,x'}, Reason.ATTRIBUTE_INVALID),
        ({'phone': '1\0'}, Reason.ATTRIBUTE_INVALID),
        ({'phone': 'x' * 1001}, Reason.ATTRIBUTE_INVALID),
        ({'phone': '1', 'badge': '7'}, Reason.ATTRIBUTE_UNKNOWN),
        ({'phone': '1', '__class__': '7'}, Reason.ATTRIBUTE_UNKNOWN),
    ):
        with refuses(reason):
            await sign_up('ann@cars.example', PASSWORD, VISITOR, answers=answers)
    assert await accounts.find_by_email('ann@cars.example') is None
    await sign_up('ann@cars.example', PASSWORD, VISITOR, answers={'phone': ' 030 ', 'photo': IMAGE})
    assert await kept('ann@cars.example') == {'phone': '030', 'photo': IMAGE}


async def test_a_taken_address_is_answered_as_a_free_one(house, settings):
    settings.setenv('NICEGATE_VERIFY_EMAIL', 'on')
    get_settings.cache_clear()
    await asked(required=True)
    await person('taken@cars.example')
    for email in ('taken@cars.example', 'free@cars.example'):
        with refuses(Reason.ATTRIBUTE_MISSING):
            await sign_up(email, PASSWORD, VISITOR)
        assert isinstance(await sign_up(email, PASSWORD, VISITOR, answers={'phone': '1'}), Pending)
    assert await kept('taken@cars.example') == {}
    await sign_up('free@cars.example', PASSWORD, VISITOR, answers={'phone': '2'})  # who comes later counts
    assert await kept('free@cars.example') == {'phone': '2'}


async def test_required_binds_people_and_no_admin(house):
    await asked(required=True)
    await person()
    digest = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    with refuses(Reason.ATTRIBUTE_MISSING):
        await update_profile(digest, VISITOR, attributes={'phone': ''})
    await update_profile(digest, VISITOR, name='Ann')
    await update_profile(digest, VISITOR, attributes={'phone': '030'})
    assert await kept('ann@cars.example') == {'phone': '030'}


async def test_who_is_invited_answers_too(house):
    await asked(required=True)
    await asked('town')
    link = await invitations.invite_address(OPERATOR, 'eve@cars.example')
    token = link.partition('token=')[2]
    with refuses(Reason.ATTRIBUTE_MISSING):
        await accept_invitation.accept(token, PASSWORD, VISITOR)
    await accept_invitation.accept(token, PASSWORD, VISITOR, answers={'phone': '030', 'town': 'Ulm'})
    assert await kept('eve@cars.example') == {'phone': '030', 'town': 'Ulm'}


async def test_they_are_added_changed_ordered_and_taken_away(house):
    for key in ('one', 'two', 'three'):
        await verbs.define(OPERATOR, key, among='new')
    await verbs.move(OPERATOR, 'three', -1)
    await verbs.move(OPERATOR, 'one', -1)  # is first already
    await verbs.define(OPERATOR, 'two', label='Deux', kind=Kind.URL, among='known', at_sign_up=True)
    assert [each.key for each in await verbs.known(OPERATOR)] == ['one', 'three', 'two']
    assert [each.label for each in attributes.asked_at_sign_up()] == ['Deux']  # at once, in memory
    for act, reason in (
        (verbs.define(OPERATOR, 'two', among='new'), Reason.ATTRIBUTE_TAKEN),
        (verbs.define(OPERATOR, 'four', among='known'), Reason.ATTRIBUTE_UNKNOWN),
        (verbs.define(OPERATOR, 'Four'), Reason.ATTRIBUTE_KEY_INVALID),
        (verbs.define(OPERATOR, 'four', label='x' * 101), Reason.ATTRIBUTE_LABEL_INVALID),
        (verbs.move(OPERATOR, 'four', 1), Reason.ATTRIBUTE_UNKNOWN),
        (verbs.delete(OPERATOR, 'four'), Reason.ATTRIBUTE_UNKNOWN),
    ):
        with refuses(reason):
            await act
    await verbs.delete(OPERATOR, 'two')
    assert attributes.asked_at_sign_up() == ()
    for number in range(verbs.COUNT - 2):
        await verbs.define(OPERATOR, f'more_{number}')
    with refuses(Reason.ATTRIBUTES_MANY):
        await verbs.define(OPERATOR, 'too_many')
    assert await Audit.filter(act='attribute defined').count() == 3 + 1 + verbs.COUNT - 2


async def test_only_a_site_admin_decides_about_them(house):
    await asked()
    await person()
    ann = await actor('ann@cars.example')
    for act in (
        verbs.known(ann),
        verbs.define(ann, 'phone', label='Mine'),
        verbs.move(ann, 'phone', 1),
        verbs.delete(ann, 'phone'),
    ):
        with refuses(Reason.FORBIDDEN):
            await act
    assert [each.label for each in await attributes.definitions()] == ['Phone']


@pytest.mark.parametrize(
    'value',
    ['javascript:alert(1)', 'https:', 'http:///x', 'ftp://a.example/x', 'data:text/html,x', 'https://a b.example/'],
)
def test_no_such_thing_is_a_link(value):
    assert not attributes.is_url(value)
    assert attributes.is_url(IMAGE)


async def test_what_was_a_text_is_no_link_because_its_attribute_became_one(house):
    await users.create(OPERATOR, 'ann@cars.example', PASSWORD)
    await verbs.define(OPERATOR, 'site', editable=True)
    digest = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    await update_profile(digest, VISITOR, attributes={'site': 'javascript:alert(1)'})
    await verbs.define(OPERATOR, 'site', kind=Kind.URL)
    assert not attributes.is_url((await kept('ann@cars.example'))['site'])
