"""Verify: the code that was mailed to the address of a sign-up opens the account, and signs in.

A browser shows which sign-up it means by its step (auth/pending.py); a program by address and code.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from auth import accounts, audit, codes, invitations, mail, pending, sessions, sign_up_rules, throttle, tickets
from auth.accounts import Draft
from auth.audit import Act
from auth.codes import Purpose
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.pending import Step
from auth.sessions import NewSession
from auth.throttle import Kind
from auth.tickets import Ticket
from auth.visitor import Visitor
from models import change
from models.clock import now
from models.code import Code
from models.database import transaction
from models.user import User

Given = TypeVar('Given')


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """A sign-up that waits for its code: its address, and the seconds until a new code may be asked for (0: now)."""

    email: str
    wait: int


async def look(token: str | None, visitor: Visitor) -> VerifyStep | None:
    """The sign-up that a browser is at; None for none."""
    row = await pending.find(Step.VERIFY, token)
    if row is None:
        return None
    email = row.address or ''
    return VerifyStep(email, await throttle.mail_wait(accounts.key_of(email), visitor))


async def verify(token: str | None, code: str, visitor: Visitor, *, replacing: str | None = None) -> NewSession:
    """Open the account of a sign-up and start its first session; the one of the digest `replacing` ends.

    Raises:
        AuthError: SIGN_UP_OVER (replaced by a newer one, too old, or done), CODE_INVALID, EMAIL_DOMAIN, THROTTLED
    """

    async def start(user: User, keep: bool) -> NewSession:
        return await sessions.start(user, visitor, keep=keep, replacing=replacing)

    return await _finish(token, code, visitor, start)


async def with_ticket(token: str | None, code: str, visitor: Visitor, *, presented: str | None = None) -> Ticket:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this cookie's digest.

    Raises:
        AuthError: as `verify`
    """

    async def issue(user: User, keep: bool) -> Ticket:
        return await tickets.issue(user, visitor, keep=keep, presented=presented)

    return await _finish(token, code, visitor, issue)


async def verify_address(email: str, code: str, visitor: Visitor) -> None:
    """Open the account of the newest sign-up for an address. Nobody is signed in.

    Raises:
        AuthError: CODE_INVALID, EMAIL_DOMAIN, THROTTLED
    """
    user = await accounts.find_by_email(email)
    await _check(user, code, visitor, email)
    async with transaction():
        await _open(user, code, visitor)


async def send_new_code(token: str | None, visitor: Visitor) -> None:
    """Mail a new code to the address of a sign-up; the earlier one is dead.

    Raises:
        AuthError: SIGN_UP_OVER, THROTTLED
    """
    row = await _get_step(token)
    await throttle.ask_for_mail(accounts.key_of(row.address or ''), visitor)
    async with transaction():
        user = await User.get_or_none(id=row.user_id or 0, verified_at__isnull=True, blocked_at__isnull=True)
        if user is not None:
            await send_code(user)


async def may_send(user: User, visitor: Visitor) -> bool:
    """Whether a code may be mailed to somebody now; it is counted then."""
    try:
        await throttle.ask_for_mail(user.email_key, visitor)
    except AuthError:
        return False
    return True


async def send_code(user: User) -> None:
    """Mail somebody a code for their address, inside the caller's transaction."""
    code = await codes.issue(Purpose.VERIFY_EMAIL, user)
    ends_at = now() + codes.LIFETIME
    await mail.queue(Template.VERIFY_EMAIL, user.email, user, hidden={'code': code}, ends_at=ends_at)


async def _get_step(token: str | None) -> Code:
    row = await pending.find(Step.VERIFY, token)
    if row is None:
        raise AuthError(Reason.SIGN_UP_OVER)
    return row


async def _finish(
    token: str | None, code: str, visitor: Visitor, give: Callable[[User, bool], Awaitable[Given]]
) -> Given:
    row = await _get_step(token)
    await _check(row.user, code, visitor, row.address or '')
    async with transaction():
        await _get_step(token)  # a newer sign-up since then has made it nobody's
        return await give(await _open(row.user, code, visitor), pending.keeps(row))


async def _check(user: User | None, code: str, visitor: Visitor, email: str) -> None:
    async with throttle.attempt(Kind.CODE, accounts.key_of(email), visitor):
        await codes.check(Purpose.VERIFY_EMAIL, user, code, visitor, about=email)


async def _open(user: User | None, code: str, visitor: Visitor) -> User:
    row = await codes.redeem(Purpose.VERIFY_EMAIL, user, code)
    user = await User.get_or_none(id=row.user_id or 0, blocked_at__isnull=True)
    if user is None:
        raise AuthError(Reason.CODE_INVALID)
    draft = await pending.draft_of(user.id)
    if draft is not None:
        await _become(user, draft)
    else:  # what the site takes may have changed since the sign-up
        sign_up_rules.check_domain(user.email_key)
    await User.filter(id=user.id).update(verified_at=now())
    await pending.forget(user.id)
    await invitations.end_all(user.id)
    await change.record('user', user_id=user.id)
    await audit.record(Act.EMAIL_VERIFIED, user, visitor)
    return await User.get(id=user.id)


async def _become(user: User, draft: Draft) -> None:
    """Somebody whom a site admin made has signed up: their password counts, and what the admin left open."""
    name = user.name or draft.name
    await User.filter(id=user.id, password_hash__isnull=True).update(
        password_hash=draft.password_hash,
        password_changed_at=now(),
        name=name,
        name_key=name.casefold(),
        attributes={**draft.attributes, **user.attributes},
    )
