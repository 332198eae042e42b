from tortoise import migrations
from tortoise.migrations import operations as ops
from models.clock import now
from models.fields import DictField, UtcDatetimeField
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [('models', '0002_accounts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MailTemplate',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ('subject', fields.CharField(max_length=300)),
                ('plain', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('changed_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mail_template', 'app': 'models', 'pk_attr': 'name'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PageGate',
            fields=[
                ('path', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=500)),
                ('gate', DictField(default=dict)),
                ('replaced', DictField(default=dict)),
                ('changed_at', UtcDatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'page_gate', 'app': 'models', 'pk_attr': 'path'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Attribute',
            name='at_sign_up',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Attribute',
            name='required',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='User',
            name='block_reason',
            field=fields.CharField(default='', db_default='', max_length=500),
        ),
        ops.AddField(
            model_name='User',
            name='blocked_until',
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='User',
            index=Index(fields=['last_seen_at', 'id']),
        ),
        ops.AddIndex(
            model_name='User',
            index=Index(fields=['created_at', 'id']),
        ),
    ]
