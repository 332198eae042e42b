"""Accept an invitation: with the link from the mail, somebody new sets a password and is signed in."""

from collections.abc import Mapping
from types import MappingProxyType

import structlog

from auth import accounts, attributes, audit, invitations, passwords, pending, sessions, throttle
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import check_name
from auth.sessions import NewSession
from auth.visitor import Visitor
from models import change
from models.clock import now
from models.database import transaction

log = structlog.get_logger()


async def accept(
    token: str,
    password: str,
    visitor: Visitor,
    *,
    name: str = '',
    answers: Mapping[str, str] = MappingProxyType({}),
    replacing: str | None = None,
) -> NewSession:
    """Set name and password of who was invited, take their address as verified, and start their first session; the one
    of the digest `replacing` ends. `answers` are attributes that are asked at sign-up; what is not given stays.

    Raises:
        AuthError: INVITATION_* , NAME_INVALID, ATTRIBUTE_*, PASSWORD_*, INPUT_INVALID, BUSY
    """
    user = await invitations.get_invited(token)  # before any hash: a stranger gets no work done
    new_name = check_name(name) or user.name
    checked = attributes.check_at_sign_up(answers, user.attributes)
    await passwords.check(password, user.email, new_name)
    password_hash = await passwords.make_hash(password)
    async with transaction():
        row = await invitations.spend(token)
        known: dict[str, object] = {'name': new_name, 'name_key': new_name.casefold(), 'verified_at': now()}
        known['attributes'] = attributes.changed(user.attributes, checked)
        if not await accounts.store_password(user, password_hash, known=known):
            raise AuthError(Reason.INVITATION_INVALID)
        await invitations.end_all(user.id, but=row.id)
        await pending.forget(user.id)
        await throttle.forget(user.email_key)
        await sessions.end_all(user.id)
        await change.record('user', user_id=user.id)
        await audit.record(Act.INVITATION_ACCEPTED, user, visitor)
        session = await sessions.start(user, visitor, replacing=replacing)
    log.info('invitation accepted', user=user.uid, address=visitor.address)
    return session
