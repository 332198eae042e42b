"""Turns mails that were asked for into mails to somebody, or into nothing."""

from typing import Final

import structlog
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from auth.mail import leases, outbox
from models import change
from models.clock import now
from models.database import transaction
from models.mail import Mail

BATCH: Final = 100
"""Looked for at once."""

log = structlog.get_logger()


async def resolve() -> bool:
    """Look who is meant by those that are due; whether there may be more. A resolver that fails is asked again."""
    asked = await Mail.filter(status='asked for', next_try_at__lte=now()).order_by('id').limit(BATCH)
    for mail in asked:
        try:
            await _resolve(mail)
        except Exception as error:
            log.error('a mail that was asked for cannot be made', template=mail.template, exc_info=error)
            await _untouched(mail).update(
                next_try_at=now() + leases.pause(mail.tries + 1), tries=F('tries') + 1, last_error=type(error).__name__
            )
    return len(asked) == BATCH


async def _resolve(mail: Mail) -> None:
    async with transaction():
        if not await _untouched(mail).update(status='waiting', tries=0, last_error=''):
            return  # another process was faster
        mine = Mail.filter(id=mail.id)
        answer = await outbox.resolvers[outbox.Template(mail.template)](mail.address)
        if answer is None:
            await mine.delete()
            return
        await mine.update(
            user_id=answer.user.id,
            address=answer.user.email,  # never as it was typed: an address that looks alike is somebody else's
            variables={'name': answer.user.name},
            ends_at=answer.ends_at,
            sealed=outbox.seal(answer.hidden) if answer.hidden else None,
        )
        await change.record('mailed')


def _untouched(mail: Mail) -> QuerySet[Mail]:
    return Mail.filter(id=mail.id, status='asked for', next_try_at=mail.next_try_at)
