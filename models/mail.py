"""The outbox, where mails wait that were written in the transaction of their cause, and templates changed by admins."""

from tortoise import Model, fields

from models.clock import now
from models.fields import DictField, UtcDatetimeField
from models.user import User


# A mail to one address. `status` is asked for, waiting, sent, refused (for good) or late (its end came first).
class Mail(Model):
    id = fields.BigIntField(primary_key=True)
    message_id = fields.CharField(max_length=255, unique=True)
    template = fields.CharField(max_length=40)
    status = fields.CharField(max_length=16, default='waiting')
    address = fields.CharField(max_length=254)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        'models.User', related_name='mails', null=True, on_delete=fields.SET_NULL, db_index=True
    )
    variables = DictField(default=dict)
    sealed = fields.TextField(null=True)
    """Variables that are secret, encrypted under a key of SECRET_KEY; gone as soon as the mail is."""
    created_at = UtcDatetimeField(default=now)
    ends_at = UtcDatetimeField(null=True)
    tries = fields.IntField(default=0)
    next_try_at = UtcDatetimeField(default=now)
    leased_until = UtcDatetimeField(null=True)
    last_error = fields.CharField(max_length=500, default='')
    shown_at = UtcDatetimeField(null=True)
    """When it was printed to the console, where no server is set."""
    sent_at = UtcDatetimeField(null=True)
    user_id: int | None

    class Meta:
        table = 'mail'
        indexes = (('status', 'next_try_at'),)


# A template that a site admin has written in place of the one in auth/mail/templates.
class MailTemplate(Model):
    name = fields.CharField(max_length=40, primary_key=True)
    subject = fields.CharField(max_length=300)
    plain = fields.TextField()
    html = fields.TextField()
    changed_at = UtcDatetimeField(default=now)

    class Meta:
        table = 'mail_template'
