"""People who use their accounts without rest, and remember what they were told: for trials in which the server dies.

An act counts from the moment that its answer was read. When none came, both may be true, and the next sign-in tells.
"""

import asyncio
import itertools
import random
import re
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, field

import httpx

from tests.support import sql
from tests.support.mail_catcher import MailCatcher
from tests.support.people import headers
from tests.support.server import ROOT, Server
from tests.support.waiting import eventually

VERIFY, RESET, CHANGE = 'Verify your email address', 'Set a new password', 'Confirm your new email address'
PASSWORD_CHANGED, EMAIL_CHANGED = 'Your password was changed', 'Your email address was changed'
_numbers = itertools.count(1)

_INVITE = """
import asyncio, sys
from auth import start
from auth.admin import invitations
from auth.admin.actor import OPERATOR
async def main():
    await start.open_database()
    for email in sys.argv[1:]:
        print(await invitations.invite_address(OPERATOR, email))
    await start.close_database()
asyncio.run(main())
"""

Login = tuple[str, str]
"""Address and password."""


async def invited(server: Server, count: int) -> list[tuple[str, str]]:
    """Invite so many new people: [(address, token of the link)]."""
    emails = [f'invited-{next(_numbers)}@lives.example' for _ in range(count)]
    ran = await asyncio.to_thread(
        subprocess.run,
        [server.python, '-c', _INVITE, *emails],
        cwd=ROOT, env=server.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return list(zip(emails, re.findall(r'token=([\w.~-]+)', ran.stdout), strict=True))


@dataclass
class Ledger:
    """What all people were told, and what turned out to be otherwise."""

    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many mails of a subject must have come to an address."""
    acts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Life:
    """One person, one act after the other."""

    def __init__(
        self, server: Server, catcher: MailCatcher, ledger: Ledger, invitations: list[tuple[str, str]]
    ) -> None:
        self.server, self.catcher, self.ledger, self.invitations = server, catcher, ledger, invitations
        self.http = httpx.AsyncClient(timeout=30)
        self.possible: list[Login | None] = [None]
        """With what they can sign in; None: with nothing. One, but for a lost answer."""
        self.past: list[Login] = []
        self.spent: list[tuple[str, dict[str, str]]] = []
        self._act: tuple[str, dict[str, str]] | None = None

    @property
    def login(self) -> Login:
        [login] = self.possible
        assert login is not None
        return login

    async def live(self) -> None:
        """Go on until the server dies."""
        try:
            while True:
                if self.possible == [None]:
                    await random.choice([self.sign_up, self.accept] if self.invitations else [self.sign_up])()
                else:
                    acts = [self.change_password, self.forget, self.change_email, self.delete]
                    await random.choices(acts, [3, 4, 3, 1])[0]()
        except httpx.TransportError:
            pass

    async def post(self, action: str, **fields: str) -> None:
        """Send a form that must be taken. TransportError: nobody knows whether it was."""
        answer = await self.http.post(f'{self.server.url}/auth/{action}', data=fields, headers=headers(self.server))
        if answer.status_code != 200:
            self.ledger.faults.append(f'{action} of {self.possible} was answered {answer.status_code}: {answer.text}')
        self.ledger.acts[action] += 1

    async def turn(self, action: str, fields: dict[str, str], after: Login | None, *, spends: bool = True) -> None:
        """An act after which they sign in otherwise; `spends`: by what works once."""
        self.possible, self._act = [*self.possible, after], (action, fields) if spends else None
        await self.post(action, **fields)
        self._become(after)

    def _become(self, now: Login | None) -> None:
        """One of what was possible is so."""
        if now == self.possible[-1] and self._act is not None:
            self.spent.append(self._act)
        self.past += [login for login in self.possible if login is not None and login != now]
        self.possible, self._act = [now], None

    async def mailed(self, address: str, subject: str) -> str:
        """The code in the mail that was promised just now."""
        self.ledger.mails[address, subject] += 1
        await eventually(lambda: self._came(address, subject), within=60, why=f'{subject} to {address}')
        about = [message for message in self.catcher.mails_to(address) if message['Subject'] == subject]
        # One that was under way in a kill may come once more, after a newer one.
        return self.catcher.code_in(list({message['Message-ID']: message for message in about}.values())[-1])

    def _came(self, address: str, subject: str) -> bool:
        return mails(self.catcher)[address, subject] >= self.ledger.mails[address, subject]

    # --- the acts

    async def sign_up(self) -> None:
        self.http.cookies.clear()
        email, password = new_address(), new_password()
        await self.post('sign-up', email=email, password=password, name='')
        code = await self.mailed(email, VERIFY)
        await self.turn('verify', {'code': code, 'email': email}, (email, password))

    async def accept(self) -> None:
        self.http.cookies.clear()
        email, token = self.invitations.pop()
        password = new_password()
        await self.turn('invitation', {'token': token, 'password': password}, (email, password))

    async def sign_in(self) -> None:
        email, password = self.login
        self.http.cookies.clear()
        await self.post('sign-in', email=email, password=password)

    async def change_password(self) -> None:
        await self.sign_in()
        email, password = self.login
        new = new_password()
        fields = {'current_password': password, 'password': new}
        await self.turn('change-password', fields, (email, new), spends=False)
        self.ledger.mails[email, PASSWORD_CHANGED] += 1

    async def forget(self) -> None:
        email, new = self.login[0], new_password()
        await self.post('forgot', email=email)
        code = await self.mailed(email, RESET)
        await self.turn('confirm', {'email': email, 'code': code, 'password': new}, (email, new))
        self.ledger.mails[email, PASSWORD_CHANGED] += 1

    async def change_email(self) -> None:
        await self.sign_in()
        (email, password), new = self.login, new_address()
        await self.post('change-email', email=new, current_password=password)
        code = await self.mailed(new, CHANGE)
        await self.turn('confirm-email', {'code': code}, (new, password))
        self.ledger.mails[email, EMAIL_CHANGED] += 1

    async def delete(self) -> None:
        await self.sign_in()
        await self.turn('delete-account', {'current_password': self.login[1]}, None, spends=False)

    # --- after a restart

    async def check(self) -> None:
        """Whether all that was told is still so: what opens, what does not, and no code works again."""
        open_now = [login for login in self.possible if login is not None and await self._opens(login)]
        if len(open_now) > 1 or (not open_now and None not in self.possible):
            self.ledger.faults.append(f'of {self.possible} these open: {open_now}')
        for login in self.past[-3:]:
            if await self._opens(login):
                self.ledger.faults.append(f'{login} is past and opens')
        if len(self.possible) > 1:
            self._become(open_now[0] if open_now else None)
        for action, fields in self.spent[-3:]:
            await self._try_again(action, fields)

    async def _opens(self, login: Login) -> bool:
        async with httpx.AsyncClient(timeout=30) as http:
            fields = {'email': login[0], 'password': login[1]}
            answer = await http.post(f'{self.server.url}/auth/sign-in', data=fields, headers=headers(self.server))
        return answer.status_code == 200 and answer.json()['next'] == '/'

    async def _try_again(self, action: str, fields: dict[str, str]) -> None:
        if action == 'verify':
            answer = await self.http.post(f'{self.server.url}/api/auth/verify', json=fields)
        else:
            if action == 'confirm-email' and self.possible != [None]:
                await self.sign_in()
            answer = await self.http.post(f'{self.server.url}/auth/{action}', data=fields, headers=headers(self.server))
        if answer.status_code < 400 or answer.status_code >= 500:
            self.ledger.faults.append(f'the spent {action} {fields} was answered {answer.status_code}: {answer.text}')


def new_address() -> str:
    return f'life-{next(_numbers)}@lives.example'


def new_password() -> str:
    return f'blue bicycle at noon {next(_numbers)}'


def mails(catcher: MailCatcher) -> Counter[tuple[str, str]]:
    """How many different mails came: {(address, subject): number}. One that was sent twice has one Message-ID."""
    different = {(message['Message-ID'], message['X-RcptTo'], message['Subject']) for message in catcher.caught}
    return Counter((address, subject) for _, address, subject in different)


async def check_all(lives: list[Life], ledger: Ledger, catcher: MailCatcher) -> None:
    """After a restart: every mail comes, and everybody finds what they were told."""

    def missing() -> dict[tuple[str, str], int]:
        return dict(ledger.mails - mails(catcher))

    try:
        await eventually(lambda: not missing(), within=60, why='mails that were promised')
    except AssertionError:
        ledger.faults.append(f'mails that never came: {missing()}')
    for life in lives:
        await life.check()


async def killed_while_living(
    server: Server, catcher: MailCatcher, kills: int, people: int, invitations: int
) -> Ledger:
    """So many times: let people act, kill the server at a random moment, start it again, and look."""
    ledger = Ledger()
    links = await invited(server, invitations)
    for email, _ in links:
        ledger.mails[email, f'You are invited to {server.url.partition("//")[2]}'] += 1
    lives = [Life(server, catcher, ledger, links) for _ in range(people)]
    await server.start()
    for _ in range(kills):
        living = [asyncio.create_task(life.live()) for life in lives]
        enough = ledger.acts.total() + random.randint(1, 6 * people)
        await eventually(lambda: ledger.acts.total() >= enough, within=60, why='acts')  # noqa: B023  it ends first
        await asyncio.sleep(random.uniform(0, 0.2))  # in the middle of the next ones
        await server.stop(signal.SIGKILL)
        await sql.rows(server.database_url, 'UPDATE mail SET leased_until = NULL')  # 20 s have passed
        for task in living:
            task.cancel()  # who waits for a mail
        for ended in await asyncio.gather(*living, return_exceptions=True):
            if isinstance(ended, Exception):
                ledger.faults.append(repr(ended))
        await server.start()
        await check_all(lives, ledger, catcher)
    for life in lives:
        await life.http.aclose()
    return ledger
