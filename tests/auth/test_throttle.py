"""Throttles: five wrong passwords, a hundred guesses at once, an office that signs in, and an owner who resets."""

import asyncio
import json
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import limits, start, throttle
from auth.errors import AuthError, Reason
from auth.limits import Limit
from auth.settings import get_settings
from auth.throttle import Kind
from auth.visitor import Visitor
from models.database import transaction
from models.throttle import Throttle
from tests.auth.conftest import VISITOR
from tests.auth.test_accounts import refuses
from tests.support.server import ROOT

ANN = 'ann@cars.example'
BOB = 'bob@cars.example'
ELSEWHERE = Visitor.of('192.0.2.7', 'a browser')
WRONG = {Kind.PASSWORD: Reason.INVALID_CREDENTIALS, Kind.CODE: Reason.CODE_INVALID}


@pytest.fixture(autouse=True)
def counting(settings: pytest.MonkeyPatch) -> None:
    settings.setenv('NICEGATE_THROTTLE', 'on')


async def guess(account=ANN, visitor=VISITOR, kind=Kind.PASSWORD) -> Reason:
    """Try a wrong secret; why it was refused."""
    try:
        async with throttle.attempt(kind, account, visitor):
            await asyncio.sleep(0)
            raise AuthError(WRONG[kind])
    except AuthError as refusal:
        return refusal.reason


async def guesses(count, *args, **kwargs) -> int:
    """How many of so many guesses at once were let through."""
    reasons = await asyncio.gather(*(guess(*args, **kwargs) for _ in range(count)))
    return sum(reason not in (Reason.THROTTLED, Reason.PASSWORD_STOPPED) for reason in reasons)


async def sign_in(account=ANN, visitor=VISITOR, kind=Kind.PASSWORD) -> None:
    """Try the right secret."""
    async with throttle.attempt(kind, account, visitor):
        await asyncio.sleep(0)


async def wait_told(account=ANN, visitor=VISITOR, kind=Kind.PASSWORD) -> int:
    with pytest.raises(AuthError, match=Reason.THROTTLED) as caught:
        await sign_in(account, visitor, kind)
    return int(str(caught.value.values['wait']))


async def pass_time(**time: int) -> None:
    """All that was counted is so much older."""
    gone = timedelta(**time)
    for row in await Throttle.all():
        row.moments = {'at': [moment - gone // timedelta(milliseconds=1) for moment in row.moments.get('at', [])]}
        row.ends_at -= gone
        await row.save()


def source(number: int) -> Visitor:
    return Visitor.of(f'198.51.100.{number}', 'a browser')


# --- the window, without a database

TRIES = st.lists(st.integers(0, 400), max_size=60)
LIMITS = st.lists(
    st.builds(Limit, st.integers(1, 6), st.integers(1, 900).map(lambda ms: timedelta(milliseconds=ms))),
    min_size=1,
    max_size=3,
)


@given(gaps=TRIES, rules=LIMITS)
def test_no_window_ever_holds_more_than_its_limit_and_none_refuses_what_fits(gaps, rules):
    kept: list[int] = []
    through: list[int] = []
    at = 1_000_000
    for gap in gaps:
        at += gap
        kept = limits.recent(rules, kept, at)

        def fits(moment):
            return all(sum(moment - rule.length < old for old in through) < rule.count for rule in rules)

        wait = limits.wait(rules, kept, at)
        assert (wait == 0) is fits(at)
        assert fits(at + wait)
        assert wait == 0 or not fits(at + wait - 1)
        if not wait:
            through.append(at)
            kept = [*kept, at]


@given(moments=st.lists(st.integers(0, 9)), gone=st.lists(st.integers(0, 9)))
def test_what_is_given_back_is_one_place_each(moments, gone):
    left = limits.without(moments, gone)
    assert left == sorted(left)
    for moment in range(10):
        assert left.count(moment) == max(0, moments.count(moment) - gone.count(moment))


def test_a_clock_that_was_set_back_bars_nobody_for_longer_than_the_window():
    minute = Limit(1, timedelta(minutes=1))
    kept = limits.recent([minute], [10**12], 1000)
    assert kept == [1000]
    assert minute.wait(kept, 1000) == 60_000


@pytest.mark.parametrize(
    ('address', 'one'),
    [
        ('192.0.2.7', '192.0.2.7'),
        ('::ffff:192.0.2.7', '192.0.2.7'),
        ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'),
        ('2001:db8:1:2::', '2001:db8:1:2::/64'),
        ('fe80::1%eth0', 'fe80::/64'),
        ('', ''),
        ('a socket', 'a socket'),
    ],
)
def test_what_one_customer_has_is_one_source(address, one):
    assert limits.source_of(address) == one


# --- passwords


async def test_the_sixth_wrong_password_waits_and_so_does_a_right_one_until_a_reset(house):
    for _ in range(5):
        assert await guess() is Reason.INVALID_CREDENTIALS
    assert await guess() is Reason.THROTTLED
    assert 295 <= await wait_told() <= 300
    await sign_in(visitor=ELSEWHERE)  # the owner, at home
    await sign_in(BOB)  # a colleague, in the same office
    await pass_time(minutes=4, seconds=58)
    assert 1 <= await wait_told() <= 2
    await pass_time(seconds=2)
    await sign_in()
    assert await guesses(6) == 5
    async with transaction():
        await throttle.forget(ANN)
    await sign_in()


async def test_a_hundred_guesses_at_once_get_no_more_through(house):
    assert await guesses(100) == 5
    assert await guesses(100, kind=Kind.CODE) == 10
    assert await guess(BOB) is Reason.INVALID_CREDENTIALS


async def test_a_source_that_goes_through_the_accounts_gets_ten_a_minute(house):
    reasons = await asyncio.gather(*(guess(f'{number}@cars.example') for number in range(30)))
    assert reasons.count(Reason.INVALID_CREDENTIALS) == 10
    assert 55 <= await wait_told() <= 60
    ours = [Visitor.of(f'2001:db8:1:2::{number}', 'a browser') for number in range(12)]
    reasons = await asyncio.gather(*(guess(f'{visitor.address}@cars.example', visitor) for visitor in ours))
    assert reasons.count(Reason.INVALID_CREDENTIALS) == 10
    await sign_in(visitor=Visitor.of('2001:db8:1:3::1', 'a browser'))


async def test_an_office_that_signs_in_at_nine_is_not_refused(house):
    for number in range(9):
        await guess(f'{number}@cars.example')
    await asyncio.gather(*(sign_in(f'colleague-{number}@cars.example') for number in range(30)))
    await asyncio.gather(*(sign_in() for _ in range(10)))  # ten programs with one account
    await guess(BOB)
    assert await wait_told() > 0


async def test_only_a_wrong_secret_keeps_a_place(house):
    async def broken_off(error: BaseException) -> None:
        with pytest.raises(type(error)):
            async with throttle.attempt(Kind.PASSWORD, ANN, VISITOR):
                raise error

    await guess()
    for error in (AuthError(Reason.BUSY), OSError('the database is away'), asyncio.CancelledError()) * 4:
        await broken_off(error)
    assert [row.failures for row in await Throttle.filter(failures__gt=0)] == [1]
    for _ in range(4):
        await broken_off(AuthError(Reason.PASSWORD_WRONG))
    assert await guess() is Reason.THROTTLED


async def test_whoever_hangs_up_leaves_nothing_taken(house):
    entered, tries = [], []

    async def hang() -> None:
        async with throttle.attempt(Kind.PASSWORD, ANN, VISITOR):
            entered.append(True)
            await asyncio.Event().wait()

    for moment in range(0, 40, 2):  # cancelled wherever it is by then: waiting for a turn, taking, inside
        tries.append(asyncio.create_task(hang()))
        for _ in range(moment):
            await asyncio.sleep(0)
        tries[-1].cancel()
    await asyncio.gather(*tries, return_exceptions=True)
    assert await Throttle.all().count() == 0
    assert await guesses(20) == 5


async def test_whoever_waits_for_their_turn_too_long_hears_that_it_is_busy(house, monkeypatch):
    monkeypatch.setattr('auth.turns.PATIENCE', 0.05)
    inside, leave = asyncio.Semaphore(0), asyncio.Event()

    async def slow() -> None:
        async with throttle.attempt(Kind.PASSWORD, ANN, VISITOR):
            inside.release()
            await leave.wait()

    slow_ones = [asyncio.create_task(slow()) for _ in range(5)]
    for _ in slow_ones:
        await inside.acquire()
    with refuses(Reason.BUSY):
        await sign_in()
    leave.set()
    await asyncio.gather(*slow_ones)
    await sign_in()


# --- a hundred in succession


async def fail_from_everywhere(count: int) -> None:
    reasons = await asyncio.gather(*(guess(visitor=source(number)) for number in range(count)))
    assert set(reasons) == {Reason.INVALID_CREDENTIALS}


async def test_a_hundred_failures_from_everywhere_stop_the_password_until_it_is_reset(house):
    await fail_from_everywhere(3)
    await sign_in(visitor=ELSEWHERE)  # forgets them
    await fail_from_everywhere(2)
    assert await Throttle.filter(failures=2).update(failures=97) == 1
    assert await guesses(20, visitor=source(200)) == 3
    await pass_time(days=100)
    assert await guess(visitor=source(201)) is Reason.PASSWORD_STOPPED
    await throttle.prune()
    with refuses(Reason.PASSWORD_STOPPED):
        await sign_in()
    await sign_in(kind=Kind.CODE)  # the way to a reset stays open
    await throttle.ask_for_mail(ANN, VISITOR)
    await sign_in(BOB)
    await throttle.forget(ANN)
    await sign_in()


# --- codes


async def test_codes_and_passwords_never_bar_from_each_other(house):
    assert await guesses(6) == 5
    assert await guesses(6, 'b@cars.example') == 5
    assert await guess('c@cars.example') is Reason.THROTTLED
    for account in (ANN, BOB) * 5:
        assert await guess(account, kind=Kind.CODE) is Reason.CODE_INVALID
    assert 55 <= await wait_told(kind=Kind.CODE) <= 60
    await pass_time(minutes=1)
    assert await wait_told() > 200
    await sign_in(kind=Kind.CODE)
    assert await wait_told() > 200


# --- mails


async def ask(count, account=ANN, visitor=VISITOR) -> None:
    for _ in range(count):
        assert await throttle.mail_wait(account, visitor) == 0
        await throttle.ask_for_mail(account, visitor)


async def test_three_mails_in_ten_minutes_and_twenty_a_day_from_whomever(house):
    await ask(2)
    await ask(1, visitor=ELSEWHERE)
    with pytest.raises(AuthError, match=Reason.THROTTLED) as caught:
        await throttle.ask_for_mail(ANN, ELSEWHERE)
    assert 595 <= int(str(caught.value.values['wait'])) <= 600
    assert 595 <= await throttle.mail_wait(ANN, VISITOR) <= 600
    await ask(1, BOB)
    for _ in range(6):
        await pass_time(minutes=10)
        await ask(3 if _ < 5 else 2)
    assert await throttle.mail_wait(ANN, VISITOR) > 22 * 3600
    await pass_time(hours=23)
    await ask(3)


async def test_a_source_that_has_mails_sent_to_everybody_is_stopped(house):
    asked = await asyncio.gather(*(throttle.ask_for_mail(ANN, VISITOR) for _ in range(30)), return_exceptions=True)
    assert asked.count(None) == 3  # at once or one after the other
    await asyncio.gather(*(throttle.ask_for_mail(f'{number}@cars.example', VISITOR) for number in range(97)))
    with refuses(Reason.THROTTLED):
        await throttle.ask_for_mail(BOB, VISITOR)
    await ask(1, BOB, ELSEWHERE)


async def test_strangers_cannot_use_up_the_mails_of_the_owner(house):
    async with transaction():
        await throttle.remember(ANN, VISITOR)
    await ask(3, visitor=ELSEWHERE)
    await ask(3)
    assert await throttle.mail_wait(ANN, VISITOR) > 0
    assert await throttle.mail_wait(ANN, source(1)) > 0
    await pass_time(days=1)
    await throttle.prune()
    await ask(3, visitor=ELSEWHERE)
    await ask(1)
    await pass_time(days=90)
    await ask(3, visitor=ELSEWHERE)
    assert await throttle.mail_wait(ANN, VISITOR) > 0


# --- what is kept


async def test_a_restart_forgives_nothing(house):
    assert await guesses(6) == 5
    await start.close_database()
    await start.open_database()
    assert await guess() is Reason.THROTTLED
    assert await guesses(6, visitor=ELSEWHERE) == 5


CHILD = """
import asyncio
from auth import start
from tests.auth.test_throttle import guesses
async def main():
    await start.open_database()
    print('open', flush=True)
    input()
    print(await guesses(30))
    await start.close_database()
asyncio.run(main())
"""


async def test_two_processes_at_once_let_no_more_through_than_one(house, settings):
    settings.setenv('NICEGATE_SECRET_KEY', get_settings().secret())
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-c', CHILD, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None and await child.stdout.readline() == b'open\n'
    ours, (theirs, _) = await asyncio.gather(guesses(30), child.communicate(b'now\n'))
    assert ours + int(theirs) == 5
    assert await guess() is Reason.THROTTLED


async def test_nothing_in_the_table_names_anybody(house):
    await guess()
    await throttle.ask_for_mail(ANN, VISITOR)
    await throttle.remember(ANN, VISITOR)
    for row in await Throttle.all():
        text = json.dumps([row.key, row.account, row.moments])
        assert not any(name in text for name in ('ann', 'cars', VISITOR.address))


async def test_whatever_was_typed_for_an_account_is_counted(house):
    for number, typed in enumerate(('', 'x' * 762, 'nul\0', '\ud800', '["a", "b"]')):
        assert await guesses(6, typed, source(number)) == 5
        await throttle.ask_for_mail(typed, VISITOR)


async def test_what_counts_no_more_is_pruned_and_what_went_well_leaves_nothing(house):
    await asyncio.gather(*(sign_in(f'{number}@cars.example') for number in range(9)))
    with pytest.raises(RuntimeError):  # its failure would be taken back with the transaction
        async with transaction():
            await sign_in()
    assert await Throttle.all().count() == 0
    await guess()
    await throttle.ask_for_mail(ANN, VISITOR)
    assert await throttle.prune() == 0
    await pass_time(minutes=5)
    assert await throttle.prune() == 2
    await pass_time(days=90)
    await throttle.prune()
    assert await Throttle.all().count() == 0


async def test_when_it_is_off_nothing_is_counted(house, settings):
    settings.setenv('NICEGATE_THROTTLE', 'off')
    get_settings.cache_clear()
    assert await guesses(20) == 20
    for _ in range(5):
        await throttle.ask_for_mail(ANN, VISITOR)
    await throttle.remember(ANN, VISITOR)
    assert await throttle.mail_wait(ANN, VISITOR) == 0
    assert await Throttle.all().count() == 0
