"""Schema changes on SQLite that keep what they rebuild."""

from tortoise.migrations.schema_editor import SqliteSchemaEditor


class SqliteEditor(SqliteSchemaEditor):
    """Placeholder for the rebuild-safe editor: see the next commit."""
