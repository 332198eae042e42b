"""What a browser gets that has shown enough to go on, but not enough to be signed in: a token for its next step.

The address behind a sign-up still has to be verified, or a password that somebody else made has to be changed. Where a
sign-up was for an address that has an account, the token stands for nobody, and nothing tells the difference.
"""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum

from auth.accounts import Draft
from auth.sessions import TOKEN_BYTES, digest_of
from models.clock import now
from models.code import Code
from models.user import User

LIFETIME = timedelta(hours=24)
"""How long a browser may take: over a night, say. After that people sign in, which leads to the same step."""


class Step(StrEnum):
    """What is to be done before the person is signed in."""

    VERIFY = 'step verify'
    NEW_PASSWORD = 'step new password'  # noqa: S105 - a step


@dataclass(frozen=True, slots=True)
class Pending:
    """A step just begun: the token is for the browser, shown once and stored as a digest."""

    step: Step
    email: str
    token: str = field(repr=False)


async def begin(
    step: Step, email: str, user: User | None, *, keep: bool = False, draft: Draft | None = None
) -> Pending:
    """Begin a step in place of an earlier one of that person, inside the caller's transaction. `user` is None where
    only the appearance is wanted; `keep` is for the session at its end; `draft` is who they are once it is done.
    """
    token, at = secrets.token_urlsafe(TOKEN_BYTES), now()
    if user is not None:
        await forget(user.id)
    await Code.create(
        purpose=step,
        digest=digest_of(token),
        user=user,
        address=email,
        data={'keep': keep, 'draft': asdict(draft) if draft else None},
        created_at=at,
        ends_at=at + LIFETIME,
    )
    return Pending(step, email, token)


def keeps(row: Code) -> bool:
    """Whether the session at the end of a step is to be kept."""
    return bool((row.data or {}).get('keep'))


async def draft_of(user_id: int) -> Draft | None:
    """The draft of the step that somebody is at, if it has one."""
    row = await Code.filter(user_id=user_id, purpose=Step.VERIFY, ends_at__gt=now()).first()
    data = (row.data or {}).get('draft') if row is not None else None
    return Draft(**data) if data else None


async def find(step: Step, token: str | None) -> Code | None:
    """The step that a browser is at, with its user (None for an appearance) and `address`; None for none."""
    digest = digest_of(token)
    if digest is None:
        return None
    row = await Code.get_or_none(purpose=step, digest=digest, ends_at__gt=now()).select_related('user')
    return None if row is None or (row.user is not None and row.user.blocked_at is not None) else row


async def forget(user_id: int) -> None:
    """Drop every step of a person, inside the caller's transaction."""
    await Code.filter(user_id=user_id, purpose__in=[str(step) for step in Step]).delete()
