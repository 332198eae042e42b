"""Settings that live in the database."""

from tortoise import Model, fields

from models.clock import now
from models.fields import DictField, UtcDatetimeField


# A named value. The value is always a JSON object, so that a bare string is never mistaken for JSON text.
class Setting(Model):
    key = fields.CharField(max_length=64, primary_key=True)
    value = DictField(default=dict)
    changed_at = UtcDatetimeField(default=now)

    class Meta:
        table = 'setting'
