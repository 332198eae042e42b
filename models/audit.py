"""The audit: who did what to whom, from where, when."""

from tortoise import Model, fields

from models.clock import now
from models.fields import DictField, UtcDatetimeField


# One act. People are named by public id and by the address they had, because the row outlives them.
class Audit(Model):
    id = fields.BigIntField(primary_key=True)
    at = UtcDatetimeField(default=now, db_index=True)
    act = fields.CharField(max_length=40)
    actor_uid = fields.UUIDField(null=True)
    actor = fields.CharField(max_length=254, default='')
    subject_uid = fields.UUIDField(null=True)
    subject = fields.CharField(max_length=254, default='')
    address = fields.CharField(max_length=64, default='')
    user_agent = fields.CharField(max_length=400, default='')
    details = DictField(default=dict)

    class Meta:
        table = 'audit'
        indexes = (('subject_uid', 'id'), ('actor_uid', 'id'), ('act', 'id'))
