"""Users."""

from typing import TYPE_CHECKING

from tortoise import Model, fields

from models.clock import now
from models.fields import FOLDED, DictField, KeyField, UtcDatetimeField
from models.uid import uuid7

if TYPE_CHECKING:
    from models.access import UserRole
    from models.code import Code
    from models.session import Session


# A person who can be known here.
class User(Model):
    id = fields.IntField(primary_key=True)
    uid = fields.UUIDField(unique=True, default=uuid7)
    email = fields.CharField(max_length=254)
    email_key = KeyField(max_length=254 * FOLDED, unique=True)
    name = fields.CharField(max_length=200, default='')
    name_key = KeyField(max_length=200 * FOLDED, default='')
    password_hash = fields.CharField(max_length=200, null=True)
    password_changed_at = UtcDatetimeField(null=True)
    must_change_password = fields.BooleanField(default=False, db_default=False)
    verified_at = UtcDatetimeField(null=True)
    blocked_at = UtcDatetimeField(null=True)
    blocked_until = UtcDatetimeField(null=True)
    """When the block is lifted by itself (auth/blocks.py); until somebody has done that, `blocked_at` alone counts."""
    block_reason = fields.CharField(max_length=500, default='', db_default='')
    attributes = DictField(default=dict)
    created_at = UtcDatetimeField(default=now)
    last_seen_at = UtcDatetimeField(null=True)
    version = fields.IntField(default=1)
    user_roles: fields.ReverseRelation['UserRole']
    sessions: fields.ReverseRelation['Session']
    codes: fields.ReverseRelation['Code']

    class Meta:
        table = 'user_account'  # `user` is a reserved word in PostgreSQL
        # What the list of people is paged by, beside the unique email_key (models/people.py).
        indexes = (('name_key', 'id'), ('last_seen_at', 'id'), ('created_at', 'id'))
