"""Sessions: a row each, found by the digest of a random token that only the browser has.

A process keeps what it read of a session for at most `SNAPSHOT_AGE`, and forgets it the moment a change is heard
of. Doors ask these snapshots; verbs that write ask the database.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth import audit, snapshots, throttle
from auth.audit import Act
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.settings import get_settings
from auth.visitor import Visitor
from models import change
from models.clock import now
from models.code import Code
from models.session import Session, cut_short
from models.user import User

TOKEN_BYTES = 32
"""256 random bits: guessing one is out of reach (OWASP asks for 64 bits of entropy at least)."""
TICKET = 'ticket'
"""Purpose of a code that stands for a session to be (auth/tickets.py)."""
TOUCH = timedelta(minutes=1)
"""How often at most the idle end of a session is moved: one write a minute and person."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just started: the token for the cookie (shown once, stored as a digest) and the cookie's age."""

    token: str
    max_age: int | None
    """Seconds for "keep me signed in"; None: until the browser is closed."""


def digest_of(token: str | None) -> str | None:
    """The digest under which a token's session is stored; None for what cannot be a token."""
    if not token or len(token) > 128 or not token.isascii():
        return None
    return hashlib.sha256(token.encode()).hexdigest()


async def start(user: User, visitor: Visitor, *, keep: bool = False, replacing: str | None = None) -> NewSession:
    """Start a session inside the caller's transaction; the one of the digest `replacing` ends (no fixation)."""
    if replacing is not None:
        await end(replacing, heir=user)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = await open_row(user, visitor, digest_of(token) or '', keep=keep)
    lifetime = row.ends_at - row.created_at
    return NewSession(token, int(lifetime.total_seconds()) if keep else None)


async def open_row(user: User, visitor: Visitor, digest: str, *, keep: bool) -> Session:
    """The row of a new session inside the caller's transaction, and all that a sign-in leaves behind."""
    settings, at = get_settings(), now()
    row = await Session.create(
        digest=digest,
        user=user,
        created_at=at,
        last_seen_at=at,
        idle_ends_at=at + _idle(keep),
        ends_at=at + (settings.session_keep if keep else settings.session_lifetime),
        keep=keep,
        address=visitor.address,
        user_agent=visitor.user_agent,
    )
    await User.filter(id=user.id).update(last_seen_at=at)
    await change.record('started', session_id=row.id, user_id=user.id)
    await audit.record(Act.SIGNED_IN, user, visitor)
    await throttle.remember(user.email_key, visitor)
    return row


async def resume(digest: str | None) -> CurrentUser | None:
    """The person whose session this is, or None: from a snapshot that events keep fresh, else from the database."""
    if digest is None:
        return None
    known = snapshots.peek(digest)
    if not isinstance(known, snapshots.Stale):
        return known
    return (await snapshots.read([digest]))[digest]


def touch_is_due(digest: str) -> bool:
    """Whether `seen` would write for this session now."""
    snapshot = snapshots.get(digest)
    return snapshot is not None and snapshot.user is not None and time.monotonic() >= snapshot.touch_after


async def seen(digest: str) -> None:
    """Move the idle end of a session that is in use, at most once a minute."""
    snapshot = snapshots.get(digest)
    if snapshot is None or not touch_is_due(digest):
        return
    settings, at = get_settings(), now()
    snapshot.touch_after = time.monotonic() + min(TOUCH, settings.session_idle / 4).total_seconds()
    idle_ends_at = at + _idle(snapshot.keep)
    # The old end is asked for again: a session that ended meanwhile must not come back to life.
    alive = Session.filter(digest=digest, idle_ends_at__gt=at, ends_at__gt=at)
    if await alive.update(last_seen_at=at, idle_ends_at=idle_ends_at):
        snapshot.idle_ends_at = idle_ends_at
        await User.filter(id=snapshot.user_id).update(last_seen_at=at)


async def end(digest: str, *, heir: User | None = None) -> User | None:
    """End one session, inside the caller's transaction; returns whose it was. An unknown one is no error.

    `heir` is whose session takes its place in that browser: its other tabs are then given time to get the new cookie.
    """
    row = await Session.get_or_none(digest=digest).select_related('user')
    if row is None:
        return None
    kind = 'replaced' if heir is not None and heir.id == row.user_id else 'session'
    await change.record(kind, session_id=row.id, user_id=row.user_id)
    await row.delete()
    return row.user


async def end_all(user_id: int, *, but: str | None = None) -> int:
    """End every session of a user but that of the digest `but`, and those to be, inside the caller's transaction.
    Returns how many have ended.
    """
    await change.record('user', user_id=user_id)
    await Code.filter(user_id=user_id, purpose=TICKET).delete()
    return int(await Session.filter(user_id=user_id).exclude(digest=but or '').delete())


async def get_live(digest: str | None) -> Session:
    """The session of this digest with its user, as the database has it now.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    at = now()
    alive = Session.filter(digest=digest or '', ends_at__gt=at, idle_ends_at__gt=at, user__blocked_at__isnull=True)
    row = await alive.select_related('user').first()
    if row is None:
        raise AuthError(Reason.NOT_SIGNED_IN)
    return row


async def shorten(*, idle: timedelta, lifetime: timedelta, keep: timedelta) -> None:
    """Let these times bind the sessions that there are, inside the caller's transaction. They only ever get shorter by
    it: a longer time counts for what begins, or is used, from then on.
    """
    await cut_short(keep=False, idle=idle, lifetime=lifetime)
    await cut_short(keep=True, idle=keep, lifetime=keep)
    await change.record('access')  # every snapshot is read again


async def prune(at: datetime | None = None) -> int:
    """Delete the rows of sessions that are over; returns how many."""
    at = at or now()
    gone = await Session.filter(ends_at__lte=at).delete()
    return int(gone) + int(await Session.filter(idle_ends_at__lte=at).delete())


def _idle(keep: bool) -> timedelta:
    settings = get_settings()
    return settings.session_keep if keep else settings.session_idle
