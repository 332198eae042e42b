"""A look into a server's database from outside, and a hand on its clock: what takes an hour is made an hour old."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

import asyncpg


async def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement, committed; what it returned, times as datetimes."""
    if url.startswith('sqlite'):
        return await asyncio.to_thread(_on_sqlite, url.removeprefix('sqlite:///'), statement)
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def _on_sqlite(path: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        return [tuple(map(_value, row)) for row in connection.execute(statement).fetchall()]


def _value(raw: Any) -> Any:
    try:
        return datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        return raw
