"""The indexes for search come to a filled site, stay through changes of the table, and may be refused."""

import logging
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection

from models import database, people
from models.engines.schema import SqliteEditor
from models.user import User
from tests.support import databases, sql

BEFORE = [path for path in sorted(Path('models/migrations').glob('0*.py')) if path.name < '0004']


@pytest.fixture
async def filled(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A database as 0003 left it, with two people."""
    package = f'migrations_before_{secrets.token_hex(4)}'
    (tmp_path / package).mkdir()
    (tmp_path / package / '__init__.py').touch()
    for path in BEFORE:
        shutil.copy(path, tmp_path / package)
    monkeypatch.syspath_prepend(str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setitem(database.APPS['models'], 'migrations', package)
        await database.connect(empty_url)
        assert (await database.migrate())[-1] == '0003_admin'
    for name in ('ada', 'eve'):
        await User.create(email=f'{name}@x.example', email_key=f'{name}@x.example', name='Q', name_key=f'q {name} q')
    await database.close()
    yield empty_url
    for module in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[module]


async def found(text: str) -> list[str]:
    plan = await people.plan([people.matches(text, text)])
    assert plan.driver is not None, 'the index was not asked'
    places = (await people.find(plan, people.Order('email_key'), people.Edge(), 9, 1)).places
    return [str(place.value) for place in places]


async def test_people_who_were_there_before_are_found(filled: str) -> None:
    await database.connect(filled)
    assert (await database.migrate())[-1] == '0004_search'
    assert await found('da@x') == await found('ada q') == ['ada@x.example']
    assert await found('@x.ex') == ['ada@x.example', 'eve@x.example']
    await User.filter(email='eve@x.example').delete()
    assert await found('@x.ex') == ['ada@x.example']


async def test_a_table_that_is_built_anew_is_still_searched(tmp_path: Path) -> None:
    async with databases.migrated('sqlite', tmp_path) as url:
        await database.connect(url)
        await User.create(email='ada@x.example', email_key='ada@x.example', name_key='ada')
        client: Any = get_connection('default')
        await client.execute_query('PRAGMA foreign_keys=OFF')
        async with client._in_transaction() as transaction:
            await SqliteEditor(transaction, atomic=True)._remake_table(User)
        await User.create(email='eve@x.example', email_key='eve@x.example', name_key='eve')
        await User.filter(email='ada@x.example').update(email_key='bea@x.example')
        assert await found('@x.ex') == ['bea@x.example', 'eve@x.example']
        await client.execute_query("INSERT INTO user_search (user_search, rank) VALUES ('integrity-check', 1)")
        await database.close()


@pytest.mark.parametrize('server', databases.servers())
async def test_without_the_right_to_the_extension_search_works_and_the_log_says_so(
    server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    user = f'nicegate_plain_{secrets.token_hex(4)}'
    await databases.statement(f'CREATE ROLE {user} LOGIN')
    try:
        async with databases.fresh('postgresql', tmp_path) as url:
            await sql.rows(url, f'GRANT ALL ON SCHEMA public TO {user}')
            await database.connect(databases.with_user(url, user))
            with caplog.at_level(logging.WARNING, 'models'):
                assert (await database.migrate())[-1] == '0004_search'
            assert ['searched slowly' in record.message for record in caplog.records] == [True]
            await User.create(email='ada@x.example', email_key='ada@x.example', name_key='ada')
            assert await found('da@x') == ['ada@x.example']
            await database.close()
    finally:
        await databases.statement(f'DROP ROLE {user}')
