"""Settings that an admin changes while the site runs, on real tables: what counts, for whom, and what is refused."""

import asyncio
import contextlib
import logging
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import changeable, email_domains, events, sessions, start, stored
from auth import settings as settings_
from auth.admin import site_settings, users
from auth.admin.actor import OPERATOR
from auth.changeable import NAMES, SignUp
from auth.errors import AuthError, Reason
from auth.flows import accept_invitation, change_email
from auth.flows.sign_in import sign_in
from auth.flows.sign_up import for_program, sign_up, with_ticket
from auth.mail import templates
from auth.people import check_email
from auth.sessions import digest_of
from auth.settings import get_settings
from models import change
from models.audit import Audit
from models.clock import now
from models.database import transaction
from models.session import Session
from models.setting import Setting
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import actor, person, refuses


@pytest.fixture(autouse=True)
def open_settings(settings):
    """VERIFY_EMAIL is what an admin may change here, too."""
    settings.delenv('NICEGATE_VERIFY_EMAIL')
    settings_.get_settings.cache_clear()


async def set_to(**texts: str) -> tuple[str, ...]:
    return await site_settings.change(OPERATOR, texts)


async def store(value: object) -> None:
    """Write into the row behind the back of the verb, as a hand or another release would."""
    async with transaction():
        await change.record('settings')
        await Setting.filter(key=stored.KEY).delete()
        await Setting.create(key=stored.KEY, value=value)


async def test_environment_before_database_before_default(house, settings):
    assert get_settings().password_min_length == 8
    assert await set_to(password_min_length='10', session_idle='90m', site_name=' Car  rental ') == (
        'password_min_length', 'session_idle', 'site_name')  # fmt: skip
    assert (get_settings().password_min_length, get_settings().brand) == (10, 'Car rental')
    assert get_settings().session_idle == timedelta(minutes=90)
    settings.setenv('NICEGATE_PASSWORD_MIN_LENGTH', '12')
    get_settings.cache_clear()
    assert get_settings().password_min_length == 12
    assert get_settings().session_idle == timedelta(minutes=90)  # also for settings that are made anew
    known = await site_settings.read(OPERATOR)
    assert (known['password_min_length'].text, known['password_min_length'].fixed) == ('12', True)
    assert known['password_min_length'].variable == 'NICEGATE_PASSWORD_MIN_LENGTH'
    assert not known['session_idle'].fixed
    with refuses(Reason.SETTING_FIXED):
        await set_to(password_min_length='9', site_name='Not this either')
    assert get_settings().brand == 'Car rental'
    settings.delenv('NICEGATE_PASSWORD_MIN_LENGTH')
    get_settings.cache_clear()
    assert get_settings().password_min_length == 10
    await set_to(password_min_length='8', site_name='')
    assert (get_settings().password_min_length, get_settings().brand) == (8, 'Nicegate')
    assert (await Setting.get(key=stored.KEY)).value == {'session_idle': '90m'}


async def test_they_are_there_after_a_restart_and_only_then(house):
    await set_to(sign_up='closed')
    await events.stop()
    await start.close_database()
    assert get_settings().sign_up is SignUp.OPEN
    await start.open_database()
    assert get_settings().sign_up is SignUp.CLOSED
    await events.start()


async def test_each_change_is_in_the_audit_with_both_values(house):
    root = await root_admin()
    await site_settings.change(root, {'session_keep': '30d', 'email_domains': 'cars.example', 'verify_email': 'off'})
    assert await site_settings.change(root, {'email_domains': 'CARS.example'}) == ()  # nothing is different
    [row] = await Audit.filter(act='settings changed')
    assert (row.actor, row.details) == (
        'root@cars.example',
        {'email_domains': ' → cars.example', 'verify_email': 'on → off'},
    )


async def root_admin():
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    return await actor('root@cars.example')


async def test_only_a_site_admin_reads_and_changes_them(house):
    await person()
    ann = await actor('ann@cars.example')
    with refuses(Reason.FORBIDDEN):
        await site_settings.read(ann)
    with refuses(Reason.FORBIDDEN):
        await site_settings.change(ann, {'sign_up': 'closed'})
    assert get_settings().sign_up is SignUp.OPEN
    assert not await Setting.exists(key=stored.KEY)


@pytest.mark.parametrize(('name', 'text'), [
    ('password_min_length', '5'), ('password_min_length', '65'), ('password_min_length', '1e9'),
    ('password_min_length', '1' + '0' * 9), ('password_min_length', '-8'), ('password_min_length', ''),
    ('password_min_length', '8.5'), ('password_min_length', '\0'), ('password_min_length', 8),
    ('session_idle', '59s'), ('session_idle', '0'), ('session_idle', '-30m'), ('session_idle', '1e9'),
    ('session_idle', '999999999d'), ('session_idle', '30 minutes'), ('session_idle', ''), ('session_keep', '3651d'),
    ('session_idle', '٣٠m'), ('sign_up', 'OPEN'), ('sign_up', ''), ('verify_email', 'perhaps'),
    ('site_name', 'x' * 61), ('site_name', 'Cars\u202e'), ('site_name', 'Cars\ud800'),
    ('site_color', 'red'), ('site_color', '#1d5fa'), ('site_color', '#1d5fa8}body{display:none'),
    ('email_domains', ' '.join(f'd{n}.example' for n in range(10_000))), ('email_domains', 'a..b'),
    ('email_domains', 'ann@cars.example'), ('email_domains', '*.'), ('email_domains', '*.*.example'),
    ('email_domains', '<script>'), ('email_domains', '[127.0.0.1]'), ('email_domains', 'x' * 40_000),
    ('email_domains', ' '.join(f'd{n}.example' for n in range(501))),
])  # fmt: skip
async def test_what_no_setting_can_be_is_refused_and_named(house, name, text):
    before = await site_settings.read(OPERATOR)
    with pytest.raises(AuthError) as caught:
        await site_settings.change(OPERATOR, {name: text})
    assert caught.value.reason is Reason.SETTING_INVALID
    assert caught.value.values['field'] == name
    assert await site_settings.read(OPERATOR) == before


@pytest.mark.parametrize('name', ['secret_key', 'database_url', 'throttle', 'adopt', '__class__', ''])
async def test_nothing_else_can_be_set(house, name):
    with refuses(Reason.INPUT_INVALID):
        await set_to(**{name: 'off'})


@pytest.mark.parametrize('value', [
    {'password_min_length': '0', 'session_idle': '1s', 'sign_up': 'no', 'site_color': 'x', 'site_name': 'a\tb\x7f'},
    {'password_min_length': 1e9, 'session_idle': None, 'sign_up': ['closed'], 'site_name': {}, 'odd': 'x'},
])  # fmt: skip
async def test_what_is_damaged_falls_back_to_the_default_and_is_logged_once(house, value, capfd):
    logging.getLogger().setLevel(logging.INFO)
    await store({**value, 'session_keep': '7d'})
    await set_to(email_domains='cars.example')
    settings = get_settings()
    assert (settings.password_min_length, settings.sign_up, settings.site_name) == (8, SignUp.OPEN, '')
    assert settings.session_idle == timedelta(minutes=30)
    assert settings.session_keep == timedelta(days=7)
    assert (await Setting.get(key=stored.KEY)).value == {'session_keep': '7d', 'email_domains': 'cars.example'}
    said = ''.join(capfd.readouterr())
    assert said.count('stored settings are damaged') == 1


async def test_two_admins_at_once_change_one_setting_each(house):
    await asyncio.gather(*(set_to(**one) for one in ({'site_name': 'Cars'}, {'sign_up': 'closed'}) for _ in range(5)))
    assert (get_settings().brand, get_settings().sign_up) == ('Cars', SignUp.CLOSED)
    assert await Audit.filter(act='settings changed').count() == 2


@pytest.mark.parametrize(('mode', 'reason'), [
    ('closed', Reason.SIGN_UP_CLOSED), ('invitation', Reason.SIGN_UP_INVITATION_ONLY),
])  # fmt: skip
async def test_nobody_signs_up_where_that_is_closed_but_who_is_invited_comes_in(house, mode, reason):
    from auth.admin import invitations

    await person()
    await set_to(sign_up=mode, email_domains='elsewhere.example')
    for email in ('ann@cars.example', 'new@cars.example', 'no address'):  # whoever has it, and before it is looked at
        for verb in (sign_up, with_ticket, for_program):
            with refuses(reason):
                await verb(email, PASSWORD, VISITOR)
    link = await invitations.invite_address(OPERATOR, 'eve@cars.example')
    assert await accept_invitation.accept(link.partition('token=')[2], PASSWORD, VISITOR)
    await set_to(sign_up='open')
    assert await sign_up('bob@elsewhere.example', PASSWORD, VISITOR)


async def test_domains_bind_people_and_no_admin(house):
    await person()
    session = digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    await set_to(email_domains='straße.example, *.org.example')
    for email in ('eve@cars.example', 'eve@org.example', 'eve@notorg.example', 'eve@sub.xn--strae-oqa.example'):
        with pytest.raises(AuthError) as caught:
            await sign_up(email, PASSWORD, VISITOR)
        assert caught.value.reason is Reason.EMAIL_DOMAIN
        with refuses(Reason.EMAIL_DOMAIN):
            await change_email.change_email(session, email, PASSWORD, VISITOR)
    for email in ('eve@Straße.example', 'bob@xn--strae-oqa.example', 'cy@a.b.ORG.example'):
        assert await sign_up(email, PASSWORD, VISITOR)
    await change_email.change_email(session, 'ann@a.org.example', PASSWORD, VISITOR)
    await users.create(OPERATOR, 'dan@cars.example', PASSWORD)


async def test_verification_and_length_follow_at_once(house):
    from auth.pending import Pending

    assert isinstance(await sign_up('ann@cars.example', PASSWORD, VISITOR), Pending)
    await set_to(verify_email='off', password_min_length='16')
    assert not isinstance(await sign_up('bob@cars.example', 'blue bicycle at noon', VISITOR), Pending)
    with pytest.raises(AuthError) as caught:
        await sign_up('eve@cars.example', 'blue bicycle 15', VISITOR)
    assert caught.value.values['minimum'] == 16


async def test_a_shorter_time_binds_the_sessions_that_there_are_and_a_longer_one_does_not(house):
    await person()
    plain, kept = [
        digest_of((await sign_in('ann@cars.example', PASSWORD, VISITOR, keep=keep)).token) for keep in (False, True)
    ]
    at = now()
    await Session.filter(digest=plain).update(created_at=at - timedelta(hours=2), ends_at=at + timedelta(hours=22))
    old = await Session.get(digest=kept)
    await set_to(session_lifetime='48h', session_keep='60d')
    assert (await Session.get(digest=kept)).ends_at == old.ends_at
    await set_to(session_lifetime='3h', session_idle='10m', session_keep='5d')
    shorter = await Session.get(digest=plain)
    assert abs(shorter.ends_at - at - timedelta(hours=1)) < timedelta(seconds=1)
    assert abs(shorter.idle_ends_at - at - timedelta(minutes=10)) < timedelta(seconds=30)
    assert (await Session.get(digest=kept)).ends_at - old.created_at < timedelta(days=5, seconds=1)
    assert await sessions.resume(plain) is not None
    await set_to(session_lifetime='1h')
    assert await sessions.resume(plain) is None  # at once, though it was in memory
    assert await sessions.resume(kept) is not None


async def test_mails_carry_the_name_of_the_site(house):
    await set_to(site_name='Cars & <b>Sons</b>')
    words = templates.render('verify email', 'Ann', {'code': 'WDJB-MJHT'})
    assert 'Cars & <b>Sons</b>' in words.plain
    assert 'Cars &amp; &lt;b&gt;Sons&lt;/b&gt;' in words.html
    assert get_settings().sender.name == 'Cars & <b>Sons</b>'


# ------------------------------------------------------------------ rules


LABEL = st.from_regex(r'[a-z](?:[a-z0-9]{0,8}[a-z0-9])?', fullmatch=True).filter(
    lambda label: not label.startswith('xn')
)
DOMAIN = st.lists(LABEL, min_size=2, max_size=4).map(lambda labels: '.'.join([*labels[:-1], f't{labels[-1]}']))


@given(DOMAIN, LABEL)
def test_a_domain_is_itself_and_a_star_is_all_below_it(domain, label):
    exact, below = email_domains.parse(domain.upper()), email_domains.parse(f'*.{domain}')
    key, sub = check_email(f'Ann@{domain}')[1], check_email(f'Ann@{label}.{domain}')[1]
    glued = f'ann@{label}{domain}'
    assert email_domains.allows(exact, key) and not email_domains.allows(exact, sub)
    assert email_domains.allows(below, sub) and not email_domains.allows(below, key)
    assert not email_domains.allows(exact, glued) and not email_domains.allows(below, glued)
    assert email_domains.allows((), glued)
    assert email_domains.parse(' '.join((*exact, *below))) == (*exact, *below)  # what is stored reads as itself


@given(st.integers(60, 3650 * 86400))
def test_a_time_reads_as_it_was_written(seconds):
    written = changeable.text_of(timedelta(seconds=seconds))
    assert changeable.parse('session_idle', written) == timedelta(seconds=seconds)


@given(st.sampled_from(NAMES), st.text(max_size=20) | st.from_regex(r'-?\d{1,12}[smhdwy]?', fullmatch=True))
def test_whatever_is_written_is_refused_or_reads_as_it_is_kept(name, text):
    with contextlib.suppress(AuthError):
        value = changeable.parse(name, text)
        assert changeable.parse(name, changeable.text_of(value)) == value
