"""`prove` fails when a door is opened on purpose: a server for each group of doors whose faults show in other cells."""

import asyncio
from pathlib import Path

import pytest

from ui.prove.checks import Check, Proof
from ui.prove.doors import rights
from ui.prove.run import prove

PAGES = Path(__file__).with_name('tiny_pages.py')
AT_ONCE = 2
TOGETHER = (
    'origin+upload+local+route+spelling+guard',
    'cookie+move+sign_out',
    'address+replay',
    'section+left',
    'revoke',
    'decision',
    'observer',
)


@pytest.fixture(scope='module')
def proofs():
    """Each proof, begun as soon as the first is asked for; a tab that does not follow is waited for a second only."""
    turns = asyncio.Semaphore(AT_ONCE)
    begun: dict[str, asyncio.Task[Proof]] = {}

    async def run(doors: str) -> Proof:
        async with turns:
            return await prove(PAGES, launcher=('tests.prove.sabotage', doors))

    async def of(door: str) -> list[Check]:
        for doors in TOGETHER:
            if doors not in begun:
                begun[doors] = asyncio.create_task(run(doors))
        return (await next(task for doors, task in begun.items() if door in doors.split('+'))).differences

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rights, 'AT_MOST', 1.0)
        yield of


@pytest.mark.parametrize(('taken_out', 'place', 'door', 'persona', 'expected', 'seen'), [
    ('address', '/premium', 'address', 'no roles', 'no access', 'open'),
    ('spelling', '/premium', 'spelling', 'Premium', 'shut', 'open'),
    ('move', '/premium', 'move', 'no roles', 'shut', 'open'),
    ('left', '/premium', 'replay', 'Premium', 'shut', 'open'),
    ('section', '/', 'section', 'no roles', 'shut', 'open'),
    ('guard', '/', 'click', 'no roles', 'shut', 'open'),
    ('replay', '/premium', 'replay', 'no roles', 'shut', 'open'),
    ('cookie', '/premium', 'cookie', 'no roles', 'shut', 'open'),
    ('origin', '/premium', 'origin', 'Premium', 'shut', 'open'),
    ('upload', '/premium', 'upload', 'no roles', 'shut', 'open'),
    ('revoke', '/premium', 'revoke', 'Premium', 'follows', 'open after 1 s'),
    ('revoke', '/premium', 'replay', 'Premium', 'shut', 'open'),
    ('sign_out', '/', 'revoke', 'no roles', 'follows', 'open after 1 s'),
    ('sign_out', '/premium', 'replay', 'Premium', 'shut', 'open'),
    ('route', '/report (route)', 'address', 'no roles', 'shut', 'open'),
    ('route', '/brochures (files)', 'address', 'signed out', 'shut', 'open'),
    ('local', 'picture.svg (shown on /premium)', 'address', 'no roles', 'shut', 'open'),
    ('decision', '/premium', 'address', 'no roles', 'no access', 'open'),
    ('decision', '/premium', 'move', 'no roles', 'shut', 'open'),
    ('observer', '/premium', 'click', 'Premium', 'open', 'shut'),
])  # fmt: skip
async def test_a_door_that_is_taken_out_shows(proofs, taken_out, place, door, persona, expected, seen):
    found = await proofs(taken_out)
    assert (place, door, persona, expected, seen) in {
        (one.place, one.door, one.persona, one.expected, one.seen) for one in found
    }


async def test_other_doors_are_not_blamed(proofs):
    """A slow machine apart: then a page may take longer than the second that these tests wait for it."""
    taken_out = {'origin', 'upload', 'address', 'spelling', 'move', 'click'}
    assert {one.door for one in await proofs('origin')} <= taken_out | {'revoke'}
    assert {one.door for one in await proofs('cookie')} <= {'cookie', 'move', 'revoke', 'replay', 'upload'}
    assert {one.door for one in await proofs('revoke')} <= {'revoke', 'replay', 'upload'}
