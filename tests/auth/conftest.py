"""The first floor on real tables, on every database that answers; bcrypt at its least cost."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from auth import events, start
from auth.settings import get_settings
from auth.visitor import Visitor
from tests.support import databases

VISITOR = Visitor.of('127.0.0.1', 'a browser')
PASSWORD = 'blue bicycle at noon'


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Settings of this test alone: `settings.setenv('NICEGATE_…', …)` before the first use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NICEGATE_DATA_DIR', str(tmp_path / 'data'))
    monkeypatch.setenv('NICEGATE_BCRYPT_COST', '4')
    monkeypatch.setenv('NICEGATE_VERIFY_EMAIL', 'off')
    monkeypatch.setenv('NICEGATE_THROTTLE', 'off')
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


@pytest.fixture
async def house(database: str, settings: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an open database with everything that a start makes."""
    async with databases.migrated(database, tmp_path) as url:
        settings.setenv('NICEGATE_DATABASE_URL', url)
        await start.open_database()
        await events.start()
        yield url
        await events.stop()
        await start.close_database()
