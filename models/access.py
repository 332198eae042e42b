"""Roles, groups, who holds which role and which roles make a group.

Indexes name columns (`role_id`), never relations: an index over relation names is silently dead in Tortoise 1.1.9.
"""

from tortoise import Model, fields

from models.clock import now
from models.fields import FOLDED, DictField, KeyField, UtcDatetimeField
from models.uid import uuid7
from models.user import User


# A label that an admin gives to users.
class Role(Model):
    id = fields.IntField(primary_key=True)
    uid = fields.UUIDField(unique=True, default=uuid7)
    key = KeyField(max_length=200, unique=True)
    name = fields.CharField(max_length=200)
    name_key = KeyField(max_length=200 * FOLDED, unique=True)
    in_code = fields.BooleanField(default=False)
    created_at = UtcDatetimeField(default=now)
    user_roles: fields.ReverseRelation['UserRole']
    group_roles: fields.ReverseRelation['GroupRole']

    class Meta:
        table = 'role'


# One user holds one role, for good or until a moment.
class UserRole(Model):
    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField('models.User', related_name='user_roles')
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField('models.Role', related_name='user_roles')
    until = UtcDatetimeField(null=True)
    created_at = UtcDatetimeField(default=now)
    user_id: int
    role_id: int

    class Meta:
        table = 'user_role'
        unique_together = (('user', 'role'),)
        # With `until`, so that who holds a role now is told by the index alone.
        indexes = (('role_id', 'user_id', 'until'),)


# A set of roles: in it are the users who hold all of them.
class Group(Model):
    id = fields.IntField(primary_key=True)
    uid = fields.UUIDField(unique=True, default=uuid7)
    key = KeyField(max_length=200, unique=True)
    name = fields.CharField(max_length=200)
    name_key = KeyField(max_length=200 * FOLDED, unique=True)
    in_code = fields.BooleanField(default=False)
    declared = DictField(null=True)
    """{'roles': [keys]} as the code last declared it: what differs from it was changed by an admin."""
    created_at = UtcDatetimeField(default=now)
    group_roles: fields.ReverseRelation['GroupRole']

    class Meta:
        table = 'access_group'  # `group` is a reserved word in SQL


# One role that a group asks for.
class GroupRole(Model):
    id = fields.IntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField('models.Group', related_name='group_roles')
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField('models.Role', related_name='group_roles')
    group_id: int
    role_id: int

    class Meta:
        table = 'group_role'
        unique_together = (('group', 'role'),)
        indexes = (('role_id',),)
