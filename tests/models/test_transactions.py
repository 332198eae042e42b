"""Transactions: all or nothing, one at a time, whatever is cancelled and whoever else is writing."""

import asyncio
import contextlib

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models import change, database
from models.access import Role, UserRole
from models.user import User
from tests.models import children

PATIENCE = 10
"""Seconds until something that hangs is taken for hanging for ever."""


class RefusedError(Exception):
    """A verb that changes its mind."""


async def person(name: str) -> User:
    return await User.create(email=name, email_key=name)


async def pair(one: str, two: str) -> None:
    async with database.transaction():
        await person(one)
        await person(two)


async def names() -> set[str]:
    return {user.email for user in await User.all()}


async def raise_both() -> None:
    async with database.transaction():
        await User.filter(email_key='one').update(name='raised')
        async with database.transaction():
            await User.filter(email_key='two').update(name='raised')


async def settle(task: 'asyncio.Task[None]') -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize('again', [None, 0, 3])
async def test_cancelled_at_any_moment_all_or_nothing_is_done_and_nothing_stays_locked(
    db: str, again: int | None
) -> None:
    await person('one')
    await person('two')
    steps = 0
    cancelled = True
    async with asyncio.timeout(PATIENCE * 6):
        while cancelled:
            await User.all().update(name='')
            task = asyncio.create_task(raise_both())
            for _ in range(steps):
                await asyncio.sleep(0)
            cancelled = task.cancel()
            for _ in range(again or 0):
                await asyncio.sleep(0)
            if again is not None:
                task.cancel()
            await settle(task)
            async with asyncio.timeout(PATIENCE), database.transaction():
                done = tuple([user.name for user in await User.all().order_by('id')])
            assert done in (('', ''), ('raised', 'raised'))
            steps += 1 + steps // 20
    assert steps > 10
    assert done == ('raised', 'raised')


async def with_a_shy_part(name: str) -> None:
    """A verb that goes on when its inner part was cancelled."""
    async with database.transaction():
        await person(f'outer {name}')
        try:
            async with database.transaction():
                await change.record('user', user_id=1)
                await person(f'inner {name}')
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()


async def test_an_inner_transaction_cancelled_at_any_moment_keeps_its_row_and_its_change_or_neither(db: str) -> None:
    for sweep in range(10):  # how many moments there are is the database's pace: on a busy machine they are few
        if await went_on_after_each_moment(sweep):
            return
    raise AssertionError('no outer transaction went on after its inner one was cancelled')


async def went_on_after_each_moment(sweep: int) -> int:
    """Cancel at each moment in turn, until one comes too late; how often the outer transaction went on."""
    steps, cancelled, went_on = 0, True, 0
    while cancelled:
        task = asyncio.create_task(with_a_shy_part(f'{sweep} {steps}'))
        for _ in range(steps):
            await asyncio.sleep(0)
        cancelled = task.cancel()
        with contextlib.suppress(TransactionManagementError):  # cancelled while the inner one began: nothing is kept
            await settle(task)
        there = await names()
        inner = {name for name in there if name.startswith('inner')}
        assert len(inner) == await change.Change.all().count()
        assert {name.replace('inner', 'outer') for name in inner} <= there
        went_on += cancelled and not task.cancelled() and task.exception() is None
        steps += 1
    assert {f'outer {sweep} {steps - 1}', f'inner {sweep} {steps - 1}'} <= there
    return went_on


async def test_a_task_started_in_a_transaction_does_not_write_into_it(db: str) -> None:
    with contextlib.suppress(RefusedError):
        async with database.transaction():
            task = asyncio.create_task(person('of the task'))
            await person('of the transaction')
            for _ in range(20):
                await User.all().count()
            raise RefusedError
    async with asyncio.timeout(PATIENCE):
        await task
    assert await names() == {'of the task'}


async def test_a_task_that_outlives_its_transaction_has_transactions_of_its_own(db: str) -> None:
    over = asyncio.Event()

    async def later() -> None:
        await over.wait()
        with contextlib.suppress(RefusedError):
            async with database.transaction():
                await person('taken back')
                raise RefusedError
        async with database.transaction():
            await person('kept')

    async with database.transaction():
        task = asyncio.create_task(later())
        await person('first')
    over.set()
    async with asyncio.timeout(PATIENCE):
        await task
    assert await names() == {'first', 'kept'}


async def test_a_task_started_in_a_transaction_records_no_change_in_it(db: str) -> None:
    async with database.transaction():
        task = asyncio.create_task(change.record('user', user_id=1))
        with pytest.raises(RuntimeError, match='transaction'):
            await task
    assert await change.newest() == 0


async def test_processes_that_read_and_then_write_lose_nothing_and_fail_never(db: str) -> None:
    await person('counter')
    counted = await asyncio.gather(*(children.run('count', db, 60) for _ in range(3)))
    assert (await User.get(email_key='counter')).version == 1 + sum(counted)


async def test_tasks_that_read_and_then_write_lose_nothing(db: str) -> None:
    await person('counter')

    async def add() -> None:
        async with database.transaction():
            user = await User.get(email_key='counter')
            await User.filter(id=user.id).update(version=user.version + 1)

    await asyncio.gather(*(add() for _ in range(40)))
    assert (await User.get(email_key='counter')).version == 41


async def test_reads_go_on_while_another_process_holds_the_write_lock(db: str) -> None:
    await person('seen')
    holder = await children.start('hold', db)
    assert holder.stdout is not None
    await holder.stdout.readline()
    waiting = asyncio.create_task(raise_both())
    async with asyncio.timeout(PATIENCE / 2):
        for _ in range(20):
            assert await names() == {'seen'}
    assert not waiting.done()
    assert (await children.ended(holder))[0] == 0
    await waiting


async def test_an_inner_transaction_that_fails_takes_back_only_itself(db: str) -> None:
    async with database.transaction():
        await person('outer')
        with pytest.raises(IntegrityError):
            await pair('inner', 'outer')
        await person('after')
    assert await names() == {'outer', 'after'}


async def test_after_a_failed_statement_nothing_is_kept_and_the_block_says_so(db: str) -> None:
    await person('first')
    with pytest.raises(TransactionManagementError, match='nothing of it was kept'):
        await go_on_after_a_failure()
    assert await names() == {'first'}


async def go_on_after_a_failure() -> None:
    async with database.transaction():
        await person('second')
        with pytest.raises(IntegrityError):
            await person('first')
        with pytest.raises(OperationalError):
            await person('third')


async def test_a_transaction_is_of_use_only_while_it_is_open(db: str) -> None:
    async with database.transaction():
        query = User.all().using_db(get_connection('default'))
    with pytest.raises(Exception, match='over'):
        await query


async def test_reading_relations_inside_a_transaction_sees_what_it_wrote(db: str) -> None:
    async with database.transaction():
        user = await person('someone')
        role = await Role.create(key='admin', name='Admin', name_key='admin')
        await UserRole.create(user=user, role=role)
        async with asyncio.timeout(PATIENCE):
            found = await User.all().prefetch_related('user_roles__role', 'sessions').first()
        assert found is not None
        assert [held.role.key for held in found.user_roles] == ['admin']


async def test_bulk_writes_are_all_or_nothing_outside_a_transaction_too(db: str) -> None:
    with pytest.raises(IntegrityError):
        await User.bulk_create([User(email='a', email_key=key) for key in ('a', 'b', 'a')])
    assert await User.all().count() == 0


async def test_counts_of_changed_rows_leave_out_what_went_with_them(db: str) -> None:
    role = await Role.create(key='admin', name='Admin', name_key='admin')
    for name in ('one', 'two'):
        await UserRole.create(user=await person(name), role=role)
    assert await User.filter(email_key='one').update(name='x') == 1
    assert await User.filter(email_key='nobody').update(name='x') == 0
    assert await User.filter(email_key='one').delete() == 1
    assert await UserRole.all().count() == 1


@pytest.mark.parametrize('text', ['a\0b', '\ud800'])
async def test_text_that_one_database_refuses_is_refused_by_both(db: str, text: str) -> None:
    with pytest.raises(OperationalError):
        await person(text)
    with pytest.raises(OperationalError):
        await User.filter(email_key=text).exists()


async def test_a_number_that_is_too_large_is_an_error_of_the_library(db: str) -> None:
    with pytest.raises(OperationalError):
        await User.filter(id=2**70).exists()


async def test_after_close_a_late_task_gets_an_error_and_opens_nothing(db: str) -> None:
    client = get_connection('default')
    query, transaction = User.all().using_db(client), client._in_transaction()
    await database.close()
    with pytest.raises(OperationalError, match='closed'):
        await query
    with pytest.raises(OperationalError, match='closed'):
        await transaction.__aenter__()
