"""Columns that mean the same on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from tortoise import Model
from tortoise.fields import CharField, DatetimeField, JSONField

Moment = TypeVar('Moment', datetime, datetime | None)


class UtcDatetimeField(DatetimeField[Moment]):
    """A moment, stored in UTC.

    SQLite compares datetimes as text: `10:00+02:00` would come after `09:00+00:00` though it is earlier. So every
    value is turned into UTC before it is stored or compared, and a naive one (whose moment nobody knows) raises
    ValueError.
    """

    if TYPE_CHECKING:  # the stock field's own overloads lose `null` in a subclass

        @overload
        def __init__(self: 'UtcDatetimeField[datetime]', *, null: Literal[False] = False, **options: Any) -> None: ...
        @overload
        def __init__(self: 'UtcDatetimeField[datetime | None]', *, null: Literal[True], **options: Any) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    def to_python_value(self, value: Any) -> datetime | None:
        if isinstance(value, str) and value.endswith('+00:00'):  # as SQLite has it; the stock parser is slow
            value = datetime.fromisoformat(value)
        self._refuse_naive(value)
        found = super().to_python_value(value)
        return None if found is None else found.astimezone(UTC)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        self._refuse_naive(value)
        return super().to_db_value(value.astimezone(UTC) if isinstance(value, datetime) else value, instance)

    def _refuse_naive(self, value: Any) -> None:
        if isinstance(value, datetime) and value.utcoffset() is None:
            raise ValueError(f'{self.model_field_name}: a naive datetime names no moment: {value!r}')


FOLDED = 3
"""Case-folding makes at most so many characters of one (of `ΐ`, in Unicode 14): a key is as many times longer."""


class KeyField(CharField[str]):
    """Case-folded text that lists are sorted and paged by.

    COLLATE "C" on PostgreSQL makes it compare by code point as SQLite does: the same order on both, whatever the
    server's locale, and a prefix search can use the plain index.
    """

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        if isinstance(instance, type):
            return value  # in a filter: a text that is too long is simply not there, and no error
        return super().to_db_value(value, instance)

    class _db_postgres:  # noqa: N801  Tortoise looks this name up
        def __init__(self, field: CharField[str]) -> None:
            self.field = field

        @property
        def SQL_TYPE(self) -> str:  # noqa: N802  and this one
            return f'VARCHAR({self.field.max_length}) COLLATE "C"'


class DictField(JSONField[dict[str, Any]]):
    """A JSON object and nothing else.

    JSONField takes a bare string for JSON text that is already encoded (`'1'` comes back as the number 1): what is not
    an object is wrapped in one by the caller, and refused here with ValueError.
    """

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Without the codec, which is whichever JSON library this machine has: a migration must load on all."""
        path, args, kwargs = super().deconstruct()
        return path, args, {name: value for name, value in kwargs.items() if name not in ('encoder', 'decoder')}

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f'{self.model_field_name}: a JSON object is needed, not {type(value).__name__}')
        return super().to_db_value(None if value is None else dict(value), instance)
