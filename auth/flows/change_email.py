"""Change e-mail: with the password, and a code that goes to the new address. The old one is told."""

import structlog
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from auth import audit, codes, credentials, invitations, mail, sessions, sign_up_rules, throttle
from auth.audit import Act
from auth.codes import Purpose
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.people import check_email
from auth.throttle import Kind
from auth.visitor import Visitor
from models import change
from models.clock import now
from models.code import Code
from models.database import transaction
from models.user import User

log = structlog.get_logger()


async def change_email(digest: str | None, new_email: str, current_password: str, visitor: Visitor) -> None:
    """Mail a code to a new address. One that belongs to somebody is answered in the same way; its owner is told.

    Raises:
        AuthError: NOT_SIGNED_IN, EMAIL_INVALID, EMAIL_DOMAIN, EMAIL_SAME, PASSWORD_WRONG, THROTTLED,
            PASSWORD_STOPPED, BUSY
    """
    address, key = check_email(new_email)
    user = (await credentials.prove(digest, current_password, visitor)).user
    if address == user.email:
        raise AuthError(Reason.EMAIL_SAME)
    sign_up_rules.check_domain(key)
    await throttle.ask_for_mail(key, visitor)
    async with transaction():
        await sessions.get_live(digest)
        code = await codes.issue(Purpose.CHANGE_EMAIL, user, address=address)
        await change.record('user', user_id=user.id)  # open pages ask for the code
        owner = await User.get_or_none(email_key=key)
        if owner is None or owner.id == user.id:
            ends_at = now() + codes.LIFETIME
            await mail.queue(Template.CHANGE_EMAIL, address, user, hidden={'code': code}, ends_at=ends_at)
        elif owner.blocked_at is None:
            await mail.queue(Template.EMAIL_TAKEN, owner.email, owner)
        await audit.record(Act.EMAIL_CHANGE_ASKED, user, visitor, details={'new_email': address})


async def confirm_email(digest: str | None, code: str, visitor: Visitor) -> None:
    """Take the new address, with the code that was mailed to it.

    Raises:
        AuthError: NOT_SIGNED_IN, CODE_INVALID, EMAIL_TAKEN, EMAIL_DOMAIN (the rule is newer than the code), THROTTLED
    """
    user = (await sessions.get_live(digest)).user
    async with throttle.attempt(Kind.CODE, user.email_key, visitor):
        await codes.check(Purpose.CHANGE_EMAIL, user, code, visitor, about=user.email)
    try:
        async with transaction():
            await sessions.get_live(digest)
            await _take(user, await codes.redeem(Purpose.CHANGE_EMAIL, user, code), visitor)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN) from error
    log.info('email changed', user=user.uid, address=visitor.address)


async def awaited(digest: str | None) -> str | None:
    """The new address that waits for its code; None for none."""
    user = (await sessions.get_live(digest)).user
    row = await _live_codes(user).first()
    return row.address if row is not None else None


async def give_up(digest: str | None) -> None:
    """Keep the address: the code that was mailed is dead.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    async with transaction():
        user_id = (await sessions.get_live(digest)).user_id
        await codes.forget(user_id, Purpose.CHANGE_EMAIL)
        await change.record('user', user_id=user_id)


def _live_codes(user: User) -> QuerySet[Code]:
    return Code.filter(
        purpose=Purpose.CHANGE_EMAIL,
        user_id=user.id,
        used_at__isnull=True,
        ends_at__gt=now(),
        tries__lt=codes.ALL_TRIES,
    )


async def _take(user: User, row: Code, visitor: Visitor) -> None:
    address, key = check_email(row.address or '')
    sign_up_rules.check_domain(key)
    await User.filter(id=user.id).update(email=address, email_key=key, verified_at=now(), version=F('version') + 1)
    # What was mailed to the old address opens nothing any more.
    await codes.forget(user.id, Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD)
    await invitations.end_all(user.id)
    await change.record('user', user_id=user.id)
    told = {'new_email': address, **mail.circumstances(visitor)}
    await mail.queue(Template.EMAIL_CHANGED, user.email, user, told)
    await audit.record(Act.EMAIL_CHANGED, user, visitor, details={'new_email': address})
