"""Verbs on invitations: invite, withdraw."""

from collections.abc import Iterable

import structlog

from auth import accounts, audit, invitations, mail, site_url
from auth.admin import users
from auth.admin.actor import Actor, Operator, authorize
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.mail import Template
from models import change
from models.database import transaction

log = structlog.get_logger()


async def invite(actor: Actor, uid: str, *, by_mail: bool = True) -> str:
    """Mail somebody a link with which they set a password, or not; returns the link. Earlier ones are withdrawn.

    Raises:
        AuthError: USER_NOT_FOUND, INVITATION_NEEDLESS (they have a password), FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        if user.blocked_at is not None:
            raise AuthError(Reason.INVITATION_INVALID)
        if user.password_hash is not None and user.verified_at is not None:
            raise AuthError(Reason.INVITATION_NEEDLESS, email=user.email)
        token = await invitations.issue(user)
        link = f'{await site_url.known()}/invitation?token={token}'
        inviter = '' if isinstance(actor, Operator) else actor.name or actor.email
        told = {'inviter': inviter, 'days': str(invitations.LIFETIME.days)}
        if by_mail:
            await mail.queue(Template.INVITATION, user.email, user, told, hidden={'link': link})
        await change.record('user', user_id=user.id)
        await audit.record(Act.INVITED, user, actor=actor)
    log.info('invited', user=user.uid, actor=actor.id)
    return link


async def invite_address(actor: Actor, email: str, *, name: str = '', roles: Iterable[str] = ()) -> str:
    """Invite whoever has this address, and create them first if nobody has; returns the link. Roles are by name.

    Raises:
        AuthError: as `invite`; EMAIL_INVALID, NAME_INVALID, ROLE_NOT_FOUND
    """
    user = await accounts.find_by_email(email)
    if user is None:
        return await invite(actor, await users.create(actor, email, None, name=name, roles=roles, verified=False))
    for role in roles:
        await users.grant(actor, str(user.uid), role)
    return await invite(actor, str(user.uid))


async def withdraw(actor: Actor, uid: str) -> None:
    """Make the links that somebody was sent useless.

    Raises:
        AuthError: USER_NOT_FOUND, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        user = await accounts.get(uid)
        if await invitations.end_all(user.id):
            await audit.record(Act.INVITATION_WITHDRAWN, user, actor=actor)
