"""Attributes: what a site keeps of its people beyond e-mail and name. Values are texts in `user_account.attributes`."""

from tortoise import Model, fields

from models.clock import now
from models.fields import UtcDatetimeField


# One attribute. `kind` is text, url or image; `editable` says whether people may change their own, `at_sign_up` whether
# they are asked for it when they sign up, `required` whether they must answer. Site admins and imports need not.
class Attribute(Model):
    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=60, unique=True)
    label = fields.CharField(max_length=100)
    kind = fields.CharField(max_length=16, default='text')
    editable = fields.BooleanField(default=False)
    at_sign_up = fields.BooleanField(default=False, db_default=False)
    required = fields.BooleanField(default=False, db_default=False)
    position = fields.IntField(default=0)
    created_at = UtcDatetimeField(default=now)

    class Meta:
        table = 'attribute'
