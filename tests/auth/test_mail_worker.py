"""The worker on real tables and a real mail server: what goes out, what waits, what is given up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from auth.mail import Template, housekeeping, leases, outbox, queue, smtp
from auth.mail.worker import Worker
from auth.mail_server import MailServer
from models.clock import now
from models.database import transaction
from models.mail import Mail
from models.user import User
from tests.support.certificates import make_certificate
from tests.support.mail_catcher import MailCatcher, plain_text
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures('house')
ANN = 'ann@cars.example'
on_one = pytest.mark.parametrize('database', ['sqlite'])
"""What no database does differently is tried on one."""


@asynccontextmanager
async def working(url: str) -> AsyncIterator[None]:
    worker = Worker(MailServer.parse(url) if url else None)
    worker.start()
    try:
        yield
    finally:
        await worker.stop()


async def put(*addresses: str, user: User | None = None, minutes: float = 10, **variables: str) -> list[Mail]:
    async with transaction():
        for address in addresses:
            await queue(
                Template.VERIFY_EMAIL, address, user, variables,
                hidden={'code': 'WDJB-MJHT'}, ends_at=now() + timedelta(minutes=minutes),
            )  # fmt: skip
    return list(await Mail.filter(address__in=addresses).order_by('id'))


async def settled(mail: Mail, **expected: Any) -> Mail:
    """The row once its columns are so and nobody holds it; a sealed secret stays only with what may still go out."""

    async def look() -> bool:
        await mail.refresh_from_db()
        return all(getattr(mail, name) == value for name, value in ({'leased_until': None} | expected).items())

    await eventually(look, why=f'{expected}')
    assert (mail.sealed is not None) is (mail.status == 'waiting')
    return mail


async def test_a_mail_goes_out_as_soon_as_it_is_queued(catcher):
    user = await User.create(email=ANN, email_key=ANN, name='Ann')
    async with working(catcher.url):
        [mail] = await put(ANN, user=user)
        message = await catcher.mail_to(ANN, within=3)  # sooner than it looks by itself
        await settled(mail, status='sent', tries=1, last_error='')
    assert mail.sent_at is not None
    assert message['Message-ID'] == mail.message_id
    assert message['From'] == 'Nicegate <no-reply@[127.0.0.1]>' and message['X-MailFrom'] == 'no-reply@[127.0.0.1]'
    assert catcher.code_in(message) == 'WDJB-MJHT' and 'Hello Ann,' in plain_text(message)


@on_one
@pytest.mark.parametrize('security', ['starttls', 'tls'])
async def test_with_tls_the_certificate_is_checked_and_people_sign_in(settings, tmp_path, security):
    own, other = make_certificate(tmp_path / 'own.pem'), make_certificate(tmp_path / 'other.pem')
    login = ('ann@cars', 'p:/?#ü')
    async with MailCatcher.catching(security=security, certificate=own, login=login) as catcher:
        trust(settings, other)
        async with working(catcher.url):
            [mail] = await put(ANN)
            await eventually(lambda: told(mail, 'certificate verify failed'))
        trust(settings, own)
        async with working(catcher.url.replace('p%3A', 'wrong')):
            await eventually(lambda: told(mail, '535'))
        assert not catcher.caught
        async with working(catcher.url):
            await catcher.mail_to(ANN)
            await settled(mail, status='sent', tries=1)  # what was no fault of the mail was not counted
    smtp._trust.cache_clear()


@on_one
async def test_nothing_goes_out_in_clear_unless_told_so(catcher):
    async with working(catcher.url.partition('?')[0]):
        [mail] = await put(ANN)
        await eventually(lambda: told(mail, 'STARTTLS'))
        await settled(mail, status='waiting', tries=0)
    assert not catcher.caught


def trust(settings: pytest.MonkeyPatch, certificate: Path) -> None:
    settings.setenv('SSL_CERT_FILE', str(certificate))
    smtp._trust.cache_clear()


async def told(mail: Mail, reason: str) -> bool:
    await mail.refresh_from_db()
    return reason in mail.last_error


@on_one
async def test_what_a_server_refuses_for_good_is_parked_and_what_it_takes_later_is_sent_later(catcher):
    no, later, bo = 'no@cars.example', 'later@cars.example', 'bo@cars.example'
    catcher.refuse = {no: '550 no such\x1b[31m user', later: '451 greylisted'}
    async with working(catcher.url):
        refused, delayed, good = await put(no, later, bo)
        await settled(refused, status='refused', tries=1)
        await settled(delayed, status='waiting', tries=1)
        await settled(good, status='sent')
        assert refused.last_error == '550 no such\\x1b[31m user' and delayed.last_error == '451 greylisted'
        assert timedelta(seconds=40) < delayed.next_try_at - now() < timedelta(seconds=80)
        catcher.refuse = {}
        await Mail.filter(id=delayed.id).update(next_try_at=now())
        message = await catcher.mail_to(later)
        await settled(delayed, status='sent', tries=2, last_error='')
    assert message['Message-ID'] == delayed.message_id
    assert not catcher.mails_to(no)


@on_one
async def test_a_mail_that_a_server_stalls_holds_up_no_other(catcher):
    catcher.stall.add(ANN)
    others = [f'p{number}@cars.example' for number in range(10)]
    async with working(catcher.url):
        await put(ANN, *others)
        for address in others:
            await catcher.mail_to(address, within=5)
        assert not catcher.mails_to(ANN)
        catcher.relent()
        await catcher.mail_to(ANN)
        assert 1 < catcher.connections <= 8  # four at once, each for several mails


async def test_a_code_is_never_sent_after_its_end(catcher):
    await catcher.stop()
    async with working(catcher.url):
        [mail] = await put(ANN, minutes=1)
        await eventually(lambda: told(mail, 'Connect call failed'))
        await Mail.filter(id=mail.id).update(ends_at=now())
        await catcher.start()
        await settled(mail, status='late')
        await put('bo@cars.example')
        await catcher.mail_to('bo@cars.example')
    assert not catcher.mails_to(ANN)


async def test_a_server_that_was_away_costs_no_mail_a_try_and_is_complained_of_once(catcher):
    addresses = [f'p{number}@cars.example' for number in range(12)]
    await catcher.stop()
    with capture_logs() as logs:
        async with working(catcher.url):
            mails = await put(*addresses)
            await eventually(lambda: len(logs) == 1)
            await eventually(lambda: told_any(mails))
            await catcher.start()
            await eventually(lambda: len(catcher.caught) == len(addresses))
            for mail in mails:
                await settled(mail, status='sent', tries=1)
    assert [line['event'].partition(':')[0] for line in logs] == [
        'the mail server takes no mail', 'the mail server takes mail again',
    ]  # fmt: skip
    assert {message['X-RcptTo'] for message in catcher.caught} == set(addresses)
    assert 'WDJB-MJHT' not in str(logs)


async def told_any(mails: list[Mail]) -> bool:
    return await Mail.filter(id__in=[mail.id for mail in mails]).exclude(last_error='').exists()


@on_one
async def test_a_server_that_takes_no_sender_for_now_costs_no_mail_a_try(catcher):
    catcher.refuse_senders = '452 disk full'
    async with working(catcher.url):
        [mail] = await put(ANN)
        await eventually(lambda: told(mail, '452 disk full'))
        await settled(mail, status='waiting', tries=0)
        catcher.refuse_senders = ''
        await catcher.mail_to(ANN)


async def test_two_workers_share_the_mails_and_send_none_twice(catcher):
    addresses = [f'p{number}@cars.example' for number in range(24)]
    async with working(catcher.url), working(catcher.url):
        mails = await put(*addresses)
        for mail in mails:
            await settled(mail, status='sent')
    assert sorted(message['X-RcptTo'] for message in catcher.caught) == sorted(addresses)


async def test_a_lease_keeps_others_off_as_long_as_it_runs(catcher):
    [mail] = await put(ANN)
    held = await leases.claim()
    assert held is not None and held.id == mail.id
    assert await leases.claim() is None and await leases.due(4) == 0
    await Mail.filter(id=mail.id).update(leased_until=now())  # whoever held it was killed
    async with working(catcher.url):
        assert (await catcher.mail_to(ANN))['Message-ID'] == mail.message_id


@on_one
async def test_a_worker_that_stops_lets_go_of_what_it_could_not_finish(catcher):
    catcher.stall.add(ANN)
    async with working(catcher.url):
        [mail] = await put(ANN)
        await eventually(lambda: catcher.connections)
    await settled(mail, status='waiting', tries=0)


async def test_a_mail_that_was_asked_for_goes_to_the_stored_address_or_to_nobody(catcher, monkeypatch):
    user = await User.create(email=ANN, email_key=ANN)
    asked = []

    async def resolver(address: str) -> outbox.Answer | None:
        asked.append(address)
        if 'broken' in address:
            raise LookupError('what a resolver may do')
        ends_at = now() + timedelta(minutes=10)
        link = 'http://127.0.0.1:8080/forgot?step=code'
        return outbox.Answer(user, ends_at, {'code': 'WDJB-MJHT', 'link': link}) if 'ANN' in address else None

    monkeypatch.setitem(outbox.resolvers, Template.RESET_PASSWORD, resolver)
    with capture_logs() as logs:
        async with working(catcher.url), working(catcher.url):
            async with transaction():
                for address in ('broken@cars.example', 'nobody@cars.example', 'ANN@cars.example'):
                    await outbox.ask(Template.RESET_PASSWORD, address)
            message = await catcher.mail_to(ANN)
            await eventually(lambda: Mail.filter(status='sent', user_id=user.id).exists())
    assert catcher.code_in(message) == 'WDJB-MJHT' and catcher.link_in(message).endswith('step=code')
    [left] = await Mail.filter(status='asked for')
    assert (left.address, left.tries, left.last_error) == ('broken@cars.example', 1, 'LookupError')
    assert left.next_try_at > now()
    assert asked.count('nobody@cars.example') == asked.count('ANN@cars.example') == 1
    assert await Mail.all().count() == 2 and {line['log_level'] for line in logs} == {'error'}


@on_one
async def test_without_a_server_mails_are_printed_once_and_go_out_when_there_is_one(catcher, capsys):
    [mail] = await put(ANN, name='Ann\u202e')
    for address in ('bo@cars.example', 'cy@cars.example'):
        async with working(''):  # a second start prints only what is new
            await put(address)
            await eventually(all_shown)
    printed = capsys.readouterr().out
    assert printed.count(f'To: {ANN}\nSubject: Verify your email address\n') == 1
    assert 'WDJB-MJHT' in printed and '\u202e' not in printed
    async with working(catcher.url):
        await catcher.mail_to(ANN)
        await settled(mail, status='sent')


async def all_shown() -> bool:
    return not await Mail.filter(shown_at__isnull=True).exists()


@on_one
@pytest.mark.parametrize('smtputf8', [True, False])
async def test_an_address_with_other_letters_is_served_or_parked_with_the_reason(smtputf8):
    async with MailCatcher.catching(smtputf8=smtputf8) as catcher, working(catcher.url):
        mail, idna = await put('josé@straße.example', 'jose@straße.example')
        await settled(idna, status='sent')
        await settled(mail, status='sent' if smtputf8 else 'refused')
    assert [message['To'] for message in catcher.mails_to('josé@xn--strae-oqa.example')] == (
        ['josé@xn--strae-oqa.example'] if smtputf8 else []
    )
    assert ('SMTPUTF8' in mail.last_error) is not smtputf8


@on_one
async def test_a_mail_that_cannot_be_written_is_parked_and_told_of(catcher):
    with capture_logs() as logs:
        async with working(catcher.url):
            async with transaction():
                await queue(Template.INVITATION, ANN, None, {'inviter': 'Bo'})
            [mail] = await Mail.all()
            await settled(mail, status='refused', last_error='it cannot be written: UndefinedError')
    assert [line['log_level'] for line in logs] == ['error']


@on_one
async def test_a_server_that_says_later_for_days_is_believed(catcher):
    catcher.refuse = {ANN: '451 later'}
    [mail] = await put(ANN)
    await Mail.filter(id=mail.id).update(created_at=now() - timedelta(days=6))
    async with working(catcher.url):
        await settled(mail, status='refused', last_error='451 later')


async def test_old_mails_are_deleted(catcher):
    for status, days in (('sent', 29), ('sent', 31), ('late', 31), ('refused', 89), ('refused', 91), ('waiting', 99),
                         ('asked for', 2)):  # fmt: skip
        await Mail.create(
            message_id=f'{status}{days}', template='email taken', status=status, address=ANN,
            created_at=now() - timedelta(days=days),
        )  # fmt: skip
    await housekeeping.prune()
    assert {mail.message_id for mail in await Mail.all()} == {'sent29', 'refused89', 'waiting99'}
