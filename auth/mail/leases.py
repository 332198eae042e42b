"""What becomes of a waiting mail. Whoever delivers one holds it by a lease that it keeps renewing: of two processes one
delivers it, and a process that was killed is outlived by its leases for seconds only.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from auth.logs import clean
from models import change
from models.clock import now
from models.database import transaction
from models.mail import Mail

LEASE: Final = timedelta(seconds=20)
"""How long a mail waits when the process that was delivering it is gone."""
RENEW: Final = 5.0
"""Seconds between renewals: three may fail."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(minutes=60)
"""Issue 4: 1, 2, 4 … 60 minutes between tries."""
JITTER: Final = 0.2
"""A pause is longer or shorter by this part at most, so that what failed together does not come back together."""
GIVE_UP: Final = timedelta(days=5)
"""Age of a mail at which a server's "later" is taken for a "no" (RFC 5321, 4.5.4.1: 4 to 5 days)."""
ERROR_LENGTH: Final = 500
"""As its column has it."""

log = structlog.get_logger()


async def claim() -> Mail | None:
    """The mail that is due longest, held for LEASE, with its user; None when none is due."""
    while True:
        at = now()
        mail = await _due(at).order_by('next_try_at', 'id').first().prefetch_related('user')
        if mail is None or await _due(at).filter(id=mail.id).update(leased_until=at + LEASE):
            return mail


async def due(limit: int) -> int:
    """How many mails could be claimed now, counted up to `limit`."""
    return len(await _due(now()).limit(limit).values_list('id'))


@asynccontextmanager
async def kept(mail: Mail) -> AsyncIterator[None]:
    """Renew the lease as long as the block runs."""
    renewing = asyncio.create_task(_renew(mail), name='mail lease')
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def sent(mail: Mail) -> None:
    """A server has taken it."""
    await _note(mail, status='sent', sent_at=now(), sealed=None, leased_until=None, last_error='', tries=F('tries') + 1)


async def refused(mail: Mail, reason: str) -> None:
    """No server takes it: it is kept for somebody to look at, and not tried again."""
    await _note(mail, status='refused', sealed=None, leased_until=None, last_error=_cut(reason), tries=F('tries') + 1)


async def unwritable(mail: Mail, error: Exception) -> None:
    """It cannot be made: that is a fault of the site, and somebody has to look."""
    log.error('a mail cannot be written', template=mail.template, message_id=mail.message_id, exc_info=error)
    await refused(mail, str(error))


async def later(mail: Mail, reason: str) -> None:
    """It is tried again after a pause that doubles, and given up at GIVE_UP."""
    at = now()
    if at - mail.created_at > GIVE_UP:
        await refused(mail, reason)
        return
    await _note(
        mail, next_try_at=at + pause(mail.tries + 1), leased_until=None, last_error=_cut(reason), tries=F('tries') + 1
    )


async def put_back(mail: Mail, reason: str | None = None) -> None:
    """It was not tried: the server took no mail at all, or this process stops."""
    if reason is None:
        await _waiting(mail).update(leased_until=None)
    else:
        await _note(mail, leased_until=None, last_error=_cut(reason))


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries that failed."""
    doubled = min(FIRST_PAUSE * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)
    return doubled * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load


def _due(at: datetime) -> QuerySet[Mail]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    in_time = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    return Mail.filter(free, in_time, status='waiting', next_try_at__lte=at)


def _waiting(mail: Mail) -> QuerySet[Mail]:
    return Mail.filter(id=mail.id, status='waiting')


async def _note(mail: Mail, **columns: object) -> None:
    """What has become of it, which open pages show."""
    async with transaction():
        await _waiting(mail).update(**columns)
        await change.record('mailed')


async def _renew(mail: Mail) -> None:
    while True:
        await asyncio.sleep(RENEW)
        with contextlib.suppress(Exception):  # a database that is away for a moment: there are three more
            await _waiting(mail).update(leased_until=now() + LEASE)


def _cut(reason: str) -> str:
    return clean(reason, ERROR_LENGTH - 100)[:ERROR_LENGTH]
