"""Migrations of our own tables, and what our runner promises for every later one."""

import asyncio
import contextlib
import fcntl
import os
import re
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.context import require_context
from tortoise.migrations.autodetector import MigrationAutodetector

from models import database, migrator
from models.database import DatabaseError
from models.user import User
from tests.models import children
from tests.models.library import FIRST, Book, Library, Shelf, step
from tests.support import databases

TITLE = "ops.AlterField('Book', 'title', fields.CharField(max_length=50, null=True))"
NAME = "ops.AlterField('Shelf', 'name', fields.CharField(max_length=80, unique=True))"
PAGES = "ops.AddField('Book', 'pages', fields.IntField(db_default=0, default=0))"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Shelves and books, with a first migration that is not applied yet."""
    return Library(tmp_path, monkeypatch)


@pytest.fixture
async def opened(library: Library, empty_url: str) -> Library:
    await database.connect(empty_url)
    return library


@pytest.fixture
async def on_sqlite(library: Library, tmp_path: Path) -> AsyncIterator[Library]:
    """For what SQLite alone has: files, and tables that are built anew to change a column."""
    async with databases.fresh('sqlite', tmp_path) as url:
        await database.connect(url)
        yield library
        await database.close()


async def sql(statement: str) -> list[tuple[object, ...]]:
    _, rows = await get_connection('default').execute_query(statement)
    return [tuple(row.values()) if hasattr(row, 'values') else tuple(row) for row in rows]


async def a_full_library() -> None:
    """Shelves 1 and 2 with books 1, 2 and 3; shelf 3 was deleted."""
    await sql("INSERT INTO shelf (name, room, place) VALUES ('one', 1, 1), ('two', 1, 2), ('gone', 2, 1)")
    await sql("INSERT INTO book (shelf_id, title) VALUES (1, 'A'), (1, 'B'), (2, 'C')")
    await sql('DELETE FROM shelf WHERE id = 3')


def file() -> Path:
    return Path(get_connection('default').filename)  # type: ignore[attr-defined]  # the SQLite client has it


def backups() -> list[Path]:
    return sorted(file().parent.glob('*.before-*'))


# Our own tables


async def test_the_tables_are_what_the_migrations_make(db: str) -> None:
    changes = await MigrationAutodetector(require_context().apps, database.APPS).changes()  # type: ignore[arg-type]  # apps is set
    assert [operation.describe() for writer in changes for operation in writer.operations] == []


async def test_every_index_is_over_columns_and_no_table_has_constraints_that_migrations_ignore(db: str) -> None:
    apps = require_context().apps
    assert apps is not None
    for model in apps['models'].values():
        columns = set(model._meta.fields_db_projection.values())
        for index in model._meta.indexes:
            assert isinstance(index, tuple)
            assert set(index) <= columns, f'{model.__name__}: {index}'
        assert not getattr(model.Meta, 'constraints', ())


async def test_a_new_database_is_migrated_once(empty_url: str) -> None:
    await database.connect(empty_url)
    names = await database.pending()
    assert names[0] == '0001_initial'
    assert await database.migrate() == names
    assert await database.pending() == []
    assert await database.migrate() == []
    await database.ping()
    assert await User.all().count() == 0


async def test_of_five_processes_that_start_at_once_one_migrates_and_all_start(empty_url: str) -> None:
    done = await asyncio.gather(*(children.run('migrate', empty_url) for _ in range(5)))
    assert sorted(map(bool, done)) == [False] * 4 + [True]
    await database.connect(empty_url)
    assert await database.pending() == []


async def test_a_newer_database_is_refused_with_one_line(db: str) -> None:
    await sql("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '0999_later', '2030-01-01')")
    for verb in (database.pending, database.migrate):
        with pytest.raises(DatabaseError, match=r'^The database was made by a newer Nicegate \(it has 0999_later\).*$'):
            await verb()


# What the runner promises


async def test_rows_of_other_tables_survive_the_change_of_a_column(opened: Library) -> None:
    await opened.migrate(FIRST)
    await a_full_library()
    assert await opened.migrate(FIRST, step(2, NAME, TITLE)) == ['0002_step']
    assert await sql('SELECT title, shelf_id FROM book ORDER BY id') == [('A', 1), ('B', 1), ('C', 2)]
    await sql('DELETE FROM shelf WHERE id = 1')
    assert await sql('SELECT title FROM book ORDER BY id') == [('C',)]


async def test_a_rebuilt_table_has_everything_that_it_had(on_sqlite: Library) -> None:
    await on_sqlite.migrate(FIRST)
    await a_full_library()
    await sql('CREATE TABLE log (what TEXT)')
    await sql("CREATE TRIGGER shelf_log AFTER INSERT ON shelf BEGIN INSERT INTO log VALUES ('a;b'); END")
    await sql('CREATE VIEW shelves AS SELECT name FROM shelf')
    parts = "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"
    before = await sql(parts)
    await on_sqlite.migrate(FIRST, step(2, NAME))
    after = await sql(parts)
    assert [part for part in before if part not in after] == []
    for row in ("'one', 5, 5", "'new', 1, 1"):  # name, (room, place)
        with pytest.raises(Exception, match='UNIQUE'):
            await sql(f'INSERT INTO shelf (name, room, place) VALUES ({row})')
    await sql("INSERT INTO shelf (name) VALUES ('new')")
    assert await sql("SELECT id FROM shelf WHERE name = 'new'") == [(4,)], 'an id was given twice'
    assert await sql('SELECT what FROM log') == [('a;b',)]
    assert await sql('PRAGMA foreign_key_check') == []


async def test_a_column_that_goes_takes_its_indexes_and_nothing_else(opened: Library) -> None:
    await opened.migrate(FIRST)
    await a_full_library()
    await opened.migrate(FIRST, step(2, "ops.RemoveField('Shelf', 'note')", "ops.RemoveField('Shelf', 'place')"))
    assert await sql('SELECT * FROM shelf ORDER BY id') == [(1, 'one', 1), (2, 'two', 1)]
    assert await sql('SELECT count(*) FROM book') == [(3,)]


async def test_a_relation_that_goes_takes_its_column(opened: Library) -> None:
    await opened.migrate(FIRST)
    await a_full_library()
    await opened.migrate(FIRST, step(2, "ops.RemoveField('Book', 'shelf')"))
    assert await sql('SELECT * FROM book ORDER BY id') == [(1, 'A'), (2, 'B'), (3, 'C')]


async def test_a_unique_over_two_columns_can_go(opened: Library) -> None:
    await opened.migrate(FIRST)
    await a_full_library()
    await opened.migrate(FIRST, step(2, "ops.RemoveConstraint('Shelf', fields=['room', 'place'])"))
    await sql("INSERT INTO shelf (name, room, place) VALUES ('three', 1, 1)")
    with pytest.raises(Exception, match=r'(?i)unique'):
        await sql("INSERT INTO shelf (name) VALUES ('three')")


async def test_an_index_comes_and_goes_with_db_index(opened: Library) -> None:
    await opened.migrate(FIRST)
    comes = "ops.AlterField('Shelf', 'room', fields.IntField(null=True, db_index=True))"
    goes = "ops.AlterField('Shelf', 'note', fields.CharField(max_length=50, null=True))"
    await opened.migrate(FIRST, step(2, comes, goes))
    assert await indexed_alone('shelf') & {'room', 'note'} == {'room'}


async def test_a_new_column_gets_its_index(opened: Library) -> None:
    await opened.migrate(FIRST)
    await opened.migrate(
        FIRST, step(2, "ops.AddField('Book', 'code', fields.CharField(max_length=9, null=True, db_index=True))")
    )
    assert 'code' in await indexed_alone('book')


async def indexed_alone(table: str) -> set[str]:
    """The columns that have an index to themselves."""
    client = get_connection('default')
    if client.capabilities.dialect == 'sqlite':
        texts = await sql(
            f"SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL"
        )
    else:
        texts = await sql(f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'")
    found = [re.search(r'\(([^)]*)\)$', str(text)) for (text,) in texts]
    return {match[1].strip('" ') for match in found if match}


async def test_an_index_over_a_relation_is_used(opened: Library) -> None:
    await opened.migrate(FIRST)
    await opened.migrate(FIRST, step(2, "ops.AddIndex('Book', Index(fields=['shelf', 'title']))"))
    client = get_connection('default')
    if client.capabilities.dialect == 'sqlite':
        (plan,) = await sql("EXPLAIN QUERY PLAN SELECT id FROM book WHERE shelf_id = 1 AND title = 'A'")
        assert 'shelf_id=? AND title=?' in str(plan[-1])
    else:
        texts = await sql("SELECT indexdef FROM pg_indexes WHERE tablename = 'book'")
        assert any('(shelf_id, title)' in str(text) for (text,) in texts)


async def test_live_tables_keep_their_columns_after_a_migration_that_wrote_rows(opened: Library) -> None:
    code = (
        'async def fill(apps, editor):\n'
        "    shelf = await apps.get_model('models.Shelf').create(name='from the migration')\n"
        "    await apps.get_model('models.Book').create(shelf=shelf, title='old')\n"
    )
    await opened.migrate(FIRST)
    await opened.migrate(FIRST, step(2, 'ops.RunPython(fill)', code=code), step(3, PAGES))
    await Book.create(shelf=await Shelf.first(), title='new', pages=300)
    assert await sql('SELECT title, pages FROM book ORDER BY id') == [('old', 0), ('new', 300)]


BROKEN = 'async def fail(apps, editor):\n    raise ValueError("no")\n'


async def test_a_migration_that_fails_leaves_nothing_behind(opened: Library) -> None:
    await opened.migrate(FIRST)
    await a_full_library()
    before = await sql('SELECT * FROM shelf ORDER BY id')
    with pytest.raises(DatabaseError):
        await opened.migrate(FIRST, step(2, NAME, PAGES), step(3, 'ops.RunPython(fail)', code=BROKEN))
    assert await database.pending() == ['0002_step', '0003_step']
    assert await sql('SELECT * FROM shelf ORDER BY id') == before
    with pytest.raises(Exception, match='pages'):
        await sql('SELECT pages FROM book')
    assert await opened.migrate(FIRST, step(2, NAME, PAGES)) == ['0002_step']


async def test_a_migration_that_would_leave_orphans_is_refused(on_sqlite: Library) -> None:
    await on_sqlite.migrate(FIRST)
    await a_full_library()
    with pytest.raises(DatabaseError, match='without their owner in book'):
        await on_sqlite.migrate(FIRST, step(2, "ops.RunSQL('DELETE FROM shelf WHERE id = 1')"))
    assert await sql('SELECT count(*) FROM shelf') == [(2,)]
    with pytest.raises(Exception, match='FOREIGN KEY'):
        await sql("INSERT INTO book (shelf_id, title) VALUES (99, 'orphan')")


async def test_a_filled_file_is_copied_before_it_is_upgraded(on_sqlite: Library) -> None:
    await on_sqlite.migrate(FIRST)
    assert backups() == []
    await a_full_library()
    await on_sqlite.migrate(FIRST, step(2, PAGES))
    (copy,) = backups()
    assert copy.name.startswith(f'{file().name}.before-0002_step-')
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute('SELECT count(*) FROM book').fetchone() == (3,)
        assert 'pages' not in [row[1] for row in connection.execute('PRAGMA table_info(book)')]
    await on_sqlite.migrate(FIRST, step(2, PAGES))
    assert backups() == [copy]


async def test_a_migration_waits_for_another_process_but_not_for_ever(
    on_sqlite: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_sqlite.publish(FIRST)
    lock = os.open(f'{file()}.migrate.lock', os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        monkeypatch.setattr(migrator, 'PATIENCE', 0)
        with pytest.raises(DatabaseError, match='Another process has been migrating'):
            await database.migrate()
        monkeypatch.setattr(migrator, 'PATIENCE', 60)
        waiting = asyncio.create_task(database.migrate())
        assert not (await asyncio.wait([waiting], timeout=0.2))[0]
    finally:
        os.close(lock)
    assert await waiting
