from tortoise import migrations
from tortoise.migrations import operations as ops
from models.clock import now
from models.fields import DictField, UtcDatetimeField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Attribute',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=60)),
                ('label', fields.CharField(max_length=100)),
                ('kind', fields.CharField(default='text', max_length=16)),
                ('editable', fields.BooleanField(default=False)),
                ('position', fields.IntField(default=0)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attribute', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Audit',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', UtcDatetimeField(default=now, db_index=True, auto_now=False, auto_now_add=False)),
                ('act', fields.CharField(max_length=40)),
                ('actor_uid', fields.UUIDField(null=True)),
                ('actor', fields.CharField(default='', max_length=254)),
                ('subject_uid', fields.UUIDField(null=True)),
                ('subject', fields.CharField(default='', max_length=254)),
                ('address', fields.CharField(default='', max_length=64)),
                ('user_agent', fields.CharField(default='', max_length=400)),
                ('details', DictField(default=dict)),
            ],
            options={
                'table': 'audit',
                'app': 'models',
                'indexes': [
                    Index(fields=['subject_uid', 'id']),
                    Index(fields=['actor_uid', 'id']),
                    Index(fields=['act', 'id']),
                ],
                'pk_attr': 'id',
            },
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Mail',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('message_id', fields.CharField(unique=True, max_length=255)),
                ('template', fields.CharField(max_length=40)),
                ('status', fields.CharField(default='waiting', max_length=16)),
                ('address', fields.CharField(max_length=254)),
                (
                    'user',
                    fields.ForeignKeyField(
                        'models.User',
                        source_field='user_id',
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field='id',
                        related_name='mails',
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ('variables', DictField(default=dict)),
                ('sealed', fields.TextField(null=True, unique=False)),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('ends_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('tries', fields.IntField(default=0)),
                ('next_try_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('leased_until', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_error', fields.CharField(default='', max_length=500)),
                ('shown_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('sent_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                'table': 'mail',
                'app': 'models',
                'indexes': [Index(fields=['status', 'next_try_at'])],
                'pk_attr': 'id',
            },
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RefreshToken',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                (
                    'session',
                    fields.ForeignKeyField(
                        'models.Session',
                        source_field='session_id',
                        db_index=True,
                        db_constraint=True,
                        to_field='id',
                        related_name='refresh_tokens',
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ('created_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('ends_at', UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'refresh_token', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Throttle',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('account', fields.CharField(null=True, db_index=True, max_length=64)),
                ('moments', DictField(default=dict)),
                ('failures', fields.IntField(default=0)),
                ('ends_at', UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'throttle', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Code',
            name='address',
            field=fields.CharField(null=True, max_length=254),
        ),
        ops.AddField(
            model_name='Code',
            name='data',
            field=DictField(null=True),
        ),
        ops.AddField(
            model_name='Code',
            name='tries',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Code',
            name='withdrawn_at',
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Code',
            index=Index(fields=['user_id', 'purpose']),
        ),
        ops.AddField(
            model_name='User',
            name='must_change_password',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
