"""1,000 mails and a mail server that is away: `.venv/bin/python -m bench.mail_queue [KIND]`.

KIND is sqlite or postgresql, both when left out. Mails are queued by another process while nothing listens at the mail
server's port. After AWAY the mail server comes back: zero is that moment. Once as it is; once with `kill -9` on our
server when a third has gone out, and a start after it. Printed: lost, doubled (taken twice by the mail server, always
under one Message-ID), seconds until the last one was taken, and until the outbox knows so.
Target: none lost, 120 s.
"""

import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support import databases, sql
from tests.support.mail_catcher import MailCatcher
from tests.support.mails import queue_beside
from tests.support.server import Server
from tests.support.waiting import eventually

MAILS = 1000
AWAY = 40.0
"""Seconds: by then the worker looks for the server every half a minute or so."""
PATIENCE = 600.0


async def measure(kind: str, folder: Path, *, kill: bool) -> None:
    async with databases.migrated(kind, folder) as url, MailCatcher.catching() as catcher:
        await catcher.stop()
        server = Server(url, folder, smtp_url=catcher.url)
        try:
            await server.start()
            await queue_beside(server, *(f'p{number}@cars.example' for number in range(MAILS)))
            await eventually(lambda: 'the mail server takes no mail' in server.output)
            await asyncio.sleep(AWAY)
            await catcher.start()
            zero = time.monotonic()
            if kill:
                await eventually(lambda: len(catcher.caught) > MAILS / 3, within=PATIENCE)
                await server.stop(signal.SIGKILL)
                await server.start()
            await eventually(
                lambda: len(catcher.caught) >= MAILS and len(recipients(catcher)) == MAILS, within=PATIENCE
            )
            taken = time.monotonic() - zero
            await eventually(lambda: all_known(url), within=PATIENCE)
            known = time.monotonic() - zero
        finally:
            await server.stop()
    print(f'{kind}{", kill -9 in between" if kill else ""}: {MAILS - len(recipients(catcher))} lost,', end=' ')
    print(f'{len(catcher.caught) - MAILS} doubled under {len(message_ids(catcher))} Message-IDs;', end=' ')
    print(f'all taken {taken:.1f} s after its return, known {known:.1f} s; target 120 s', flush=True)


def recipients(catcher: MailCatcher) -> Counter[str]:
    return Counter(str(message['X-RcptTo']) for message in catcher.caught)


def message_ids(catcher: MailCatcher) -> set[str]:
    return {str(message['Message-ID']) for message in catcher.caught}


async def all_known(url: str) -> bool:
    return not await sql.rows(url, "SELECT 1 FROM mail WHERE status <> 'sent' LIMIT 1")


async def main() -> None:
    for kind in sys.argv[1:] or databases.available():
        for kill in (False, True):
            with tempfile.TemporaryDirectory() as name:
                await measure(kind, Path(name), kill=kill)


if __name__ == '__main__':
    asyncio.run(main())
