"""However site admins remove each other, and whoever is faster: one who can come in for good remains."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import pytest

from auth import sessions, site_admins
from auth.access import SITE_ADMIN, SITE_ADMINS
from auth.admin import groups, roles, users
from auth.admin.actor import OPERATOR, Actor
from auth.errors import AuthError, Reason
from auth.flows.delete_account import delete_account
from auth.flows.sign_in import sign_in
from auth.sessions import digest_of
from models.clock import now
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR

ROUNDS: Final = 50
PATIENCE: Final = 60
"""Seconds for two verbs that take milliseconds: more means that they wait for each other."""

Way = Callable[[Actor, str], Awaitable[object]]


async def _expire(by: Actor, uid: str) -> None:
    await users.grant(by, uid, SITE_ADMIN, until=now() + timedelta(days=1))


WAYS: Final[dict[str, Way]] = {
    'block': users.block,
    'delete': users.delete,
    'revoke': lambda by, uid: users.revoke(by, uid, SITE_ADMIN),
    'expire': _expire,
    'delete role': lambda by, _: roles.delete(by, SITE_ADMIN),
    'empty group': lambda by, _: groups.set_roles(by, SITE_ADMINS, []),
}
"""What one does to another. Two more do it to themselves, or from the command line."""
ALL: Final = (*WAYS, 'leave', 'operator')


class _Admin:
    """A site admin for one round, signed in."""

    def __init__(self, uid: str, digest: str, actor: Actor) -> None:
        self.uid, self.digest, self.actor = uid, digest, actor

    def acts(self, way: str, other: '_Admin') -> Awaitable[object]:
        if way == 'leave':
            return delete_account(self.digest, PASSWORD, VISITOR)
        if way == 'operator':
            return users.revoke(OPERATOR, other.uid, SITE_ADMIN)
        return WAYS[way](self.actor, other.uid)


async def _admins(count: int = 2) -> list[_Admin]:
    """So many site admins, and nobody else."""
    await User.all().delete()
    made = []
    for number in range(count):
        email = f'admin{number}@cars.example'
        uid = await users.create(OPERATOR, email, PASSWORD, site_admin=True)
        digest = digest_of((await sign_in(email, PASSWORD, VISITOR)).token)
        actor = await sessions.resume(digest)
        assert digest is not None and actor is not None
        made.append(_Admin(uid, digest, actor))
    return made


def _pairs() -> Sequence[tuple[str, str]]:
    """Every way against itself, then random ones: the same in each run."""
    dice = random.Random(5)
    return [*((way, way) for way in ALL), *((dice.choice(ALL), dice.choice(ALL)) for _ in range(ROUNDS - len(ALL)))]


async def test_two_site_admins_who_remove_each_other_at_once_leave_one_in_fifty_rounds(house):
    taken = 0
    for one_way, other_way in _pairs():
        one, other = await _admins()
        async with asyncio.timeout(PATIENCE):
            answers = await asyncio.gather(one.acts(one_way, other), other.acts(other_way, one), return_exceptions=True)
        assert await site_admins.exist(), (one_way, other_way, answers)
        refusals = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(each, AuthError) for each in refusals), (one_way, other_way, answers)
        taken += 2 - len(refusals)
    assert taken > ROUNDS / 2  # else the rounds were about nothing


@pytest.mark.parametrize('way', ['block', 'delete', 'revoke', 'expire'])
async def test_the_last_one_stays_and_with_a_second_one_goes(house, way):
    [last] = await _admins(1)
    with pytest.raises(AuthError, match=f'^{Reason.LAST_SITE_ADMIN.value}$'):
        await WAYS[way](OPERATOR, last.uid)
    assert await site_admins.exist()
    first, second = await _admins()
    await WAYS[way](OPERATOR, first.uid)
    assert await site_admins.is_last(second.uid)
