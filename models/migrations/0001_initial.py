from tortoise import migrations
from tortoise.migrations import operations as ops
from models.clock import now
from models.fields import DictField, KeyField, UtcDatetimeField
from models.uid import uuid7
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Change',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('user_id', fields.IntField(null=True)),
                ('session_id', fields.IntField(null=True)),
                ('at', UtcDatetimeField(default=now, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'change_log', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Group',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('uid', fields.UUIDField(default=uuid7, unique=True)),
                ('key', KeyField(unique=True, max_length=200)),
                ('name', fields.CharField(max_length=200)),
                ('name_key', KeyField(unique=True, max_length=600)),
                ('in_code', fields.BooleanField(default=False)),
                ('declared', DictField(null=True)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'access_group', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Role',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('uid', fields.UUIDField(default=uuid7, unique=True)),
                ('key', KeyField(unique=True, max_length=200)),
                ('name', fields.CharField(max_length=200)),
                ('name_key', KeyField(unique=True, max_length=600)),
                ('in_code', fields.BooleanField(default=False)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'role', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GroupRole',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    'group',
                    fields.ForeignKeyField(
                        'models.Group',
                        source_field='group_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='group_roles',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    'role',
                    fields.ForeignKeyField(
                        'models.Role',
                        source_field='role_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='group_roles',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                'table': 'group_role',
                'app': 'models',
                'unique_together': (('group', 'role'),),
                'indexes': [Index(fields=['role_id'])],
                'pk_attr': 'id',
            },
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Setting',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('value', DictField(default=dict)),
                ('changed_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'setting', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('uid', fields.UUIDField(default=uuid7, unique=True)),
                ('email', fields.CharField(max_length=254)),
                ('email_key', KeyField(unique=True, max_length=762)),
                ('name', fields.CharField(default='', max_length=200)),
                ('name_key', KeyField(default='', max_length=600)),
                ('password_hash', fields.CharField(null=True, max_length=200)),
                ('password_changed_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('verified_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('blocked_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('attributes', DictField(default=dict)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('last_seen_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={
                'table': 'user_account',
                'app': 'models',
                'indexes': [Index(fields=['name_key', 'id'])],
                'pk_attr': 'id',
            },
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Code',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('purpose', fields.CharField(max_length=32)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                (
                    'user',
                    fields.ForeignKeyField(
                        'models.User',
                        source_field='user_id',
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field='id',
                        related_name='codes',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('ends_at', UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'code', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                (
                    'user',
                    fields.ForeignKeyField(
                        'models.User',
                        source_field='user_id',
                        db_index=True,
                        db_constraint=True,
                        to_field='id',
                        related_name='sessions',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('last_seen_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('idle_ends_at', UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('keep', fields.BooleanField(default=False)),
                ('address', fields.CharField(default='', max_length=64)),
                ('user_agent', fields.CharField(default='', max_length=400)),
            ],
            options={'table': 'auth_session', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserRole',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    'user',
                    fields.ForeignKeyField(
                        'models.User',
                        source_field='user_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='user_roles',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    'role',
                    fields.ForeignKeyField(
                        'models.Role',
                        source_field='role_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='user_roles',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ('until', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                'table': 'user_role',
                'app': 'models',
                'unique_together': (('user', 'role'),),
                'indexes': [Index(fields=['role_id', 'user_id'])],
                'pk_attr': 'id',
            },
            bases=['Model'],
        ),
    ]
