"""Where the database is: the URL taken apart, and what each kind needs before and says when it fails."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import asyncpg

from models.failures import DatabaseError


class Address(Protocol):
    """A place that `database.connect` can open."""

    def connection(self) -> dict[str, Any]:
        """Tortoise's configuration of the connection."""

    def prepare(self) -> None:
        """What must be there before the first connection."""

    def explain(self, error: Exception) -> str:
        """One line for the operator."""


def parse(url: str) -> Address:
    """DatabaseError when `url` is none that we can open."""
    scheme, found, rest = url.partition('://')
    if found and scheme in ('postgres', 'postgresql'):
        return PostgresAddress(url)
    if found and scheme == 'sqlite' and rest.startswith('/') and len(rest) > 1 and not rest.endswith('/'):
        return SqliteAddress(Path(unquote(rest[1:])))
    raise DatabaseError(
        'The database URL is wrong: use sqlite:///data/nicegate.sqlite3 (sqlite:////… for an absolute path) '
        'or postgresql://user:password@host/database.'
    )


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file on a local disk."""

    path: Path

    def connection(self) -> dict[str, Any]:
        return {'engine': 'models.engines.sqlite', 'credentials': {'file_path': str(self.path)}}

    def prepare(self) -> None:
        """Make the folder and the file when they are missing, for this user alone: it holds password hashes."""
        if not self.path.parent.exists():
            self.path.parent.mkdir(mode=0o700, parents=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.close(descriptor)

    def explain(self, error: Exception) -> str:
        text = str(error)
        if isinstance(error, PermissionError) or 'readonly' in text or 'unable to open' in text:
            return f'The database {self.path} cannot be written: give this user the right to write the file and its folder.'
        if isinstance(error, IsADirectoryError):
            return f'The database {self.path} is a folder: name a file in it.'
        if isinstance(error, FileExistsError | NotADirectoryError):
            return f'The folder of the database {self.path} cannot be made: a file is in its way.'
        if 'not a database' in text or 'malformed' in text:
            return f'{self.path} is not a SQLite database, or is damaged: name another file or restore a backup.'
        if 'locked' in text or 'busy' in text:
            return (
                f'The database {self.path} is in use by another process that did not let go for 10 seconds: try again.'
            )
        if 'full' in text:
            return f'The disk is full: make room for the database {self.path}.'
        return f'The database {self.path} failed: {text}.'


@dataclass(frozen=True, slots=True, repr=False)
class PostgresAddress:
    """A database on a PostgreSQL server. `url` may hold a password: it is never shown."""

    url: str

    def connection(self) -> dict[str, Any]:
        return {'engine': 'models.engines.postgres', 'credentials': {'dsn': self.url}}

    def prepare(self) -> None:
        """The operator makes the database."""

    @property
    def place(self) -> str:
        """Host and database name, without user and password."""
        parts = urlsplit(self.url)
        return f'{parts.netloc.rpartition("@")[2] or "localhost"}/{unquote(parts.path[1:])}'

    def explain(self, error: Exception) -> str:
        cause: BaseException = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if isinstance(cause, asyncpg.InvalidCatalogNameError):
            return f'PostgreSQL has no database {self.place}: make it with createdb.'
        if isinstance(cause, asyncpg.InvalidAuthorizationSpecificationError):
            return f'PostgreSQL refused the user or password for {self.place}: check the database URL.'
        if isinstance(cause, TimeoutError | OSError | asyncpg.CannotConnectNowError):
            return f'PostgreSQL does not answer at {self.place}: start it or check host and port in the database URL.'
        return f'PostgreSQL at {self.place} failed: {str(cause) or type(cause).__name__}.'
