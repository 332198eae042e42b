"""What finds people among a million: any part of their e-mail and name, and the rare ones of each status.

None of it is in the models: an index over trigrams, and indexes over some of the rows, are not Tortoise's to make.
"""

import logging
from typing import Any

from tortoise import migrations
from tortoise.exceptions import OperationalError
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

log = logging.getLogger(__name__)

STATUSES = {
    'blocked': 'blocked_at IS NOT NULL',
    'invited': 'blocked_at IS NULL AND password_hash IS NULL',
    'unverified': 'blocked_at IS NULL AND password_hash IS NOT NULL AND verified_at IS NULL',
    'active': 'blocked_at IS NULL AND password_hash IS NOT NULL AND verified_at IS NOT NULL',
}
"""As models/people.py has it. Each person is in one of these indexes, so all four take the room of one."""

PARTIAL = [
    f'CREATE INDEX ix_user_{name} ON user_account (id) WHERE {condition}' for name, condition in STATUSES.items()
]

# The index holds no text of its own: rowid is the person's id, and what is taken out is named as it was put in. Keys
# are case-folded already, and by other rules than the tokenizer's.
ADD = 'INSERT INTO user_search (rowid, email_key, name_key) VALUES (new.id, new.email_key, new.name_key);'
TAKE_OUT = "INSERT INTO user_search (user_search, rowid, email_key, name_key) VALUES ('delete', old.id, old.email_key, old.name_key);"
CHANGED = 'old.email_key IS NOT new.email_key OR old.name_key IS NOT new.name_key OR old.id IS NOT new.id'

SQLITE = [
    "CREATE VIRTUAL TABLE user_search USING fts5(email_key, name_key, content='user_account', content_rowid='id', "
    "tokenize='trigram case_sensitive 1', columnsize=0)",
    "INSERT INTO user_search (user_search) VALUES ('rebuild')",
    f'CREATE TRIGGER user_search_insert AFTER INSERT ON user_account BEGIN {ADD} END',
    f'CREATE TRIGGER user_search_delete AFTER DELETE ON user_account BEGIN {TAKE_OUT} END',
    f'CREATE TRIGGER user_search_update AFTER UPDATE ON user_account WHEN {CHANGED} BEGIN {TAKE_OUT} {ADD} END',
]

POSTGRES = [
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    'CREATE INDEX ix_user_search ON user_account USING gin (email_key gin_trgm_ops, name_key gin_trgm_ops)',
]


async def up(apps: Any, editor: Any) -> None:
    for statement in PARTIAL:
        await editor.client.execute_query(statement)
    if editor.DIALECT == 'sqlite':
        for statement in SQLITE:
            await editor.client.execute_query(statement)
        return
    try:
        async with editor.client._in_transaction() as savepoint:
            for statement in POSTGRES:
                await savepoint.execute_query(statement)
    except OperationalError as error:
        log.warning(
            'People are searched slowly: this database user may not make the index (%s). As a superuser, run: %s',
            ' '.join(str(error).split()),
            '; '.join(POSTGRES),
        )


async def down(apps: Any, editor: Any) -> None:
    for name in STATUSES:
        await editor.client.execute_query(f'DROP INDEX ix_user_{name}')
    if editor.DIALECT != 'sqlite':
        await editor.client.execute_query('DROP INDEX IF EXISTS ix_user_search')
        return
    for name in ('insert', 'delete', 'update'):
        await editor.client.execute_query(f'DROP TRIGGER user_search_{name}')
    await editor.client.execute_query('DROP TABLE user_search')


class Migration(migrations.Migration):
    dependencies = [('models', '0003_admin')]

    initial = False

    operations = [
        ops.AddIndex(model_name='UserRole', index=Index(fields=['role_id', 'user_id', 'until'])),
        ops.RemoveIndex(model_name='UserRole', fields=['role_id', 'user_id']),
        ops.RunPython(up, reverse_code=down),
    ]
