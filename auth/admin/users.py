"""Verbs on people: create, set a password, block, unblock, delete, grant and revoke roles."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import structlog
from tortoise.exceptions import IntegrityError

from auth import (
    accounts,
    audit,
    blocks,
    codes,
    invitations,
    mail,
    passwords,
    pending,
    roles_of,
    sessions,
    site_admins,
    throttle,
)
from auth.accounts import Draft
from auth.admin.actor import Actor, authorize
from auth.admin.changing import NothingChangedError, changing
from auth.audit import Act
from auth.codes import Purpose
from auth.declared import did_you_mean
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.people import check_email, check_name
from models import change
from models.access import Group, Role, UserRole
from models.clock import now
from models.database import transaction
from models.session import Session
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
        await get_role(role)


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
    return await insert(
        actor, person, roles=roles, site_admin=site_admin, verified=verified, must_change_password=must_change_password
    )


async def insert(
    actor: Actor,
    person: Draft,
    *,
    roles: Iterable[str] = (),
    site_admin: bool = False,
    verified: bool = True,
    must_change_password: bool = False,
) -> str:
    """The same for somebody who was drafted before, as what belongs to one act with others must be.

    Raises:
        AuthError: EMAIL_TAKEN, ROLE_NOT_FOUND, FORBIDDEN
    """
    try:
        async with transaction():
            await authorize(actor)
            user = await accounts.create(person, verified=verified, must_change_password=must_change_password)
            for role in roles:
                await roles_of.give(actor, user, await get_role(role))
            if site_admin:
                await site_admins.appoint(actor, user)
            await change.record('user', user_id=user.id)
            await audit.record(Act.USER_CREATED, user, actor=actor)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN, email=person.email) from error
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
    async with changing(actor, uid, Act.PASSWORD_SET) as user:
        await User.filter(id=user.id).update(
            password_hash=password_hash,
            password_changed_at=now(),
            must_change_password=must_change,
            verified_at=user.verified_at or now(),
        )
        await sessions.end_all(user.id)
        await invitations.end_all(user.id)
        await pending.forget(user.id)
        await codes.forget(user.id, *Purpose)
        await throttle.forget(user.email_key)
        await mail.queue(Template.PASSWORD_CHANGED, user.email, user, mail.circumstances(audit.NOWHERE))


async def block(actor: Actor, uid: str, *, reason: str = '', until: datetime | None = None) -> bool:
    """Bar somebody from signing in, for good or until a moment (aware UTC), and end their sessions; whether they were
    not blocked before. The reason is for site admins to read.

    Raises:
        AuthError: USER_NOT_FOUND, BLOCK_REASON_INVALID, DATE_OVER (it is over already), LAST_SITE_ADMIN, FORBIDDEN
    """
    reason = blocks.check_reason(reason)
    if until is not None and until <= now():
        raise AuthError(Reason.DATE_OVER, field='until')
    details = {'reason': reason, 'until': until.isoformat() if until else ''}
    async with changing(actor, uid, Act.BLOCKED, {key: text for key, text in details.items() if text}) as user:
        was_blocked = user.blocked_at is not None
        await User.filter(id=user.id).update(
            blocked_at=user.blocked_at or now(), blocked_until=until, block_reason=reason
        )
        await sessions.end_all(user.id)
    return not was_blocked


async def unblock(actor: Actor, uid: str) -> bool:
    """Let somebody sign in again; whether they were blocked.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    with suppress(NothingChangedError):
        async with changing(actor, uid, Act.UNBLOCKED) as user:
            if user.blocked_at is None:
                raise NothingChangedError
            await blocks.lift(user.id)
        return True
    return False


async def delete(actor: Actor, uid: str) -> None:
    """Delete somebody, with their roles and sessions.

    Raises:
        AuthError: USER_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    async with changing(actor, uid, Act.DELETED) as user:
        await sessions.end_all(user.id)
        await User.filter(id=user.id).delete()


async def goes_with(actor: Actor, uid: str) -> tuple[str, ...]:
    """What would be deleted with somebody, and what would stay, each in words.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    user = await accounts.get(uid)
    counted = {
        'role': await UserRole.filter(user=user).count(),
        'session': await Session.filter(user=user).count(),
        'attribute': len(user.attributes),
    }
    lines = [f'{count} {what}{"s" if count > 1 else ""}' for what, count in counted.items() if count]
    return (*lines, 'Their email can be used for a new account at once.', 'What the audit says about them stays.')


async def email_of(actor: Actor, uid: str) -> str:
    """The address of the person with this public id.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    return (await accounts.get(uid)).email


async def list_groups(actor: Actor) -> dict[str, str]:
    """The names of all groups by key, in the order of their names.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    return {group.key: group.name for group in await Group.all().order_by('name_key')}


async def grant(actor: Actor, uid: str, role: str, *, until: datetime | None = None) -> bool:
    """Give somebody a role, by its name in any case or its key, for good or until a moment (aware UTC); whether they
    did not hold it in that way before.

    Raises:
        AuthError: USER_NOT_FOUND, ROLE_NOT_FOUND, DATE_OVER, LAST_SITE_ADMIN (an end for the last one), FORBIDDEN
    """
    if until is not None and until <= now():
        raise AuthError(Reason.DATE_OVER, field='until')
    with suppress(NothingChangedError):
        async with changing(actor, uid, None) as user:
            if not await roles_of.give(actor, user, await get_role(role), until):
                raise NothingChangedError
        return True
    return False


async def revoke(actor: Actor, uid: str, role: str) -> bool:
    """Take a role from somebody, by its name or key; whether they held it.

    Raises:
        AuthError: USER_NOT_FOUND, ROLE_NOT_FOUND, LAST_SITE_ADMIN, FORBIDDEN
    """
    with suppress(NothingChangedError):
        async with changing(actor, uid, None) as user:
            if not await roles_of.take(actor, user, await get_role(role)):
                raise NothingChangedError
        return True
    return False


async def role_name(actor: Actor, role: str) -> str:
    """The name of a role as it is written, by its name in any case or its key.

    Raises:
        AuthError: ROLE_NOT_FOUND, FORBIDDEN
    """
    await authorize(actor)
    return (await get_role(role)).name


async def get_role(name: str) -> Role:
    role = await Role.get_or_none(name_key=name.casefold()) or await Role.get_or_none(key=name)
    if role is None:
        known = [other.name for other in await Role.all()]
        raise AuthError(Reason.ROLE_NOT_FOUND, role=name, cure=did_you_mean(name, known))
    return role
