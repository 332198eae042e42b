"""Schema changes that keep what they do not name.

Tortoise 1.1.9 changes a SQLite column by building the table anew, and forgets what the new one had before: indexes,
multi-column UNIQUE, triggers, the counter of AUTOINCREMENT. On both databases a column added with `db_index` gets no
index.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise import Model
from tortoise.exceptions import OperationalError
from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor

from models.engines.sqlite import statements

Columns = tuple[str, ...]


def column_of(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name


def indexed_column(model: type[Model], name: str) -> str | None:
    """The column of the field `name` when it was declared with `db_index`."""
    field = model._meta.fields_map[name]
    if isinstance(field, ForeignKeyFieldInstance):
        field = model._meta.fields_map[field.source_field or name]
    if isinstance(field, ManyToManyFieldInstance) or field.pk or not field.index:
        return None
    return column_of(field)


class Indexing(BaseSchemaEditor):
    """Mixed into both: every index that was asked for is there, over the columns that were meant."""

    async def add_field(self, model: type[Model], field_name: str) -> None:
        await super().add_field(model, field_name)
        column = indexed_column(model, field_name)
        if column is not None:
            await self.add_index(model, Index(fields=(column,)))

    def _index_name_for_model(self, model: type[Model], index: Index) -> str:
        if index.name:
            return index.name
        index.resolve_expressions(model)
        return self._generate_index_name('idx', model, self._resolve_fields_to_columns(model, list(index.field_names)))

    def _get_index_sql(self, model: type[Model], field_names: Sequence[str], *args: Any, **kwargs: Any) -> str:
        """Relations as their columns: SQLite takes the unknown name in "role" for the text 'role', a dead index."""
        return super()._get_index_sql(model, self._resolve_fields_to_columns(model, list(field_names)), *args, **kwargs)


class PostgresEditor(Indexing, AsyncpgSchemaEditor):
    """PostgreSQL's, with every index."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a table has beside its columns, read before it is built anew."""

    made: tuple[tuple[str, str, str], ...]
    """(type, name, SQL) of its indexes and triggers."""
    columns: dict[str, Columns]
    """Columns of each plain index of `made`."""
    uniques: frozenset[Columns]
    """Columns of each UNIQUE that stands in the CREATE TABLE itself."""
    counter: int | None
    """The highest id ever given, when the table counts them."""


class SqliteEditor(Indexing, SqliteSchemaEditor):
    """SQLite's, with rebuilds that lose nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gone: Columns | None = None  # the UNIQUE that is being removed

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            await super()._run_sql(sql)
            return
        for statement in statements(sql):
            await self.client.execute_query(statement)

    async def remove_constraint(self, model: type[Model], constraint: UniqueConstraint | CheckConstraint) -> None:
        """The stock editor drops the index of a UNIQUE that stands in the CREATE TABLE, which SQLite refuses."""
        if isinstance(constraint, CheckConstraint):
            await super().remove_constraint(model, constraint)
            return
        table, columns = model._meta.db_table, tuple(self._resolve_fields_to_columns(model, constraint.fields))
        for index in await self._rows(f'PRAGMA index_list("{table}")'):
            if index['unique'] and await self._index_columns(index['name']) == columns:
                if index['origin'] == 'c':
                    await self._run_sql(f'DROP INDEX "{index["name"]}"')
                else:
                    await self._rebuild_without(model, columns)
                return
        raise OperationalError(f'{table} has no UNIQUE over {", ".join(columns)}')

    async def remove_field(self, model: type[Model], field: Field[Any]) -> None:
        """A relation is two fields over one column: the stock editor would take out one and keep the column."""
        if not isinstance(field, ForeignKeyFieldInstance):
            await super().remove_field(model, field)
            return
        key = model._meta.fields_map[field.source_field or field.model_field_name]
        model._meta.fields_map.pop(field.model_field_name)  # the model is this one operation's own
        await super().remove_field(model, key)

    async def _rebuild_without(self, model: type[Model], unique: Columns) -> None:
        self._gone = unique
        try:
            await self._remake_table(model)
        finally:
            self._gone = None

    async def _remake_table(
        self,
        model: type[Model],
        create_field: Field[Any] | None = None,
        delete_field: Field[Any] | None = None,
        alter_fields: list[tuple[Field[Any], Field[Any]]] | None = None,
    ) -> None:
        changes = alter_fields or []
        if any(column_of(old) != column_of(new) for old, new in changes):
            raise OperationalError('rename a column and change it in two operations: a rebuild cannot do both')
        kept = await self._read(model._meta.db_table)
        if delete_field is not None:
            kept = without_column(kept, column_of(delete_field))
        # Without it the RENAME at the end fails on every view and trigger that names the table, for a moment not there.
        await self._run_sql('PRAGMA legacy_alter_table=ON')
        await super()._remake_table(model, create_field, delete_field, alter_fields)
        await self._run_sql('PRAGMA legacy_alter_table=OFF')
        await self._restore(model, kept, changes)

    async def _read(self, table: str) -> Kept:
        made = await self._rows(
            'SELECT type, name, sql FROM sqlite_master '
            "WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            [table],
        )
        indexes = await self._rows(f'PRAGMA index_list("{table}")')
        counted = await self._rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
        counters = await self._rows('SELECT seq FROM sqlite_sequence WHERE name = ?', [table]) if counted else []
        return Kept(
            made=tuple((row['type'], row['name'], row['sql']) for row in made),
            columns={row['name']: await self._index_columns(row['name']) for row in indexes},
            uniques=frozenset([await self._index_columns(row['name']) for row in indexes if row['origin'] == 'u']),
            counter=counters[0]['seq'] if counters else None,
        )

    async def _restore(self, model: type[Model], kept: Kept, changes: list[tuple[Field[Any], Field[Any]]]) -> None:
        table = model._meta.db_table
        there = {await self._index_columns(row['name']) for row in await self._rows(f'PRAGMA index_list("{table}")')}
        no_longer_unique = {(column_of(new),) for old, new in changes if old.unique and not new.unique}
        for columns in sorted(kept.uniques - there - no_longer_unique - {self._gone or ()}):
            await self._run_sql(self._get_unique_index_sql(table, list(columns)))
        no_longer_indexed = {(column_of(new),) for old, new in changes if old.index and not new.index}
        for _, name, sql in kept.made:
            if kept.columns.get(name) not in no_longer_indexed:
                await self.client.execute_query(sql)
        for old, new in changes:
            if new.index and not old.index and not new.pk:
                await self.add_index(model, Index(fields=(column_of(new),)))
        if kept.counter is not None:
            await self._count_from(table, kept.counter)

    async def _count_from(self, table: str, counter: int) -> None:
        """Ids of deleted rows must not be given again: sessions and change rows are known by theirs."""
        await self.client.execute_query('DELETE FROM sqlite_sequence WHERE name = ?', [table])
        await self.client.execute_query('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, counter])

    async def _rows(self, query: str, values: list[Any] | None = None) -> list[sqlite3.Row]:
        _, rows = await self.client.execute_query(query, values)
        return list(rows)  # type: ignore[arg-type]  # Tortoise says dict; its SQLite client returns sqlite3.Row

    async def _index_columns(self, name: str) -> Columns:
        return tuple(row['name'] for row in await self._rows(f'PRAGMA index_info("{name}")'))

    @staticmethod
    def _default_to_sql_literal(value: Any) -> str:
        """Quoted: the stock one writes `it's` as 'it's'. A default that is computed has no literal."""
        if callable(value):
            raise OperationalError('a computed default cannot fill old rows: fill them with RunPython first')
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return SqliteSchemaEditor._default_to_sql_literal(value)


def without_column(kept: Kept, column: str) -> Kept:
    """Indexes and UNIQUEs over the column go with it, as on PostgreSQL. OperationalError: a trigger names it."""
    for kind, name, sql in kept.made:
        if kind == 'trigger' and re.search(rf'\b{re.escape(column)}\b', sql):
            raise OperationalError(f'drop the trigger {name} before the column {column} that it may name')
    return replace(
        kept,
        made=tuple(item for item in kept.made if column not in kept.columns.get(item[1], ())),
        uniques=frozenset(columns for columns in kept.uniques if column not in columns),
    )


def editor_for(transaction: Any) -> BaseSchemaEditor:
    """The editor that fits; everything it does is part of `transaction`."""
    editor = SqliteEditor if transaction.capabilities.dialect == 'sqlite' else PostgresEditor
    return editor(transaction, atomic=True)
