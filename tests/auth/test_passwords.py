"""Judging and matching passwords costs what it may cost, whatever comes in."""

import asyncio
import time
from contextlib import suppress

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import passwords
from auth.errors import AuthError, Reason
from auth.settings import get_settings
from tests.auth.conftest import PASSWORD

JUDGED_WITHIN = 0.2
"""Seconds of CPU: three times what the worst took (0.06) that a search over hostile alphabets found."""
EVERY_SIGN = '4@8({[<369!1|75$+7%2z'


@pytest.mark.parametrize('password', [
    (EVERY_SIGN * 4)[:72], EVERY_SIGN[:17], EVERY_SIGN, '([{<4@' * 12, '1|!7+' * 14, '1234567890' * 7,
    'passwordl0v1ſpassword1@5110rd$51999p4ss#0rd$werty123456(loveyou$511.11.2', '1' * 72, '11.11.2011' * 7,
    'qwertyuiop' * 7, 'aaaa' * 18, 'abab1212' * 9, 'iloveyou' * 9,
], ids=range(13))  # fmt: skip
async def test_no_password_is_costly_to_judge(settings, password):
    took = []
    for _ in range(3):  # the least of three: a busy machine adds, never takes away
        began = time.process_time()
        with suppress(AuthError):
            await passwords.check(password, 'ann@cars.example', 'x' * 200)
        took.append(time.process_time() - began)
    assert min(took) < JUDGED_WITHIN


@pytest.mark.parametrize('password', ['1234567890', '9876543210', 'P@$$w0rd', 'p4ssw0rd', '1qaz2wsx', '!@#$%^&*'])
async def test_common_passwords_with_signs_for_letters_stay_common(settings, password):
    with pytest.raises(AuthError, match=Reason.PASSWORD_COMMON):
        await passwords.check(password)


@hypothesis.settings(deadline=None)
@given(st.text(min_size=8, max_size=72))
async def test_any_text_is_judged(password):
    with suppress(AuthError):
        await passwords.check(password)


async def test_passwords_that_are_judged_keep_nobody_from_signing_in(settings):
    stored = await passwords.make_hash(PASSWORD)
    judged = [asyncio.create_task(passwords.check('x9 k' * 18)) for _ in range(passwords.QUEUE + 20)]
    await asyncio.sleep(0)  # each task has begun, and the queue is full
    assert await passwords.matches(PASSWORD, stored)
    answers = await asyncio.gather(*judged, return_exceptions=True)
    assert [a.reason for a in answers if isinstance(a, AuthError)] == [Reason.BUSY] * 20


@pytest.mark.parametrize('password', [PASSWORD, 'x9 k' * 40])
async def test_a_hash_of_a_lower_cost_takes_as_long_as_an_unknown_address(settings, password):
    stored = await passwords.make_hash(password)
    settings.setenv('NICEGATE_BCRYPT_COST', '9')
    get_settings.cache_clear()

    async def work(of: str | None) -> float:
        took = []
        for _ in range(3):
            began = time.process_time()
            await passwords.matches(password, of)
            took.append(time.process_time() - began)
        return min(took)

    unknown = await work(None)
    for of in (stored, '', 'x', '$2b$04$', 'hmac-sha256+x'):
        assert 0.6 < await work(of) / unknown < 1.7, of
    assert await passwords.matches(password, stored)
