"""Where the database is: the URL taken apart, what each kind needs first, and what its failures mean."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

from models.failures import DatabaseError

WRONG_URL = (
    'The database URL is wrong: use sqlite:///data/nicegate.sqlite3 (four slashes for an absolute path) '
    'or postgresql://user:password@host/database, with %40 for an @ in the password and so on.'
)

SQLITE_FAILURES = (
    (('not a database', 'malformed'), '{} is not a SQLite database, or is damaged: name another or restore a backup.'),
    (('locked', 'busy'), 'Another process held the database {} for more than 10 seconds: try again when it is done.'),
    (('full', 'No space'), 'The disk of the database {} is full: make room.'),
    (('Is a directory',), 'The database {} is a folder: name a file in it.'),
    (('File exists', 'Not a directory'), 'The folder of the database {} cannot be made: a file is in its way.'),
    (
        ('readonly', 'unable to open', 'Permission denied', 'Read-only'),
        'The database {} cannot be written: let this user write the file and its folder.',
    ),
)
"""(words of the system or of SQLite, what to tell the operator), the first that fits."""


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file on a local disk."""

    path: Path

    def connection(self) -> dict[str, Any]:
        """Tortoise's configuration of the connection."""
        return {'engine': 'models.engines.sqlite', 'credentials': {'file_path': str(self.path)}}

    def prepare(self) -> None:
        """Make the folder and the file when they are missing, for this user alone: it holds password hashes."""
        if not self.path.parent.exists():
            self.path.parent.parent.mkdir(parents=True, exist_ok=True)
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def explain(self, error: BaseException) -> str:
        text = str(error)
        for words, line in SQLITE_FAILURES:
            if any(word in text for word in words):
                return line.format(self.path)
        return f'The database {self.path} failed: {text.rstrip(".")}.'


@dataclass(frozen=True, slots=True, repr=False)
class PostgresAddress:
    """A database on a PostgreSQL server. `url` may hold a password: it is never shown."""

    url: str

    def connection(self) -> dict[str, Any]:
        """Tortoise's configuration of the connection."""
        return {'engine': 'models.engines.postgres', 'credentials': {'dsn': self.url}}

    def prepare(self) -> None:
        """Nothing: the operator makes the database."""

    @property
    def place(self) -> str:
        """Host and database, cut so that no part of a password is left however badly the URL is written."""
        return self.url.partition('://')[2].rpartition('@')[2].partition('?')[0] or 'localhost'

    def explain(self, error: BaseException) -> str:
        if isinstance(error, asyncpg.InvalidCatalogNameError):
            return f'PostgreSQL has no database {self.place}: make it with createdb.'
        if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
            return f'PostgreSQL refused the user or the password for {self.place}: correct them in the database URL.'
        if isinstance(error, asyncpg.InsufficientPrivilegeError):
            return f'The PostgreSQL user of {self.place} may not do this ({error}): make it the owner of the database.'
        if 'SSL' in str(error):
            return (
                f'PostgreSQL at {self.place} does not encrypt as asked ({error}): correct sslmode in the database URL.'
            )
        if isinstance(error, OSError | asyncpg.CannotConnectNowError | asyncpg.PostgresConnectionError):
            return (
                f'PostgreSQL does not answer at {self.place}: start it, or correct host and port in the database URL.'
            )
        if isinstance(error, ValueError):
            return WRONG_URL  # the driver's own text may hold a piece of the password
        return f'PostgreSQL at {self.place} failed: {str(error).rstrip(".") or type(error).__name__}.'


Address = SqliteAddress | PostgresAddress


def parse(url: str) -> Address:
    """DatabaseError when `url` is none that we can open."""
    scheme, _, rest = url.partition('://')
    if scheme in ('postgres', 'postgresql') and _has_a_port_or_none(url):
        return PostgresAddress(url)
    if (
        scheme == 'sqlite'
        and rest.startswith('/')
        and len(rest) > 1
        and not rest.endswith('/')
        and '\0' not in unquote(rest)
    ):
        return SqliteAddress(Path(unquote(rest[1:])).absolute())
    raise DatabaseError(WRONG_URL)


def _has_a_port_or_none(url: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018  it raises for what is no port, also when a password was cut in two
    except ValueError:
        return False
    return True
