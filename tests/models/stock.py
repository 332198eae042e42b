"""Tortoise as it comes, in place of our engines, fields and migration runner: what each of our fixes is for.

`NICEGATE_TEST_STOCK=1 python -m pytest tests/models` must fail in every test of a fault that we fixed. One that passes
there tests nothing, or its fix has become needless.
"""

import os
from typing import Any

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.fields import DatetimeField
from tortoise.migrations.executor import MigrationExecutor

from models import address, database, migrator
from models.fields import UtcDatetimeField


async def migrate(_: address.Address, apps: migrator.Apps) -> list[str]:
    names = await migrator.pending(apps)
    await MigrationExecutor(get_connection('default'), apps).migrate()
    return names


STOCK: list[tuple[Any, str, Any]] = [
    (database, 'Context', TortoiseContext),
    (address.SqliteAddress, 'connection', lambda self: expand_db_url(f'sqlite://{self.path}')),
    (address.PostgresAddress, 'connection', lambda self: expand_db_url(self.url)),
    (UtcDatetimeField, 'to_python_value', DatetimeField.to_python_value),
    (UtcDatetimeField, 'to_db_value', DatetimeField.to_db_value),
    (migrator, 'migrate', migrate),
]
"""(where, name, what the library has there)"""

if os.environ.get('NICEGATE_TEST_STOCK'):
    for where, name, stock in STOCK:
        setattr(where, name, stock)
