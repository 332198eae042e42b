"""Sessions: one browser's signed-in state."""

from datetime import timedelta

from tortoise import Model, fields
from tortoise.connection import get_connection

from models.clock import now
from models.fields import UtcDatetimeField
from models.user import User

PROGRAM = 'api-'
"""What the digest of a program's session begins with: no cookie's digest does."""


# A row per signed-in browser. `digest` is the SHA-256 (hex) of its token: the token itself is nowhere.
class Session(Model):
    id = fields.IntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        'models.User', related_name='sessions', db_index=True
    )
    created_at = UtcDatetimeField(default=now)
    last_seen_at = UtcDatetimeField(default=now)
    idle_ends_at = UtcDatetimeField()
    ends_at = UtcDatetimeField(db_index=True)  # old rows are swept by it
    keep = fields.BooleanField(default=False)
    address = fields.CharField(max_length=64, default='')
    user_agent = fields.CharField(max_length=400, default='')
    user_id: int

    class Meta:
        table = 'auth_session'

    @property
    def is_program(self) -> bool:
        """Whether a program holds it, and no browser."""
        return self.digest.startswith(PROGRAM)


async def cut_short(*, keep: bool, idle: timedelta, lifetime: timedelta) -> None:
    """End the sessions of one kind no later than these times allow, counted from when each began and was last used.

    Inside the caller's transaction, in one statement: no ORM adds seconds to a column on both databases.
    """
    client = get_connection('default')
    if client.capabilities.dialect == 'sqlite':  # moments are texts, compared as such
        template = "strftime('%Y-%m-%d %H:%M:%f', {}, '+{} seconds') || '+00:00'"
    else:
        template = "{} + INTERVAL '{} seconds'"
    for end, begin, time in (('ends_at', 'created_at', lifetime), ('idle_ends_at', 'last_seen_at', idle)):
        latest = template.format(begin, int(time.total_seconds()))
        kind = 'keep' if keep else 'NOT keep'
        await client.execute_query(f'UPDATE auth_session SET {end} = {latest} WHERE {kind} AND {end} > {latest}')  # noqa: S608 - a number and names
