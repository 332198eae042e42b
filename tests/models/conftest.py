"""Databases for the tests of the ground floor, each test on every kind that answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models import database as opened
from tests.models import stock  # noqa: F401  swaps the stock library in when that was asked for
from tests.support import databases


@pytest.fixture
async def empty_url(database: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database without tables."""
    async with databases.fresh(database, tmp_path) as url:
        yield url
        await opened.close()


@pytest.fixture
async def database_url(database: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database with all tables and no rows."""
    async with databases.migrated(database, tmp_path) as url:
        yield url
        await opened.close()


@pytest.fixture
async def db(database_url: str) -> str:
    """The same, connected."""
    await opened.connect(database_url)
    return database_url
