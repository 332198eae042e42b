"""The summary of the admin area: what it counts, and what it says needs attention."""

from datetime import timedelta

import pytest

from auth.access import SITE_ADMINS, Access, Gate
from auth.admin import groups, invitations, overview, roles, users
from auth.admin.actor import OPERATOR
from auth.admin.effects import Door
from auth.admin.overview import Concern, Matter
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.flows.sign_in import sign_in
from auth.settings import get_settings
from models.audit import Audit
from models.clock import now
from models.mail import Mail
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import actor, person


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, 'REST', 0)  # what was counted a moment ago is counted again


async def test_people_are_counted_by_what_has_become_of_them(house):
    for email in ('ann@cars.example', 'bob@cars.example', 'eve@cars.example'):
        await person(email)
    await users.block(OPERATOR, await users.find(OPERATOR, 'eve@cars.example'))
    await invitations.invite_address(OPERATOR, 'new@cars.example')
    await invitations.invite_address(OPERATOR, 'new@cars.example')
    for email in ('ann@cars.example', 'bob@cars.example', 'ann@cars.example'):
        await sign_in(email, PASSWORD, VISITOR)
    seen = await overview.read(OPERATOR, [])
    assert (seen.people, seen.signed_in, seen.blocked, seen.invited) == (4, 2, 1, 1)
    assert [each.email for each in seen.seen] == ['ann@cars.example', 'bob@cars.example']
    with pytest.raises(AuthError, match=Reason.FORBIDDEN.value):
        await overview.read(await actor('ann@cars.example'), [])


@pytest.mark.parametrize('in_order', [True, False])
async def test_each_day_has_what_happened_on_it_whatever_the_order_of_the_rows(house, in_order):
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    ages = [40, 29, 29, 3, 0, 0] if in_order else [0, 29, 3, 40, 29, 0]
    for age in ages:
        for act in (Act.SIGNED_IN, Act.SIGNED_IN, Act.SIGN_IN_FAILED, Act.BLOCKED):
            await Audit.create(act=act, at=midnight - timedelta(days=age))
    for number, status in enumerate(['sent', 'sent', 'refused', 'waiting']):
        await Mail.create(
            message_id=str(number), template='invitation', status=status, address='a@b.example', next_try_at=midnight
        )
    days = (await overview.read(OPERATOR, [])).days
    assert len(days) == overview.DAYS and days[-1].date == midnight.date()
    assert {30 - number: (day.sign_ins, day.failures) for number, day in enumerate(days, 1) if day.sign_ins} == {
        29: (4, 2),
        3: (2, 1),
        0: (4, 2),
    }
    assert [(day.mails_sent, day.mails_refused) for day in days if day.mails_sent or day.mails_refused] == [(2, 1)]


async def test_what_needs_attention_is_named_and_goes_when_it_is_mended(house, settings):
    settings.setenv('NICEGATE_PASSWORD_MIN_LENGTH', '6')
    get_settings.cache_clear()
    await users.create(OPERATOR, 'ada@cars.example', PASSWORD, site_admin=True)
    await roles.create(OPERATOR, 'Gold')
    await groups.create(OPERATOR, 'Empty', [])
    await groups.create(OPERATOR, 'Golden', ['Gold'])
    gates = {'Closed': ['Empty'], 'Lonely': ['Empty', 'Golden'], 'Admin': [SITE_ADMINS], 'Gone': ['Nowhere']}
    doors = [Door(name, Gate(Access.GROUPS, frozenset(keys))) for name, keys in gates.items()]
    doors += [Door('Ungated', None), Door('Home', Gate(Access.PUBLIC))]
    assert (await overview.read(OPERATOR, doors)).matters == (
        Matter(Concern.NO_MAIL_SERVER),
        Matter(Concern.NO_GATE, ('Ungated',), 1),
        Matter(Concern.CLOSED_PAGE, ('Closed', 'Lonely', 'Gone'), 3),
        Matter(Concern.ONE_SITE_ADMIN),
        Matter(Concern.SHORT_PASSWORDS, count=6),
    )
    settings.setenv('NICEGATE_PASSWORD_MIN_LENGTH', '8')
    settings.setenv('NICEGATE_SMTP_URL', 'smtp://mail.cars.example')
    get_settings.cache_clear()
    await users.create(OPERATOR, 'bob@cars.example', PASSWORD, site_admin=True)
    await person('ann@cars.example', 'Gold')
    assert not (await overview.read(OPERATOR, [doors[1], doors[2], doors[5]])).matters
    for number, (status, tries) in enumerate([('waiting', 0), ('waiting', 2), ('refused', 1)]):
        await Mail.create(message_id=str(number), template='x', status=status, address='a@b.example', tries=tries)
    assert (await overview.read(OPERATOR, [])).matters == (
        Matter(Concern.MAILS_WAITING, count=1),
        Matter(Concern.MAILS_REFUSED, count=1),
    )
