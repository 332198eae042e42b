"""A little app for tests of migrations: shelves and books, and a package of migrations that the test writes."""

import importlib
from itertools import count
from pathlib import Path

import pytest
from tortoise import Model, fields

from models import database

HEAD = """
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint
"""

FIRST = """
class Migration(migrations.Migration):
    initial = True
    operations = [
        ops.CreateModel(
            name='Shelf',
            fields=[
                ('id', fields.IntField(primary_key=True, generated=True)),
                ('name', fields.CharField(max_length=50, unique=True)),
                ('note', fields.CharField(max_length=50, null=True, db_index=True)),
                ('room', fields.IntField(null=True)),
                ('place', fields.IntField(null=True)),
            ],
            options={'table': 'shelf', 'app': 'models', 'unique_together': (('room', 'place'),),
                     'indexes': [Index(fields=['place', 'name'])]},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Book',
            fields=[
                ('id', fields.IntField(primary_key=True, generated=True)),
                ('shelf', fields.ForeignKeyField('models.Shelf', related_name='books')),
                ('title', fields.CharField(max_length=50)),
            ],
            options={'table': 'book', 'app': 'models', 'indexes': [Index(fields=['title'])]},
            bases=['Model'],
        ),
    ]
"""


class Shelf(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50, unique=True)

    class Meta:
        table = 'shelf'


class Book(Model):
    id = fields.IntField(primary_key=True)
    shelf: fields.ForeignKeyRelation[Shelf] = fields.ForeignKeyField('models.Shelf', related_name='books')
    title = fields.CharField(max_length=50)
    pages = fields.IntField(db_default=0, default=0)

    class Meta:
        table = 'book'


class Library:
    """`publish` before `database.connect`, then `await library.migrate(FIRST, SECOND)`: all migrations so far."""

    _numbers = count()

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._patch = patch
        patch.syspath_prepend(str(folder))
        self.publish(FIRST)

    def publish(self, *sources: str) -> None:
        """The program's migrations are these, from now on."""
        package = self._folder / f'library_migrations_{next(self._numbers)}'
        package.mkdir()
        (package / '__init__.py').touch()
        for number, source in enumerate(sources, 1):
            (package / f'{number:04}_step.py').write_text(HEAD + source)
        importlib.invalidate_caches()
        app = {'models': [__name__], 'migrations': package.name, 'default_connection': 'default'}
        self._patch.setattr(database, 'APPS', {'models': app})

    async def migrate(self, *sources: str) -> list[str]:
        self.publish(*sources)
        return await database.migrate()


def step(number: int, *operations: str, code: str = '') -> str:
    """The source of the migration `number`, with `code` above it for what its operations name."""
    return (
        f'{code}\nclass Migration(migrations.Migration):\n'
        f"    dependencies = [('models', '{number - 1:04}_step')]\n"
        f'    operations = [{", ".join(operations)}]\n'
    )
