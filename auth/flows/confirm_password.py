"""Confirm password: with the code from the mail, somebody gives themselves a new password."""

import structlog

from auth import accounts, audit, codes, invitations, mail, passwords, pending, sessions, throttle
from auth.audit import Act
from auth.codes import Purpose
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.people import check_email
from auth.throttle import Kind
from auth.visitor import Visitor
from models.clock import now
from models.database import transaction

log = structlog.get_logger()


async def confirm_password(email: str, code: str, new_password: str, visitor: Visitor) -> None:
    """Store a new password. All sessions of that person end, and the owner is told by mail.

    The code proves the address too: who was invited, or never verified theirs, can sign in from then on.

    Raises:
        AuthError: EMAIL_INVALID, CODE_INVALID, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY
    """
    address, key = check_email(email)
    await passwords.check(new_password, address)  # first: a refused password takes no try
    user = await accounts.find_by_email(address)
    async with throttle.attempt(Kind.CODE, key, visitor):
        await codes.check(Purpose.RESET_PASSWORD, user, code, visitor, about=address)
    password_hash = await passwords.make_hash(new_password)
    async with transaction():
        await codes.redeem(Purpose.RESET_PASSWORD, user, code)
        if user is None:  # whose code?
            raise AuthError(Reason.CODE_INVALID)
        known = {'verified_at': user.verified_at or now()}
        if not await accounts.store_password(user, password_hash, known=known):
            raise AuthError(Reason.CODE_INVALID)
        await sessions.end_all(user.id)
        await pending.forget(user.id)
        await invitations.end_all(user.id)
        await throttle.forget(key)
        await mail.queue(Template.PASSWORD_CHANGED, user.email, user, mail.circumstances(visitor))
        await audit.record(Act.PASSWORD_RESET, user, visitor)
    log.info('password reset', user=user.uid, address=visitor.address)
