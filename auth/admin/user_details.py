"""One user as site admins see them, and their sessions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth import accounts, audit, events, invitations, sessions, snapshots
from auth.access import groups_of
from auth.admin.actor import Actor, authorize
from auth.admin.changing import changing
from auth.admin.edit_user import UserForm, form_of
from auth.audit import Act
from auth.current_user import CurrentUser, HeldRole
from models.access import UserRole
from models.change import Changed
from models.clock import now
from models.code import Code
from models.database import transaction
from models.session import Session
from models.user import User


@dataclass(frozen=True, slots=True)
class UserDetails:
    """Everything about one person but secrets. Times are aware UTC. `as_signed_in` is who they would be in a session:
    what gates would say to them; it opens nothing.
    """

    id: str
    form: UserForm
    version: int
    has_password: bool
    must_change_password: bool
    verified_at: datetime | None
    invited_until: datetime | None
    blocked_at: datetime | None
    blocked_until: datetime | None
    block_reason: str
    created_at: datetime
    last_seen_at: datetime | None
    as_signed_in: CurrentUser


@dataclass(frozen=True, slots=True)
class UserSession:
    """One live session of somebody. Times are aware UTC."""

    id: int
    address: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    is_program: bool


async def get(actor: Actor, uid: str) -> UserDetails:
    """Read one person.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    user = await accounts.get(uid)
    return UserDetails(
        id=str(user.uid),
        form=await form_of(user),
        version=user.version,
        has_password=user.password_hash is not None,
        must_change_password=user.must_change_password,
        verified_at=user.verified_at,
        invited_until=await _invited_until(user),
        blocked_at=user.blocked_at,
        blocked_until=user.blocked_until,
        block_reason=user.block_reason,
        created_at=user.created_at,
        last_seen_at=user.last_seen_at,
        as_signed_in=await _as_signed_in(user),
    )


async def list_sessions(actor: Actor, uid: str) -> tuple[UserSession, ...]:
    """The live sessions of somebody, the last used first.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    user, at = await accounts.get(uid), now()
    rows = await Session.filter(user_id=user.id, ends_at__gt=at, idle_ends_at__gt=at).order_by('-last_seen_at', '-id')
    return tuple(
        UserSession(row.id, row.address, row.user_agent, row.created_at, row.last_seen_at, row.is_program)
        for row in rows
    )


async def end_session(actor: Actor, uid: str, id: int) -> None:
    """Sign somebody out of one session; one that is over, or somebody else's, is no error and stays as it is.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        row = await Session.get_or_none(id=id, user_id=user.id)
        if row is not None:
            await sessions.end(row.digest)
            await audit.record(Act.SESSION_ENDED, user, actor=actor, details={'session': row.id})


async def end_sessions(actor: Actor, uid: str) -> int:
    """Sign somebody out everywhere; how many sessions have ended.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    async with changing(actor, uid, Act.SESSION_ENDED, {'all': 'yes'}) as user:
        return await sessions.end_all(user.id)


async def watch(actor: Actor, uid: str, heard: Callable[[], None]) -> Callable[[], None]:
    """Call `heard()` whenever something of this person, or of roles and groups, may have changed, until what this
    returns is called.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    user_id = (await accounts.get(uid)).id

    def hear(changes: Sequence[Changed]) -> None:
        if any(changed.kind in ('lost', 'access') or changed.user_id == user_id for changed in changes):
            heard()

    return events.subscribe(hear)


async def _invited_until(user: User) -> datetime | None:
    """When the link that they were sent last ends, if it is good for something."""
    good = Code.filter(
        purpose=invitations.PURPOSE,
        user_id=user.id,
        used_at__isnull=True,
        withdrawn_at__isnull=True,
        ends_at__gt=now(),
    )
    row = await good.order_by('-id').first()
    return None if row is None else row.ends_at


async def _as_signed_in(user: User) -> CurrentUser:
    held = await UserRole.filter(user_id=user.id).values_list('role__key', 'role__name', 'until')
    roles = [HeldRole(key, name, until) for key, name, until in held if until is None or until > now()]
    return CurrentUser(
        id=str(user.uid),
        email=user.email,
        name=user.name,
        roles=tuple(sorted(roles, key=lambda role: role.name)),
        groups=groups_of(frozenset(role.key for role in roles), await snapshots.all_groups()),
        session_id=0,
        created_at=user.created_at,
        attributes=dict(user.attributes),
    )
