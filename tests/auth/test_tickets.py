"""Tickets for a session: one use, one browser, half a minute, and not for somebody who was barred meanwhile."""

import asyncio

import pytest

from auth import sessions, tickets
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.errors import AuthError, Reason
from auth.flows import sign_in, sign_up
from auth.sessions import digest_of
from auth.tickets import Ticket
from auth.visitor import Visitor
from models.code import Code
from models.session import Session
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import person, refuses

PRESENTED = digest_of('a cookie')


async def ticket(*, keep: bool = False, presented: str | None = PRESENTED) -> Ticket:
    issued = await sign_in.with_ticket('ann@cars.example', PASSWORD, VISITOR, keep=keep, presented=presented)
    assert isinstance(issued, Ticket)
    return issued


@pytest.mark.parametrize('keep', [False, True])
async def test_a_ticket_becomes_a_session_once(house, keep):
    await person()
    issued = await ticket(keep=keep)
    assert issued.text not in repr(issued)
    assert await Session.all().count() == 0
    assert await tickets.find_session(issued) is None
    tries = [tickets.redeem(issued.text, VISITOR, presented=PRESENTED) for _ in range(10)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    [session] = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert {a.reason for a in answers if isinstance(a, AuthError)} == {Reason.TICKET_INVALID}
    assert (session.max_age is not None) is keep
    assert await tickets.find_session(issued) == digest_of(session.token)
    assert await sessions.resume(digest_of(session.token)) is not None


@pytest.mark.parametrize(
    ('visitor', 'presented'),
    [
        (VISITOR, None),
        (VISITOR, digest_of('another cookie')),
        (Visitor.of('127.0.0.2', 'a browser'), PRESENTED),
        (Visitor.of('127.0.0.1', 'another browser'), PRESENTED),
    ],
)
async def test_a_ticket_is_nothing_in_another_browser(house, visitor, presented):
    await person()
    issued = await ticket()
    for text in (issued.text, '', 'keep.' + issued.text, issued.text + '\n', 'x' * 5000, '\ud800'):
        with refuses(Reason.TICKET_INVALID):
            await tickets.redeem(text, visitor, presented=presented)
    assert await tickets.redeem(issued.text, VISITOR, presented=PRESENTED)


async def test_the_presented_session_ends_when_a_ticket_is_redeemed_and_not_before(house):
    await person()
    first = digest_of((await sign_in.sign_in('ann@cars.example', PASSWORD, VISITOR)).token)
    issued = await ticket(presented=first)
    assert await sessions.resume(first) is not None
    await tickets.redeem(issued.text, VISITOR, presented=first)
    assert await sessions.resume(first) is None


async def test_whoever_is_barred_or_has_a_new_password_cannot_use_a_ticket_any_more(house):
    uid = await person()
    for change in (lambda: users.set_password(OPERATOR, uid, PASSWORD), lambda: users.block(OPERATOR, uid)):
        issued = await ticket()
        await change()
        with refuses(Reason.TICKET_INVALID):
            await tickets.redeem(issued.text, VISITOR, presented=PRESENTED)
    with refuses(Reason.INVALID_CREDENTIALS):
        await ticket()
    assert await Code.all().count() == 0


async def test_a_ticket_that_is_withdrawn_takes_its_session_along(house):
    await person()
    unused, used = await ticket(), await ticket()
    session = await tickets.redeem(used.text, VISITOR, presented=PRESENTED)
    for issued in (unused, used, unused):
        await tickets.withdraw(issued)
    with refuses(Reason.TICKET_INVALID):
        await tickets.redeem(unused.text, VISITOR, presented=PRESENTED)
    assert await sessions.resume(digest_of(session.token)) is None
    assert await Session.all().count() == 0


async def test_old_tickets_are_swept_by_newer_ones(house):
    issued = await sign_up.with_ticket('ann@cars.example', PASSWORD, VISITOR, presented=PRESENTED)
    assert isinstance(issued, Ticket)
    row = await Code.get(id=issued.id)
    await Code.filter(id=issued.id).update(ends_at=row.created_at)
    with refuses(Reason.TICKET_INVALID):
        await tickets.redeem(issued.text, VISITOR, presented=PRESENTED)
    await ticket()
    assert await Code.all().count() == 2
    await Code.filter(id=issued.id).update(ends_at=row.created_at - tickets.FORGOTTEN)
    await ticket()
    assert not await Code.filter(id=issued.id).exists()
