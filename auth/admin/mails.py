"""The outbox as site admins see it: what was queued and what has become of it, in pages, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.fernet import InvalidToken
from tortoise.queryset import QuerySet

from auth import audit, invitations
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.mail import Template, outbox, vocabulary, worker, written
from auth.mail.message import UnwritableError, words_of
from auth.mail.templates import Rendered
from auth.settings import get_settings
from models import change
from models.clock import now
from models.database import transaction
from models.mail import Mail

STATUSES: Final = ('waiting', 'sent', 'refused', 'late')
MOST: Final = 200
"""Mails on one page at most."""


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One mail: its template, to whom, and what has become of it. Times are aware UTC.

    `words` (without HTML) and `has_link` are there while it waits on a site that has no mail server: then a site admin
    hands the code or the link on.
    """

    id: int
    template: str
    address: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    next_try_at: datetime
    last_error: str
    has_link: bool
    words: Rendered | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """Some mails, and where the pages before and after begin ('' for none). `failing`: the mail server takes none."""

    mails: tuple[OutboxMail, ...]
    previous: str
    next: str
    has_server: bool
    failing: bool


async def list_mails(actor: Actor, *, status: str = '', address: str = '', at: str = '', size: int = 50) -> OutboxPage:
    """One page of the mails with this status whose address begins so; `at` is '' for the newest, or what a page said.

    Raises:
        AuthError: INPUT_INVALID, FORBIDDEN
    """
    await authorize(actor)
    if status and status not in STATUSES:
        raise AuthError(Reason.INPUT_INVALID, field='status')
    rows = Mail.filter(status=status) if status else Mail.exclude(status='asked for')
    if address := address.strip():
        rows = rows.filter(address__istartswith=address)
    way, edge = _read_place(at)
    size = max(1, min(size, MOST))
    found = await _read(rows, way, edge, size + 1)
    more, kept = len(found) > size, found[:size]
    if way == 'newer':
        kept.reverse()
    newer, older = (more, True) if way == 'newer' else (edge is not None, more)
    return OutboxPage(
        tuple([await _shown(row) for row in kept]),
        f'newer-{kept[0].id}' if kept and newer else '',
        f'older-{kept[-1].id}' if kept and older else '',
        has_server=bool(get_settings().smtp_url),
        failing=worker.is_failing(),
    )


async def _read(rows: QuerySet[Mail], way: str, edge: int | None, count: int) -> list[Mail]:
    if way == 'newer':
        rows = rows.filter(id__gt=edge).order_by('id')
    else:
        rows = (rows if edge is None else rows.filter(id__lt=edge)).order_by('-id')
    return list(await rows.limit(count).prefetch_related('user'))


def _read_place(at: str) -> tuple[str, int | None]:
    if not at:
        return 'older', None
    way, _, number = at.partition('-')
    if way not in ('older', 'newer') or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise AuthError(Reason.INPUT_INVALID)
    return way, int(number)


async def _shown(row: Mail) -> OutboxMail:
    is_open = _is_open(row)
    return OutboxMail(
        row.id,
        row.template,
        row.address,
        row.status,
        row.created_at,
        row.sent_at,
        row.tries,
        row.next_try_at,
        row.last_error,
        has_link=is_open and 'link' in _secrets_of(row.template) and row.sealed is not None,
        words=await _words(row) if is_open else None,
    )


def _is_open(row: Mail) -> bool:
    """Whether a site admin may read it: it waits, and no server will ever take it."""
    in_time = row.ends_at is None or row.ends_at > now()
    return not get_settings().smtp_url and row.status == 'waiting' and in_time


async def _words(row: Mail) -> Rendered | None:
    try:
        return words_of(row, await written.texts_of(row.template))
    except UnwritableError:
        return None


async def resend(actor: Actor, id: int) -> None:
    """Have a mail tried now, whatever has become of it. What is sent for a code or a link that is gone cannot be.

    Raises:
        AuthError: MAIL_NOT_FOUND, MAIL_SECRET_GONE, CHANGED_MEANWHILE, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        row = await _get(id)
        await _check_secrets(row)
        again: dict[str, object] = {'status': 'waiting', 'next_try_at': now(), 'shown_at': None, 'last_error': ''}
        if row.status != 'waiting':  # else it may be on its way: its lease stays
            again |= {'tries': 0, 'sent_at': None, 'leased_until': None, 'message_id': outbox.new_message_id()}
        if not await Mail.filter(id=row.id, status=row.status).update(**again):
            raise AuthError(Reason.CHANGED_MEANWHILE)
        await change.record('mail')
        details = {'mail': row.template}
        await audit.record(Act.MAIL_RESENT, row.user, actor=actor, about=row.address, details=details)


async def copy_link(actor: Actor, id: int) -> str:
    """The link of a mail that waits on a site without a mail server, for a site admin to hand on.

    Raises:
        AuthError: MAIL_NOT_FOUND, MAIL_NOT_FOR_COPYING, MAIL_SECRET_GONE, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        row = await _get(id)
        if not _is_open(row):
            raise AuthError(Reason.MAIL_NOT_FOR_COPYING)
        await _check_secrets(row)
        link = _unsealed(row).get('link')
        if link is None:
            raise AuthError(Reason.MAIL_NOT_FOR_COPYING)
        details = {'mail': row.template}
        await audit.record(Act.MAIL_LINK_COPIED, row.user, actor=actor, about=row.address, details=details)
    return link


async def _get(id: int) -> Mail:
    row = await Mail.filter(id=id).exclude(status='asked for').prefetch_related('user').first()
    if row is None:
        raise AuthError(Reason.MAIL_NOT_FOUND)
    return row


async def _check_secrets(row: Mail) -> None:
    """Refuse a mail whose code or link is gone, or good for nothing any more."""
    gone = AuthError(Reason.MAIL_SECRET_GONE, template=row.template)
    if row.ends_at is not None and row.ends_at <= now():
        raise gone
    secrets = _unsealed(row)
    if not vocabulary.NEEDED.get(row.template, frozenset()) <= secrets.keys() | row.variables.keys():
        raise gone
    if row.template == Template.INVITATION and 'link' in secrets:
        try:
            await invitations.look(secrets['link'].partition('token=')[2])
        except AuthError as error:
            raise gone from error


def _unsealed(row: Mail) -> dict[str, str]:
    if not row.sealed:
        return {}
    try:
        return outbox.unseal(row.sealed)
    except InvalidToken as error:
        raise AuthError(Reason.MAIL_SECRET_GONE, template=row.template) from error


def _secrets_of(template: str) -> Sequence[str]:
    return [variable.name for variable in vocabulary.OWN.get(template, ()) if variable.is_secret]
