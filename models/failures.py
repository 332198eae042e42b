"""Database failures in one line for the operator."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

import asyncpg
from tortoise.exceptions import BaseORMException


class DatabaseError(Exception):
    """str() is one line: what is wrong and what to do. It never holds a password."""


@contextlib.contextmanager
def explained(explain: Callable[[BaseException], str]) -> Iterator[None]:
    """Turn what the drivers and the file system raise into a DatabaseError with the line that `explain` gives it."""
    try:
        yield
    except (
        OSError,
        sqlite3.Error,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        BaseORMException,
        ValueError,
    ) as error:
        cause = error.__cause__ if isinstance(error, BaseORMException) and error.__cause__ else error
        raise DatabaseError(' '.join(explain(cause).split())) from error
