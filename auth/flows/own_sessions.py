"""One's own sessions: where somebody is signed in, and how they sign out there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth import audit, events, sessions
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.visitor import Visitor
from models.change import Changed
from models.clock import now
from models.database import transaction
from models.session import Session


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session of the person who asks. Times are aware UTC; `is_this` marks the one they ask with."""

    id: int
    address: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool
    is_program: bool


async def list_own(digest: str | None) -> tuple[OwnSession, ...]:
    """The live sessions of whoever has this one, this one first, then the last used first.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    this, at = await sessions.get_live(digest), now()
    rows = await Session.filter(user_id=this.user_id, ends_at__gt=at, idle_ends_at__gt=at).order_by('-last_seen_at')
    return tuple(_own(row, this) for row in sorted(rows, key=lambda row: row.id != this.id))


async def end_one(digest: str | None, id: int, visitor: Visitor) -> None:
    """Sign out elsewhere; a session that is over, or somebody else's, is no error and stays as it is.

    Raises:
        AuthError: NOT_SIGNED_IN, INPUT_INVALID
    """
    if not isinstance(id, int) or isinstance(id, bool):
        raise AuthError(Reason.INPUT_INVALID)
    async with transaction():
        this = await sessions.get_live(digest)
        row = await Session.get_or_none(id=id, user_id=this.user_id)
        if row is None:
            return
        await sessions.end(row.digest)
        await audit.record(Act.SESSION_ENDED, this.user, visitor, details={'session': row.id})


async def end_others(digest: str | None, visitor: Visitor) -> int:
    """Sign out everywhere but here; how many sessions have ended.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    async with transaction():
        this = await sessions.get_live(digest)
        count = await sessions.end_all(this.user_id, but=digest)
        await audit.record(Act.SESSION_ENDED, this.user, visitor, details={'others': count})
    return count


async def watch(digest: str | None, heard: Callable[[], None]) -> Callable[[], None]:
    """Call `heard()` whenever a session of this person may have begun or ended, until what this returns is called.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    user_id = (await sessions.get_live(digest)).user_id

    def hear(changes: Sequence[Changed]) -> None:
        if any(changed.kind == 'lost' or changed.user_id == user_id for changed in changes):
            heard()

    return events.subscribe(hear)


def _own(row: Session, this: Session) -> OwnSession:
    return OwnSession(
        row.id, row.address, row.user_agent, row.created_at, row.last_seen_at, row.id == this.id, row.is_program
    )
