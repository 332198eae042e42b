"""What a program signs in with: a session of its own, access tokens for it, and refresh tokens that are good once.

The session is a row like a browser's, so that people see it among theirs and can end it. Its digest is `api-` and the
`sid` of its access tokens: no cookie's digest can be that, so nothing that a program holds opens a page.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from auth import access_tokens, audit, sessions
from auth.audit import Act
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.sessions import TOKEN_BYTES, digest_of
from auth.settings import get_settings
from auth.visitor import Visitor
from models.clock import now
from models.database import transaction
from models.session import PROGRAM, Session
from models.token import RefreshToken
from models.user import User

log = structlog.get_logger()

SID_BYTES: Final = 16
"""128 random bits name a session. A name and no secret: what counts is the signature around it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program is given, shown this once. `expires_in`: seconds that the access token is good."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


async def start(user: User, visitor: Visitor) -> Tokens:
    """Start a program's session inside the caller's transaction. It lives as long as one that is kept in a browser."""
    session = await sessions.open_row(user, visitor, PROGRAM + secrets.token_hex(SID_BYTES), keep=True)
    return await _issue(session, user, session.created_at)


async def refresh(token: str, visitor: Visitor) -> Tokens:
    """New tokens for an unspent refresh token. A spent one was stolen, or its successor was: its session ends.

    Raises:
        AuthError: TOKEN_INVALID
    """
    async with transaction():
        row = await RefreshToken.get_or_none(digest=digest_of(token) or '').select_related('session__user')
        tokens = await _rotate(row, visitor) if row is not None else None
    if tokens is None:  # raised here: what `_rotate` has ended stays ended
        raise AuthError(Reason.TOKEN_INVALID)
    return tokens


async def resume(access_token: str) -> tuple[str, CurrentUser]:
    """The digest of the session of an access token, and whose it is, from the snapshot that all doors ask.

    Raises:
        AuthError: TOKEN_INVALID: not ours, over, or its session has ended
    """
    digest = PROGRAM + access_tokens.read(access_token)
    user = await sessions.resume(digest)
    if user is None:
        raise AuthError(Reason.TOKEN_INVALID)
    if sessions.touch_is_due(digest):
        await sessions.seen(digest)
    return digest, user


async def _rotate(row: RefreshToken, visitor: Visitor) -> Tokens | None:
    session, at = row.session, now()
    # Conditional, so that of two uses at once one wins; the other is what it looks like, a second use.
    if not await RefreshToken.filter(id=row.id, used_at__isnull=True).update(used_at=at):
        await _end_family(session, visitor)
        return None
    alive = Session.filter(id=session.id, idle_ends_at__gt=at, ends_at__gt=at)
    idle_ends_at = at + get_settings().session_keep
    if row.ends_at <= at or not await alive.update(last_seen_at=at, idle_ends_at=idle_ends_at):
        return None
    return await _issue(session, session.user, at)


async def _end_family(session: Session, visitor: Visitor) -> None:
    if (user := await sessions.end(session.digest)) is not None:
        await audit.record(Act.TOKEN_REUSED, user, visitor)
        log.warning('refresh token reused', user=user.uid, address=visitor.address)


async def _issue(session: Session, user: User, at: datetime) -> Tokens:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await RefreshToken.create(
        digest=digest_of(token), session=session, created_at=at, ends_at=at + get_settings().session_keep
    )
    access = access_tokens.issue(str(user.uid), session.digest.removeprefix(PROGRAM))
    return Tokens(access, token, int(access_tokens.LIFETIME.total_seconds()))
