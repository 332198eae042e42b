"""What is over is deleted: at each start, and every hour of a server."""

from datetime import timedelta
from typing import Final

from auth import invitations, sessions, throttle
from auth.mail import housekeeping
from models.clock import now
from models.code import Code

CODES_KEPT: Final = timedelta(days=1)
"""How long codes, steps and links are kept after their end."""
INVITATIONS_KEPT: Final = timedelta(days=90)
"""The same for invitations, longer: whoever opens an old one is told what has become of it."""


async def prune() -> None:
    """Delete sessions, codes, invitations, mails and counters that nobody can use or ask about any more."""
    await sessions.prune()
    await throttle.prune()
    await housekeeping.prune()
    over = Code.filter(ends_at__lt=now() - CODES_KEPT).exclude(purpose=invitations.PURPOSE)
    await over.delete()
    await Code.filter(purpose=invitations.PURPOSE, ends_at__lt=now() - INVITATIONS_KEPT).delete()
