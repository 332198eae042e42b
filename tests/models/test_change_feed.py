"""The change feed: everything, in order, to every process, whatever is cancelled, killed or lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import change, database
from models.change import Change, Changed, Feed
from models.clock import now
from models.user import User
from tests.models import children
from tests.support import databases
from tests.support.waiting import SLOWNESS, eventually

SOON = 0.9
"""Seconds in which a signal arrives. Well below the sweep, which would hide one that does not."""


class Reader:
    """What a process was told, in the order in which it was told."""

    def __init__(self) -> None:
        self.told: list[Changed] = []
        self.batches = 0
        self.busy = False
        self.before: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, batch: Sequence[Changed]) -> None:
        assert not self.busy, 'two deliveries at once'
        assert batch
        self.busy = True
        try:
            if self.before is not None:
                await self.before()
            self.told += batch
            self.batches += 1
        finally:
            self.busy = False

    def users(self) -> list[int]:
        return [changed.user_id for changed in self.told if changed.user_id is not None]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def feed(db: str, reader: Reader) -> AsyncIterator[Feed]:
    feed = Feed(reader)
    await feed.start()
    yield feed
    await feed.stop()


async def commit(*users: int) -> None:
    async with database.transaction():
        for user_id in users:
            await change.record('user', user_id=user_id)


def assert_in_order(reader: Reader) -> None:
    ids = [changed.id for changed in reader.told if changed.kind != 'lost']
    assert ids == sorted(set(ids))


async def test_when_the_block_is_left_this_process_has_been_told(feed: Feed, reader: Reader) -> None:
    async with database.transaction():
        await change.record('user', user_id=7)
        await change.record('session', user_id=7, session_id=9)
        await change.record('access')
        assert reader.told == []
    first = reader.told[0].id
    assert reader.told == [
        Changed(first, 'user', 7, None),
        Changed(first + 1, 'session', 7, 9),
        Changed(first + 2, 'access', None, None),
    ]


async def test_what_was_rolled_back_is_told_to_nobody(feed: Feed, reader: Reader) -> None:
    with pytest.raises(ZeroDivisionError):
        await commit_and_fail(1)
    async with database.transaction():
        await change.record('user', user_id=2)
        with contextlib.suppress(ZeroDivisionError):
            await commit_and_fail(3)
        await commit(4)
        assert reader.told == []
    assert reader.users() == [2, 4]


async def commit_and_fail(user_id: int) -> None:
    async with database.transaction():
        await change.record('user', user_id=user_id)
        raise ZeroDivisionError


async def test_a_change_outside_a_transaction_is_a_mistake(db: str) -> None:
    with pytest.raises(RuntimeError, match='transaction'):
        await change.record('user', user_id=1)


async def test_without_a_feed_changes_are_written_all_the_same(db: str) -> None:
    await commit(1, 2)
    assert await Change.all().order_by('id').values_list('user_id') == [(1,), (2,)]


async def test_a_feed_begins_with_what_comes_after_its_start(db: str, reader: Reader) -> None:
    await commit(1)
    feed = Feed(reader)
    await feed.start()
    await commit(2)
    await feed.stop()
    await commit(3)
    assert reader.users() == [2]


async def test_one_feed_runs_at_a_time_and_close_ends_it(feed: Feed, reader: Reader, db: str) -> None:
    with pytest.raises(RuntimeError, match='running feed'):
        await Feed(reader).start()
    await database.close()
    await feed.catch_up()
    await database.connect(db)
    again = Feed(reader)
    await again.start()
    await commit(5)
    await again.stop()
    assert reader.users() == [5]


async def test_rows_of_yesterday_are_pruned_at_the_start_and_their_ids_stay_taken(db: str, reader: Reader) -> None:
    await commit(1, 2)
    last = await change.newest()
    await Change.all().update(at=now() - change.KEPT - timedelta(seconds=1))
    feed = Feed(reader)
    await feed.start()
    assert await Change.all().count() == 0
    await commit(3)
    await feed.stop()
    assert reader.users() == [3]
    assert reader.told[0].id > last


async def test_many_writers_in_one_process(feed: Feed, reader: Reader) -> None:
    async def write(first: int) -> None:
        for user_id in range(first, first + 10):
            await commit(user_id)
            assert user_id in reader.users()

    await asyncio.gather(*(write(first) for first in range(0, 100, 10)))
    assert sorted(reader.users()) == list(range(100))
    assert_in_order(reader)


async def test_many_writers_in_many_processes_and_readers_skip_nothing(feed: Feed, reader: Reader, db: str) -> None:
    others = [asyncio.create_task(children.run('record', db, first, 40)) for first in (1000, 2000)]
    for user_id in range(40):
        await commit(user_id)
    await asyncio.gather(*others)
    await feed.catch_up()
    assert sorted(reader.users()) == [*range(40), *range(1000, 1040), *range(2000, 2040)]
    assert_in_order(reader)
    for first in (0, 1000, 2000):
        one = [user_id for user_id in reader.users() if first <= user_id < first + 40]
        assert one == list(range(first, first + 40))


async def test_another_process_is_followed_at_once(feed: Feed, reader: Reader, db: str) -> None:
    other = asyncio.create_task(children.run('record', db, 50, 1))
    await eventually(lambda: Change.filter(user_id=50).exists())
    await eventually(lambda: reader.users() == [50], within=SOON)
    await other


async def test_a_writer_that_is_killed_leaves_whole_transactions_and_locks_nobody_out(
    feed: Feed, reader: Reader, db: str
) -> None:
    writer = await children.start('record', db, 0, 1_000_000)
    await eventually(lambda: len(reader.users()) > 20)
    writer.kill()
    await writer.wait()
    async with asyncio.timeout(5 * SLOWNESS):
        await commit(-1)
    told = reader.users()
    assert told[:-1] == list(range(len(told) - 1))
    assert told[-1] == -1


async def test_no_id_is_skipped_while_transactions_overlap(feed: Feed, reader: Reader) -> None:
    """Two that began in one order and end in the other must not let a reader pass over the slower one."""
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.transaction():
            await change.record('user', user_id=1)
            began.set()
            await go_on.wait()

    first = asyncio.create_task(slow())
    await began.wait()
    second = asyncio.create_task(commit(2))
    await feed.catch_up()
    go_on.set()
    await asyncio.gather(first, second)
    assert sorted(reader.users()) == [1, 2]
    assert_in_order(reader)


async def test_cancelled_at_any_moment_nothing_that_was_committed_is_lost(feed: Feed, reader: Reader) -> None:
    cancelled, steps = True, 0
    while cancelled:
        task = asyncio.create_task(commit(steps))
        for _ in range(steps):
            await asyncio.sleep(0)
        cancelled = task.cancel()
        await asyncio.wait([task])
        await feed.catch_up()
        assert reader.users() == [user_id for (user_id,) in await Change.all().order_by('id').values_list('user_id')]
        steps += 1 + steps // 20
    assert steps > 10
    assert_in_order(reader)


async def test_cancelled_between_commit_and_catching_up_the_delivery_goes_on(feed: Feed, reader: Reader) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        entered.set()
        await go_on.wait()

    reader.before = wait
    task = asyncio.create_task(commit(1))
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    go_on.set()
    await eventually(lambda: reader.users() == [1], within=SOON)
    assert reader.batches == 1


async def test_a_reader_that_fails_is_told_again_and_to_read_everything(
    feed: Feed, reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(change, 'RETRY', 0.01)
    failures = iter([True, True])

    async def fail() -> None:
        if next(failures, False):
            raise ZeroDivisionError

    reader.before = fail
    await commit(1)
    await eventually(lambda: [told.kind for told in reader.told] == ['user', 'lost'])
    assert 'trying again: ZeroDivisionError()' in caplog.text
    await commit(2)
    assert reader.users() == [1, 2]


async def test_a_reader_may_run_verbs_itself(feed: Feed, reader: Reader) -> None:
    async def verb() -> None:
        if not reader.told:
            await commit(2)
            await asyncio.create_task(commit(3))

    reader.before = verb
    async with asyncio.timeout(5 * SLOWNESS):
        await commit(1)
        await commit(4)
    assert reader.users() == [1, 2, 3, 4]


async def test_a_reader_that_hangs_does_not_hang_the_verb(
    feed: Feed, reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(change, 'HEARD_WITHIN', 0.05)
    go_on = asyncio.Event()

    async def hang() -> None:
        await go_on.wait()

    reader.before = hang
    async with asyncio.timeout(5 * SLOWNESS):
        await commit(1)
    assert 'hangs' in caplog.text
    go_on.set()
    await eventually(lambda: reader.users() == [1])


async def test_a_sweep_finds_what_no_signal_told(db: str, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, 'SWEEP', 0.05)
    feed = Feed(reader)
    await feed.start()
    await Change.create(kind='user', user_id=8)  # written past `record`: no NOTIFY
    await eventually(lambda: reader.users() == [8], within=SOON)
    await feed.stop()


async def listeners(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nicegate feed'"
        )
        return [row['pid'] for row in rows]
    finally:
        await connection.close()


if 'postgresql' in databases.available():

    @pytest.mark.parametrize('database', ['postgresql'], scope='session', indirect=True)
    async def test_a_lost_listener_is_replaced_and_the_loss_told(feed: Feed, reader: Reader, db: str) -> None:
        (pid,) = await listeners(db)
        await databases.statement(f'SELECT pg_terminate_backend({pid})')
        await eventually(lambda: [told.kind for told in reader.told] == ['lost'])
        assert await listeners(db) != [pid]
        await children.run('record', db, 60, 1)
        await eventually(lambda: reader.users() == [60], within=SOON)

    @pytest.mark.parametrize('database', ['postgresql'], scope='session', indirect=True)
    async def test_a_database_that_loses_every_connection_is_found_again(
        feed: Feed, reader: Reader, db: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(change, 'RETRY', 0.01)
        name = db.rpartition('/')[2]
        everyone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await databases.statement(everyone)
        await eventually(lambda: 'lost' in [told.kind for told in reader.told])
        await children.run('record', db, 70, 1)
        await eventually(lambda: reader.users() == [70], within=SOON)
        await User.create(email='still', email_key='here')


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=12))
async def test_any_mix_of_writers_and_cancellations(feed: Feed, reader: Reader, plan: list[tuple[int, int]]) -> None:
    reader.told.clear()
    start = await change.newest()
    tasks = []
    for number, (size, pause) in enumerate(plan):
        tasks.append(asyncio.create_task(commit(*[number] * size)))
        for _ in range(pause):
            await asyncio.sleep(0)
        if pause % 3 == 0:
            tasks[-1].cancel()
    await asyncio.wait(tasks)
    await feed.catch_up()
    rows = await Change.filter(id__gt=start).order_by('id').values_list('id', 'user_id')
    assert [(told.id, told.user_id) for told in reader.told] == rows
