"""One-use secrets: mailed codes, invitations, set-up links, tickets, and sign-ups that wait for their code."""

from tortoise import Model, fields

from models.clock import now
from models.fields import DictField, UtcDatetimeField
from models.user import User


# A secret that works once. It is redeemed by one conditional UPDATE of `used_at`, never by read-check-save.
class Code(Model):
    id = fields.IntField(primary_key=True)
    purpose = fields.CharField(max_length=32)
    digest = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        'models.User', related_name='codes', null=True, db_index=True
    )
    created_at = UtcDatetimeField(default=now)
    ends_at = UtcDatetimeField(db_index=True)
    used_at = UtcDatetimeField(null=True)
    withdrawn_at = UtcDatetimeField(null=True)
    tries = fields.IntField(default=0, db_default=0)
    address = fields.CharField(max_length=254, null=True)
    """The mail address that it is about, where that is not the user's own."""
    data = DictField(null=True)
    user_id: int | None

    class Meta:
        table = 'code'
        indexes = (('user_id', 'purpose'),)
