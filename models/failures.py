"""Database failures in one line for the operator: what is wrong and what to do."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

import asyncpg
from tortoise.exceptions import BaseORMException

if TYPE_CHECKING:
    from models.address import Address


class DatabaseError(Exception):
    """str() is one line: what is wrong and what to do. It never holds a password."""


@contextlib.contextmanager
def explained(address: 'Address') -> Iterator[None]:
    """Turn what the drivers and the file system raise into a DatabaseError."""
    try:
        yield
    except DatabaseError:
        raise
    except (
        OSError,
        sqlite3.Error,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        BaseORMException,
        ValueError,
    ) as error:
        raise DatabaseError(' '.join(address.explain(error).split())) from error
