"""Sign up: a new account with a password. The address is proved by a code first, unless the settings say otherwise."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import structlog
from tortoise.exceptions import IntegrityError

from auth import accounts, attributes, audit, mail, pending, sessions, sign_up_rules, throttle, tickets
from auth.accounts import Draft
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.flows import verify_email
from auth.mail import Template
from auth.pending import Pending, Step
from auth.people import check_email
from auth.sessions import NewSession
from auth.settings import get_settings
from auth.tickets import Ticket
from auth.visitor import Visitor
from models.access import UserRole
from models.clock import now
from models.database import transaction
from models.user import User

log = structlog.get_logger()

Given = TypeVar('Given')
Answers = Mapping[str, str]
"""What somebody says of themselves: attributes by key, those that are asked at sign-up."""
NONE: Answers = MappingProxyType({})


async def sign_up(
    email: str,
    password: str,
    visitor: Visitor,
    *,
    name: str = '',
    answers: Answers = NONE,
    replacing: str | None = None,
) -> NewSession | Pending:
    """Create an account. With VERIFY_EMAIL its address is to be verified first, and a taken address is answered in the
    same way; without, its first session starts, and the one of the digest `replacing` ends.

    Raises:
        AuthError: SIGN_UP_CLOSED, SIGN_UP_INVITATION_ONLY, EMAIL_INVALID, EMAIL_DOMAIN, EMAIL_TAKEN (without
            VERIFY_EMAIL), NAME_INVALID, ATTRIBUTE_*, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY
    """

    async def start(user: User) -> NewSession:
        return await sessions.start(user, visitor, replacing=replacing)

    return await _create(email, password, visitor, name, answers, start)


async def with_ticket(
    email: str,
    password: str,
    visitor: Visitor,
    *,
    name: str = '',
    answers: Answers = NONE,
    presented: str | None = None,
) -> Ticket | Pending:
    """The same for a page that asks over its socket: a ticket, for the browser that presents this cookie's digest.

    Raises:
        AuthError: as `sign_up`
    """

    async def issue(user: User) -> Ticket:
        return await tickets.issue(user, visitor, presented=presented)

    return await _create(email, password, visitor, name, answers, issue)


async def for_program(email: str, password: str, visitor: Visitor, *, name: str = '', answers: Answers = NONE) -> None:
    """The same for a program, which signs in by itself afterwards.

    Raises:
        AuthError: as `sign_up`
    """

    async def give_nothing(_: User) -> None:
        pass

    await _create(email, password, visitor, name, answers, give_nothing)


async def _create(
    email: str,
    password: str,
    visitor: Visitor,
    name: str,
    answers: Answers,
    give: Callable[[User], Awaitable[Given]],
) -> Given | Pending:
    if refusal := sign_up_rules.refusal():
        raise refusal
    sign_up_rules.check_domain(check_email(email)[1])
    checked = attributes.check_at_sign_up(answers)  # before anything that depends on who has the address
    verifies = get_settings().verify_email
    if not verifies and await accounts.find_by_email(email) is not None:  # spares the hash; the unique key decides
        raise AuthError(Reason.EMAIL_TAKEN)
    person = await accounts.draft(email, name, password, checked)  # the same work for a taken address
    if verifies:
        await throttle.ask_for_mail(person.email_key, visitor)
    try:
        async with transaction():
            made = await (_ask_for_code(person, visitor) if verifies else _open(person, visitor, give))
    except IntegrityError as error:  # somebody was faster with this address
        raise AuthError(Reason.BUSY if verifies else Reason.EMAIL_TAKEN) from error
    if verifies:  # who it was stays unsaid: whether the address is taken is nobody's business
        log.info('sign-up asked for', address=visitor.address)
    return made


async def _open(person: Draft, visitor: Visitor, give: Callable[[User], Awaitable[Given]]) -> Given:
    user = await accounts.create(person)
    await audit.record(Act.SIGNED_UP, user, visitor)
    log.info('signed up', user=user.uid, address=visitor.address)
    return await give(user)


async def _ask_for_code(person: Draft, visitor: Visitor) -> Pending:
    user = await User.filter(email_key=person.email_key).select_for_update().first()
    if user is not None and (user.verified_at is not None or user.blocked_at is not None):
        if user.blocked_at is None:
            await mail.queue(Template.EMAIL_TAKEN, user.email, user)
        await audit.record(Act.SIGN_UP_REFUSED, user, visitor)
        return await pending.begin(Step.VERIFY, person.email, None)
    draft = None
    if user is None:
        user = await accounts.create(person, verified=False)
    elif user.password_hash is None:  # a site admin made them: until the code has come back nothing of theirs changes
        draft = person
    else:
        user = await _replace(user, person)
    await audit.record(Act.SIGNED_UP, user, visitor)
    await verify_email.send_code(user)
    return await pending.begin(Step.VERIFY, person.email, user, draft=draft)


async def _replace(user: User, person: Draft) -> User:
    """A later sign-up takes the place of one that nobody has proved: its password counts, and its code alone opens the
    account, so that nobody can register somebody else's address beforehand.

    Somebody who holds a role keeps the address it was given to: another one of the same key may be another mailbox.
    """
    name = person.name or user.name
    if not await UserRole.exists(user=user):
        user.email = person.email
    user.name, user.name_key = name, name.casefold()
    user.password_hash, user.password_changed_at = person.password_hash, now()
    user.must_change_password = False
    user.attributes = attributes.changed(user.attributes, person.attributes)
    fields = 'email name name_key password_hash password_changed_at must_change_password attributes'
    await user.save(update_fields=fields.split())
    return user
