"""Verbs on people: create, set a password, block, unblock, delete, grant and revoke roles."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from tortoise.exceptions import IntegrityError

from auth import accounts, audit, invitations, mail, passwords, sessions, site_admins, throttle
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from auth.declared import did_you_mean
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.people import check_email, check_name
from models import change
from models.access import Role, UserRole
from models.clock import now
from models.database import transaction
from models.user import User

log = structlog.get_logger()


async def find(actor: Actor, email: str) -> str:
    """The public id of the person with this address.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    return str((await accounts.get_by_email(email)).uid)


async def check_new(actor: Actor, email: str, *, name: str = '', roles: Iterable[str] = ()) -> None:
    """Refuse what `create` would refuse with any password, so that nobody is asked for one in vain.

    Raises:
        AuthError: EMAIL_*, NAME_INVALID, ROLE_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    check_email(email)
    check_name(name)
    if await accounts.find_by_email(email) is not None:
        raise AuthError(Reason.EMAIL_TAKEN, email=email)
    for role in roles:
        await _get_role(role)


async def create(
    actor: Actor,
    email: str,
    password: str | None,
    *,
    name: str = '',
    roles: Iterable[str] = (),
    site_admin: bool = False,
    verified: bool = True,
    must_change_password: bool = False,
) -> str:
    """Create a person with these roles (by name); returns the public id. Without a password nobody can sign in as them;
    with `must_change_password` they choose their own first.

    Raises:
        AuthError: EMAIL_*, NAME_INVALID, PASSWORD_*, ROLE_NOT_FOUND, FORBIDDEN, BUSY
    """
    await authorize(actor)  # before any work is done for a stranger; once more below
    person = await accounts.draft(email, name, password)
    try:
        async with transaction():
            await authorize(actor)
            user = await accounts.create(person, verified=verified, must_change_password=must_change_password)
            for role in roles:
                await UserRole.get_or_create(user=user, role=await _get_role(role), defaults={'created_at': now()})
            if site_admin:
                await site_admins.appoint(user)
            await change.record('user', user_id=user.id)
            await audit.record(Act.USER_CREATED, user, actor=actor)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN, email=email) from error
    log.info('user created', user=user.uid, actor=actor.id)
    return str(user.uid)


async def set_password(actor: Actor, uid: str, password: str, *, must_change: bool = False) -> None:
    """Give somebody a new password; all their sessions end, and they are told by mail. With `must_change` they choose
    their own at the next sign-in.

    Raises:
        AuthError: USER_NOT_FOUND, PASSWORD_*, INPUT_INVALID, FORBIDDEN, BUSY
    """
    await authorize(actor)
    user = await accounts.get(uid)
    await passwords.check(password, user.email, user.name)
    password_hash = await passwords.make_hash(password)
    async with _changing(actor, uid, Act.PASSWORD_SET) as user:
        await User.filter(id=user.id).update(
            password_hash=password_hash,
            password_changed_at=now(),
            must_change_password=must_change,
            verified_at=user.verified_at or now(),
        )
        await sessions.end_all(user.id)
        await invitations.end_all(user.id)
        await throttle.forget(user.email_key)
        await mail.queue(Template.PASSWORD_CHANGED, user.email, user, mail.circumstances(audit.NOWHERE))


async def block(actor: Actor, uid: str) -> None:
    """Bar somebody from signing in and end their sessions.

    Raises:
        AuthError: USER_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with _changing(actor, uid, Act.BLOCKED) as user:
        await User.filter(id=user.id, blocked_at__isnull=True).update(blocked_at=now())
        await sessions.end_all(user.id)


async def unblock(actor: Actor, uid: str) -> None:
    """Let somebody sign in again.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    async with _changing(actor, uid, Act.UNBLOCKED) as user:
        await User.filter(id=user.id).update(blocked_at=None)


async def delete(actor: Actor, uid: str) -> None:
    """Delete somebody, with their roles and sessions.

    Raises:
        AuthError: USER_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with _changing(actor, uid, Act.DELETED) as user:
        await sessions.end_all(user.id)
        await User.filter(id=user.id).delete()


async def grant(actor: Actor, uid: str, role: str, *, until: datetime | None = None) -> str:
    """Give somebody a role, by its name in any case, for good or until a moment; returns the name as the role has it.

    Raises:
        AuthError: USER_NOT_FOUND, ROLE_NOT_FOUND, LAST_SITE_ADMIN (who would have an end), FORBIDDEN
    """
    async with _changing(actor, uid, Act.ROLE_GRANTED, role=role) as user:
        row = await _get_role(role)
        if not await UserRole.filter(user=user, role=row).update(until=until):
            await UserRole.create(user=user, role=row, until=until, created_at=now())
    return row.name


async def revoke(actor: Actor, uid: str, role: str) -> str:
    """Take a role from somebody, by its name; one they do not hold is no error. Returns the name as the role has it.

    Raises:
        AuthError: USER_NOT_FOUND, ROLE_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with _changing(actor, uid, Act.ROLE_REVOKED, role=role) as user:
        row = await _get_role(role)
        await UserRole.filter(user=user, role=row).delete()
    return row.name


@asynccontextmanager
async def _changing(actor: Actor, uid: str, act: Act, **values: str) -> AsyncIterator[User]:
    """The one shape of a change to somebody: authorize, announce, change, keep a site admin, then log."""
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        await change.record('user', user_id=user.id)  # first: its lock puts changes in order (see keep_one)
        counted = await site_admins.is_one(user)
        await audit.record(act, user, actor=actor, details=values)
        yield user
        if counted:
            await site_admins.keep_one()
    log.info(act.value, user=user.uid, actor=actor.id, **values)


async def _get_role(name: str) -> Role:
    role = await Role.get_or_none(name_key=name.casefold()) or await Role.get_or_none(key=name)
    if role is None:
        known = [other.name for other in await Role.all()]
        raise AuthError(Reason.ROLE_NOT_FOUND, role=name, cure=did_you_mean(name, known))
    return role
