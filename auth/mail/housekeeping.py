"""What ends mails without a server: their time."""

from datetime import timedelta
from typing import Final

from tortoise.expressions import Q

from models import change
from models.clock import now
from models.database import transaction
from models.mail import Mail

KEPT: Final = timedelta(days=30)
"""How long mails that were sent or came too late are kept, for who asks "did it go out?"."""
REFUSED_KEPT: Final = timedelta(days=90)
"""How long mails are kept that no server would take: longer, for somebody should look why."""
ASKED_KEPT: Final = timedelta(days=1)
"""How long it is tried to find out whom a mail was asked for."""


async def end_late() -> None:
    """Mark what must not be sent any more, and wipe its secrets. What is being handed in is left alone."""
    at = now()
    late = Mail.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=at), status='waiting', ends_at__lte=at)
    if await late.exists():  # a look that takes no write lock
        async with transaction():
            await late.update(status='late', sealed=None, leased_until=None)
            await change.record('mailed')


async def prune() -> None:
    """Delete what is old."""
    at = now()
    await Mail.filter(
        Q(status__in=['sent', 'late'], created_at__lt=at - KEPT)
        | Q(status='refused', created_at__lt=at - REFUSED_KEPT)
        | Q(status='asked for', created_at__lt=at - ASKED_KEPT)
    ).delete()
