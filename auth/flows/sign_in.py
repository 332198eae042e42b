"""Sign in: find, match, may they, start a session. Every refusal is one reason in one time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from auth import accounts, audit, blocks, passwords, pending, sessions, throttle, tickets, tokens
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.flows import verify_email
from auth.pending import Pending, Step
from auth.sessions import NewSession
from auth.throttle import Kind
from auth.tickets import Ticket
from auth.tokens import Tokens
from auth.visitor import Visitor
from models.database import transaction
from models.user import User

log = structlog.get_logger()

Given = TypeVar('Given')


async def sign_in(
    email: str, password: str, visitor: Visitor, *, keep: bool = False, replacing: str | None = None
) -> NewSession | Pending:
    """Start a session for the person with this address and password; the one of the digest `replacing` ends. A step
    comes first for who has not verified their address, or has a password that somebody else made.

    Raises:
        AuthError: INVALID_CREDENTIALS (wrong, unknown, blocked: nobody can tell which), THROTTLED, PASSWORD_STOPPED,
            BUSY
    """

    async def start(user: User) -> NewSession:
        return await sessions.start(user, visitor, keep=keep, replacing=replacing)

    return await let_in(email, password, visitor, start, keep=keep)


async def with_ticket(
    email: str, password: str, visitor: Visitor, *, keep: bool = False, presented: str | None = None
) -> Ticket | Pending:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this cookie's digest.

    Raises:
        AuthError: as `sign_in`
    """

    async def issue(user: User) -> Ticket:
        return await tickets.issue(user, visitor, keep=keep, presented=presented)

    return await let_in(email, password, visitor, issue, keep=keep)


async def for_program(email: str, password: str, visitor: Visitor) -> Tokens:
    """The same for a program: tokens for a session of its own. Nothing comes first that it could do.

    Raises:
        AuthError: as `sign_in`; EMAIL_UNVERIFIED (a fresh code is on its way), PASSWORD_MUST_CHANGE
    """

    async def start(user: User) -> Tokens:
        return await tokens.start(user, visitor)

    given = await let_in(email, password, visitor, start)
    if isinstance(given, Pending):
        unverified = given.step is Step.VERIFY
        raise AuthError(Reason.EMAIL_UNVERIFIED if unverified else Reason.PASSWORD_MUST_CHANGE)
    return given


async def let_in(
    email: str,
    password: str,
    visitor: Visitor,
    give: Callable[[User], Awaitable[Given]],
    *,
    keep: bool = False,
) -> Given | Pending:
    """What `give` makes for the person with this address and password, in the transaction that says they may; or the
    step that comes first.
    """
    async with throttle.attempt(Kind.PASSWORD, accounts.key_of(email), visitor):
        user = await accounts.find_by_email(email)
        matched = await passwords.matches(password, user.password_hash if user else None)
        given = await _open(user, password, visitor, give, keep) if user and matched else None
        if given is None:
            async with transaction():
                await audit.record(Act.SIGN_IN_FAILED, user, visitor, about=email)
            log.info('sign in refused', address=visitor.address)
            raise AuthError(Reason.INVALID_CREDENTIALS)
    return given


async def _open(
    user: User, password: str, visitor: Visitor, give: Callable[[User], Awaitable[Given]], keep: bool
) -> Given | Pending | None:
    if user.password_hash is None:
        return None
    if user.blocked_until is not None:
        await blocks.lift_over(user.email_key)
    new_hash = await passwords.make_hash(password) if passwords.needs_new_hash(user.password_hash) else None
    unverified = user.verified_at is None  # whatever the setting says by now: nobody has shown that it is theirs
    sends = unverified and await verify_email.may_send(user, visitor)
    async with transaction():
        # Asked again where nothing can change any more: a block or a new password since then wins.
        may = await User.get_or_none(id=user.id, password_hash=user.password_hash, blocked_at__isnull=True)
        if may is None:
            return None
        if new_hash is not None:
            await User.filter(id=user.id).update(password_hash=new_hash)
        if unverified and may.verified_at is None:
            if sends:
                await verify_email.send_code(may)
            return await pending.begin(Step.VERIFY, may.email, may, keep=keep)
        if may.must_change_password:
            return await pending.begin(Step.NEW_PASSWORD, may.email, may, keep=keep)
        return await give(may)
