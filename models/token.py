"""Refresh tokens: with one of them a program gets the next access token of its session."""

from tortoise import Model, fields

from models.clock import now
from models.fields import UtcDatetimeField
from models.session import Session


# One refresh token, good for one use. Those of one session are a family: it ends when a spent one comes back.
class RefreshToken(Model):
    id = fields.IntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        'models.Session', related_name='refresh_tokens', db_index=True
    )
    created_at = UtcDatetimeField(default=now)
    ends_at = UtcDatetimeField(db_index=True)
    used_at = UtcDatetimeField(null=True)
    session_id: int

    class Meta:
        table = 'refresh_token'
