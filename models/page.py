"""Gates of pages that site admins have changed at run time."""

from tortoise import Model, fields

from models.clock import now
from models.fields import DictField, UtcDatetimeField


# A gate in place of the one that code declares. Both are {'access': …, 'groups': [keys]}; `replaced` is the code's
# at the time of the change, empty when it had none.
class PageGate(Model):
    path = fields.CharField(max_length=500, primary_key=True)
    gate = DictField(default=dict)
    replaced = DictField(default=dict)
    changed_at = UtcDatetimeField(default=now)

    class Meta:
        table = 'page_gate'
