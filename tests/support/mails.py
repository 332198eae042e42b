"""Mails queued by a process beside the server, as its other half or the command line queues them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.support.server import ROOT, Server

_CHILD = """
import asyncio, sys
from datetime import timedelta
from auth import mail
from auth.settings import get_settings
from models import database
from models.clock import now

async def main():
    await database.connect(get_settings().database)
    async with database.transaction():
        for address in sys.argv[2:]:
            await mail.queue(mail.Template(sys.argv[1]), address, None, ends_at=now() + timedelta(minutes=10),
                             hidden={'code': 'WDJB-MJHT'})
    await database.close()

asyncio.run(main())
"""


async def queue_beside(server: Server, *addresses: str, template: str = 'verify email') -> None:
    """Commit one mail to each, all with the code WDJB-MJHT."""
    await asyncio.to_thread(_queue, server, template, addresses)


def _queue(server: Server, template: str, addresses: Sequence[str]) -> None:
    environment = server.environment | {'PYTHONPATH': os.fspath(ROOT)}
    subprocess.run([sys.executable, '-c', _CHILD, template, *addresses], cwd=server.folder, env=environment, check=True)
