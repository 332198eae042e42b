"""Counters of what may happen a few times only. They outlive a restart, and all instances share them."""

from tortoise import Model, fields

from models.fields import DictField, UtcDatetimeField


# What was counted under one key, a digest. `moments` is {'at': [milliseconds since 1970, …]}, the oldest first.
class Throttle(Model):
    key = fields.CharField(max_length=64, primary_key=True)
    account = fields.CharField(max_length=64, null=True, db_index=True)
    """Digest of the account that it is about: its counters are forgotten together."""
    moments = DictField(default=dict)
    failures = fields.IntField(default=0)
    ends_at = UtcDatetimeField(db_index=True)

    class Meta:
        table = 'throttle'
