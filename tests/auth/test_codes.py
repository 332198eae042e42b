"""Mailed codes: forgiving to who reads them off a mail, and to nobody else."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import accounts, codes
from auth.codes import ALPHABET, LENGTH, TRIES, Purpose
from auth.errors import AuthError, Reason
from models.clock import now
from models.code import Code
from models.database import transaction
from models.user import User
from tests.auth.conftest import VISITOR
from tests.auth.test_accounts import person, refuses

PURPOSE = Purpose.RESET_PASSWORD


async def ann() -> User:
    await person()
    return await accounts.get_by_email('ann@cars.example')


async def issue(user: User, purpose: Purpose = PURPOSE) -> str:
    async with transaction():
        return await codes.issue(purpose, user)


async def use(user: User | None, typed: str, purpose: Purpose = PURPOSE) -> None:
    await codes.check(purpose, user, typed, VISITOR, about='somebody')
    async with transaction():
        await codes.redeem(purpose, user, typed)


@given(
    code=st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH),
    between=st.lists(
        st.sampled_from(['', ' ', '-', '–', '\u00a0', '.', '\t']), min_size=LENGTH + 1, max_size=LENGTH + 1
    ),
    lower=st.booleans(),
)
def test_what_people_put_between_the_letters_does_not_matter_nor_does_their_case(code, between, lower):
    typed = ''.join(gap + letter for gap, letter in zip(between, code, strict=False)) + between[-1]
    assert codes.normal(typed.lower() if lower else typed) == code


@given(st.text(max_size=80))
def test_whatever_else_is_typed_is_no_code_and_no_error(typed):
    text = codes.normal(typed)
    assert text is None or (len(text) == LENGTH and set(text) <= set(ALPHABET))


async def test_a_code_works_once_and_is_stored_as_a_digest(house):
    user = await ann()
    code = await issue(user)
    assert code[4] == '-'
    assert code not in str((await Code.get()).__dict__)
    await use(user, code.lower().replace('-', ' '))
    with refuses(Reason.CODE_INVALID):
        await use(user, code)


async def test_of_many_uses_at_once_one_wins(house):
    user = await ann()
    code = await issue(user)
    answers = await asyncio.gather(*(use(user, code) for _ in range(10)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, AuthError)] == [None]


async def test_five_wrong_ones_kill_it_also_at_once(house):
    user = await ann()
    code = await issue(user)
    wrong = ALPHABET[:8] if code.replace('-', '') != ALPHABET[:8] else ALPHABET[1:9]
    for _ in range(TRIES - 1):
        with refuses(Reason.CODE_INVALID):
            await use(user, wrong)
    await use(user, code)  # the fifth try may be right
    code = await issue(user)
    answers = await asyncio.gather(*(use(user, wrong) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(answer, AuthError) for answer in answers)
    assert (await Code.get(used_at__isnull=True)).tries == TRIES
    with refuses(Reason.CODE_INVALID):
        await use(user, code)


@pytest.mark.parametrize('wrong', ['other purpose', 'other person', 'older', 'too late', 'nobody'])
async def test_a_code_of_another_purpose_or_person_or_an_older_one_fails(house, wrong):
    user = await ann()
    code = await issue(user)
    if wrong == 'older':
        await issue(user)
    if wrong == 'too late':
        await Code.all().update(ends_at=now() - timedelta(seconds=1))
    await person('eve@cars.example')
    eve = await accounts.get_by_email('eve@cars.example')
    await issue(eve)
    await issue(user, Purpose.VERIFY_EMAIL)
    whose = {'other person': eve, 'nobody': None}.get(wrong, user)
    with refuses(Reason.CODE_INVALID):
        await use(whose, code, Purpose.VERIFY_EMAIL if wrong == 'other purpose' else PURPOSE)
