"""Whether the time or the size of an answer tells who has an account: `.venv/bin/python -m bench.timing [KIND]`.

KIND is sqlite or postgresql, both when left out. Tries of all kinds in turn, in a new order each round, with throttles
on (each try from a source of its own) and the default BCRYPT_COST. Printed for each kind: the median time, and its
ratio to that of unknown addresses. Target: within 5 % for people who are known, and one size of answer for all.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import bcrypt
import httpx

from auth.settings import Settings
from models import database
from models.clock import now
from models.user import User
from tests.support import databases
from tests.support.mail_catcher import MailCatcher
from tests.support.people import PASSWORD, headers
from tests.support.server import Server

ROUNDS = 300
PEOPLE = 100
"""Of each kind: an address is sent three mails in ten minutes, so each is asked for three times."""
PAUSE = 0.1
"""Seconds after each try: what it left to do for the mail worker must not be counted to the next one."""
COST = Settings.model_fields['bcrypt_cost'].default

WRONG = 'a wrong guess at noon'
SIGN_INS = {
    'unknown': ('none', WRONG),
    'known, wrong password': ('know', WRONG),
    'blocked, wrong password': ('bloc', WRONG),
    'blocked, right password': ('bloc', PASSWORD),
    'invited': ('invi', WRONG),
}
FORGOTS = {'unknown': ('none', ''), 'known': ('know', ''), 'blocked': ('bloc', ''), 'invited': ('invi', '')}


@dataclass
class Seen:
    """The answers to one kind of try: seconds, and (status, bytes of head and body)."""

    seconds: list[float] = field(default_factory=list)
    sizes: set[tuple[int, int, int]] = field(default_factory=set)


def address(kind: str, number: int) -> str:
    return f'{kind}-{number % PEOPLE:03}@timing.example'  # all of one length


async def settle(url: str) -> None:
    """Put the people into the database."""
    password_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(COST)).decode()
    await database.connect(url)
    try:
        for kind in ('know', 'bloc', 'invi'):
            await User.bulk_create(
                User(
                    email=address(kind, number),
                    email_key=address(kind, number),
                    password_hash=None if kind == 'invi' else password_hash,
                    verified_at=None if kind == 'invi' else now(),
                    blocked_at=now() if kind == 'bloc' else None,
                )
                for number in range(PEOPLE)
            )
    finally:
        await database.close()


async def tries(
    http: httpx.AsyncClient, server: Server, action: str, kinds: dict[str, tuple[str, str]]
) -> dict[str, Seen]:
    seen = {name: Seen() for name in kinds}
    for number in range(-5, ROUNDS):  # the first ones warm up
        for name in random.sample(list(kinds), len(kinds)):
            who, password = kinds[name]
            given = {'email': address(who, number)} | ({'password': password} if password else {})
            source = {'X-Forwarded-For': '.'.join(str(random.randint(1, 254)) for _ in range(4))}
            began = time.perf_counter()
            answer = await http.post(f'{server.url}/auth/{action}', data=given, headers=headers(server) | source)
            took = time.perf_counter() - began
            if number >= 0:
                seen[name].seconds.append(took)
                head = sum(len(part) for line in answer.headers.raw for part in line)
                seen[name].sizes.add((answer.status_code, head, len(answer.content)))
            await asyncio.sleep(PAUSE)
    return seen


def report(title: str, seen: dict[str, Seen]) -> None:
    base = statistics.median(seen['unknown'].seconds)
    print(title)
    for name, kind in seen.items():
        median = statistics.median(kind.seconds)
        print(f'  {name:24} {median * 1000:7.2f} ms, {median / base:.3f} of unknown, answers {sorted(kind.sizes)}')
    print(f'  one size for all: {len(set.union(*(kind.sizes for kind in seen.values()))) == 1}')


async def measure(kind: str, folder: Path) -> None:
    async with (
        MailCatcher.catching() as catcher,
        databases.migrated(kind, folder) as url,
        httpx.AsyncClient(timeout=60) as http,
    ):
        await settle(url)
        server = Server(
            url, folder, throttle='on', trusted_proxies='127.0.0.1', bcrypt_cost=str(COST),
            smtp_url=catcher.url, mail_from='site@timing.example',
        )  # fmt: skip
        try:
            await server.start()
            report(f'{kind}: sign in, BCRYPT_COST {COST}', await tries(http, server, 'sign-in', SIGN_INS))
            report(f'{kind}: forgot password', await tries(http, server, 'forgot', FORGOTS))
            print(f'  mails sent: {len(catcher.caught)}')
        finally:
            await server.stop()


async def main() -> None:
    for kind in sys.argv[1:] or databases.available():
        with tempfile.TemporaryDirectory() as name:
            await measure(kind, Path(name))


if __name__ == '__main__':
    asyncio.run(main())
