"""What a person's status is: told from their row here, and by models/people.py where a list is filtered."""

from enum import StrEnum

from models.user import User


class Status(StrEnum):
    """A person is in the first of these that fits: blocked, invited (no password yet), unverified, active."""

    ACTIVE = 'active'
    INVITED = 'invited'
    UNVERIFIED = 'unverified'
    BLOCKED = 'blocked'


def status_of(user: User) -> Status:
    if user.blocked_at is not None:
        return Status.BLOCKED
    if user.password_hash is None:
        return Status.INVITED
    return Status.ACTIVE if user.verified_at is not None else Status.UNVERIFIED
