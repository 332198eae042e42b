"""The server killed at random moments of use: `.venv/bin/python -m bench.kills_accounts [KIND]`.

KIND is sqlite or postgresql, both when left out. Eight people sign up, verify, accept invitations, forget, confirm and
change passwords, change addresses and leave, over HTTP and a real mail server. After each kill -9 and restart: no act
that was answered is lost, no spent code works again, every mail comes. Target: 50 kills, no fault.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.support import databases
from tests.support.lives import Ledger, killed_while_living
from tests.support.mail_catcher import MailCatcher
from tests.support.server import Server

KILLS, PEOPLE, INVITATIONS = 50, 8, 60


async def measure(kind: str, folder: Path, kills: int) -> Ledger:
    async with MailCatcher.catching() as catcher, databases.migrated(kind, folder) as url:
        server = Server(url, folder, smtp_url=catcher.url, mail_from='site@lives.example', verify_email='on')
        try:
            return await killed_while_living(server, catcher, kills, PEOPLE, INVITATIONS)
        finally:
            await server.stop()


async def main() -> None:
    for kind in sys.argv[1:] or databases.available():
        with tempfile.TemporaryDirectory() as name:
            ledger = await measure(kind, Path(name), KILLS)
        print(f'{kind}: {KILLS} kills, {len(ledger.faults)} faults; {ledger.mails.total()} mails came; acts answered:')
        print('  ' + ', '.join(f'{count} {act}' for act, count in ledger.acts.most_common()))
        print(*ledger.faults, sep='\n')


if __name__ == '__main__':
    asyncio.run(main())
