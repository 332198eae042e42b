"""The outbox's front: verbs put mails in here."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from auth import sealed
from auth.settings import get_settings
from auth.visitor import Visitor
from models import change
from models.clock import now
from models.mail import Mail
from models.user import User


class Template(StrEnum):
    """The mails there are."""

    VERIFY_EMAIL = 'verify email'
    RESET_PASSWORD = 'reset password'  # noqa: S105 - a mail
    CHANGE_EMAIL = 'change email'
    EMAIL_TAKEN = 'email taken'
    PASSWORD_CHANGED = 'password changed'  # noqa: S105 - a mail
    EMAIL_CHANGED = 'email changed'
    INVITATION = 'invitation'
    ACCOUNT_MADE = 'account made'


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mail that was asked for turns out to be."""

    user: User
    ends_at: datetime | None
    hidden: Mapping[str, str] = field(repr=False)


Resolver = Callable[[str], Awaitable[Answer | None]]
resolvers: dict[Template, Resolver] = {}


async def queue(
    template: Template,
    address: str,
    user: User | None,
    variables: Mapping[str, Any] = MappingProxyType({}),
    *,
    hidden: Mapping[str, str] | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Put a mail into the outbox inside the caller's transaction. It is not sent after `ends_at`; `hidden` (codes,
    links) are variables that rest encrypted and go with the mail. `name` is always there.
    """
    known = {'name': user.name if user else '', **variables}
    await _write(template, address, user, 'waiting', ends_at, known, hidden)


async def ask(template: Template, address: str) -> None:
    """Ask inside the caller's transaction for a mail to whoever has this address, which may be nobody: the worker
    looks, by the resolver of the template, so that no answer and no time tells whether there is somebody.
    """
    await _write(template, address, None, 'asked for', None, {}, None)


def resolve_with(template: Template) -> Callable[[Resolver], Resolver]:
    """Name the function that the worker calls inside a transaction for a mail that was asked for, with its address;
    None: nobody has it, and the row goes.
    """

    def note(resolver: Resolver) -> Resolver:
        resolvers[template] = resolver
        return resolver

    return note


async def _write(
    template: Template,
    address: str,
    user: User | None,
    status: str,
    ends_at: datetime | None,
    variables: Mapping[str, Any],
    hidden: Mapping[str, str] | None,
) -> None:
    at = now()
    await Mail.create(
        message_id=new_message_id(),
        template=template,
        status=status,
        address=address,
        user=user,
        variables=dict(variables),
        sealed=seal(hidden) if hidden else None,
        created_at=at,
        next_try_at=at,
        ends_at=ends_at,
    )
    await change.record('mail')  # wakes the workers of all processes


def new_message_id() -> str:
    return f'<{secrets.token_hex(16)}@{get_settings().sender.domain}>'


def seal(values: Mapping[str, str]) -> str:
    return sealed.seal('mail', values)


def unseal(text: str) -> dict[str, str]:
    """The secrets of a mail."""
    return sealed.unseal('mail', text)


def circumstances(visitor: Visitor) -> dict[str, str]:
    """When and from where an act was done, as a mail about it says: variables `when` (UTC) and `where` (an address)."""
    return {'when': f'{now():%Y-%m-%d %H:%M} UTC', 'where': visitor.address}
