"""A start that cannot be is one line for the operator, and every end is an end."""

import asyncio
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from models import database
from models.database import DatabaseError
from models.engines import postgres, sqlite
from models.user import User
from tests.models import children
from tests.support import databases

ROOT = Path(__file__).parents[2]


async def refusal(url: str) -> str:
    """The one line with which a start on `url` ends."""
    with pytest.raises(DatabaseError) as refused:
        await database.connect(url)
    line = str(refused.value)
    assert '\n' not in line
    assert line.endswith('.')
    with pytest.raises(DatabaseError, match='not open'):
        await database.ping()
    return line


@pytest.mark.parametrize(
    'url',
    [
        '',
        'nicegate.sqlite3',
        'sqlite://',
        'sqlite:///',
        'sqlite:///data/',
        'sqlite://data.sqlite3',
        'sqlite:///a%00b',
        'mysql://root@localhost/x',
        'postgresql://me:se/cret@host/db',
        'postgresql://me@host:port/db',
    ],
)
async def test_a_url_that_is_none_is_refused_with_an_example(url: str) -> None:
    line = await refusal(url)
    assert 'sqlite:///data/nicegate.sqlite3' in line
    assert 'cret' not in line


async def test_a_missing_file_is_made_with_its_folder_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'data' / 'site.sqlite3'
    await database.connect(f'sqlite:///{path}')
    await database.migrate()
    await database.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_relative_path_and_an_odd_name_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for given, path in (('a.sqlite3', 'a.sqlite3'), (':memory:', ':memory:'), ('file:x%3fmode=ro', 'file:x?mode=ro')):
        await database.connect(f'sqlite:///{given}')
        monkeypatch.chdir('/')
        await database.migrate()
        await database.close()
        assert (tmp_path / path).stat().st_size > 0
        monkeypatch.chdir(tmp_path)


async def test_sqlite_runs_with_the_settings_that_were_measured(tmp_path: Path) -> None:
    await database.connect(f'sqlite:///{tmp_path}/a.sqlite3')
    client = get_connection('default')
    found = {}
    for name in ('journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout', 'temp_store'):
        ((found[name],),) = (await client.execute_query(f'PRAGMA {name}'))[1]
    await database.close()
    full, memory = 2, 2
    assert found == {
        'journal_mode': 'wal', 'synchronous': full, 'foreign_keys': 1, 'busy_timeout': 10_000, 'temp_store': memory,
    }  # fmt: skip


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / 'notes.txt'
    path.write_text('Not a database. ' * 100)
    assert 'not a SQLite database' in await refusal(f'sqlite:///{path}')
    assert path.read_text() == 'Not a database. ' * 100


async def test_a_folder_in_place_of_the_file_and_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    assert 'is a folder' in await refusal(f'sqlite:///{tmp_path}')
    assert 'a file is in its way' in await refusal(f'sqlite:///{tmp_path}/file/site.sqlite3')
    assert 'a file is in its way' in await refusal(f'sqlite:///{tmp_path}/file/data/site.sqlite3')


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that any user may enter."""
    folder = Path(tempfile.mkdtemp(prefix='nicegate-test-'))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


AS_A_USER = """
import asyncio, os, sys
from models import database

async def main(url, folder):
    await database.connect(f'sqlite:///{folder}/first.sqlite3')  # with all that it imports, which a user might not read
    await database.close()
    if os.geteuid() == 0:
        os.setuid(65534)  # to root nothing is closed
    try:
        await database.connect(url)
    except database.DatabaseError as error:
        print(error)

asyncio.run(main(*sys.argv[1:]))
"""


def as_a_user(url: str, folder: Path) -> str:
    """What a start on `url` says to somebody who may not write everywhere."""
    program = [sys.executable, '-c', AS_A_USER, url, str(folder)]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout


@pytest.mark.parametrize('name', ['site.sqlite3', 'new.sqlite3', 'new/site.sqlite3'])
def test_a_place_that_cannot_be_written(readable: Path, tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(readable / 'site.sqlite3')) as connection:
        connection.execute('CREATE TABLE t (x)')
    (readable / 'site.sqlite3').chmod(0o444)
    readable.chmod(0o555)
    said = as_a_user(f'sqlite:///{readable}/{name}', tmp_path)
    readable.chmod(0o755)
    assert said.endswith('cannot be written: let this user write the file and its folder.\n')


async def test_a_database_that_another_program_keeps_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sqlite.PRAGMAS, 'busy_timeout', 50)
    with closing(sqlite3.connect(tmp_path / 'a.sqlite3', isolation_level=None)) as connection:
        connection.execute('BEGIN EXCLUSIVE')
        assert 'Another process held' in await refusal(f'sqlite:///{tmp_path}/a.sqlite3')


async def test_a_server_that_takes_the_call_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, 'CONNECT_WAIT', 0.1)
    with socket.create_server(('127.0.0.1', 0)) as silent:
        port = silent.getsockname()[1]
        assert 'does not answer' in await refusal(f'postgresql://me@127.0.0.1:{port}/site')


REFUSED_BY_POSTGRES = [('postgresql://me:secret@127.0.0.1:1/site', 'does not answer at 127.0.0.1:1/site')]
for server in databases.servers():
    missing, stranger = databases.with_name(server, 'not_there'), databases.with_user(server, 'stranger:secret')
    REFUSED_BY_POSTGRES += [
        (missing, 'not_there: make it with createdb'),
        (stranger, 'refused the user or the password'),
    ]


@pytest.mark.parametrize(('url', 'words'), REFUSED_BY_POSTGRES)
async def test_a_server_that_does_not_let_us_in(url: str, words: str) -> None:
    line = await refusal(url)
    assert words in line
    assert 'secret' not in line


async def test_a_database_that_went_away_is_told_by_ping(db: str) -> None:
    client = get_connection('default')
    await client.close()
    with pytest.raises(DatabaseError, match='closed'):
        await database.ping()


async def test_connect_again_closes_what_was_open(db: str, tmp_path: Path) -> None:
    await User.create(email='a', email_key='a')
    await database.connect(f'sqlite:///{tmp_path}/second.sqlite3')
    await database.migrate()
    assert await User.all().count() == 0
    await database.connect(db)
    assert await User.all().count() == 1


async def test_a_process_that_closes_nothing_still_ends(database_url: str) -> None:
    status, _, errors = await children.ended(await children.start('leave', database_url), within=20)
    assert status == 3, errors


async def test_a_process_whose_start_failed_still_ends(tmp_path: Path) -> None:
    path = tmp_path / 'notes.txt'
    path.write_text('Not a database. ' * 100)
    status, _, errors = await children.ended(await children.start('leave', f'sqlite:///{path}'), within=20)
    assert status == 1
    assert 'DatabaseError' in errors


async def test_a_start_that_is_cancelled_leaves_nothing_open(empty_url: str) -> None:
    for steps in range(0, 60, 3):
        task = asyncio.create_task(database.connect(empty_url))
        for moment in range(steps):
            if moment > steps / 2:
                task.cancel()  # and again and again
            await asyncio.sleep(0)
        await asyncio.wait([task])
    await database.connect(empty_url)
    assert await database.migrate()
