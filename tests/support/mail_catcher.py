"""A real SMTP server for tests: it keeps what it is sent, and refuses, stalls, goes away and comes back as told."""

import asyncio
import email
import email.policy
import re
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.server import free_port
from tests.support.waiting import eventually

CODE = re.compile(r'\b[A-Z]{4}-[A-Z]{4}\b')
LINK = re.compile(r'https?://\S+')

Security = Literal['plain', 'starttls', 'tls']


class MailCatcher:
    """One SMTP server on a port of its own, in the loop of the test.

    `refuse[address] = '550 no such user'` answers RCPT for that address so; `stall.add(address)` answers it not at all
    until `relent()`. `refuse_senders = '451 later'` answers every MAIL so. `security` other
    than 'plain' needs `certificate` (tests/support/certificates.py), which the client must be told to trust:
    `SSL_CERT_FILE`. With `login` a client has to sign in.
    """

    def __init__(
        self,
        *,
        security: Security = 'plain',
        certificate: Path | None = None,
        login: tuple[str, str] | None = None,
        smtputf8: bool = True,
    ) -> None:
        self.port = free_port()
        self.security = security
        self.login = login
        self.smtputf8 = smtputf8
        self.caught: list[EmailMessage] = []
        """Every mail taken, the oldest first; its envelope stands in `X-MailFrom` and `X-RcptTo`."""
        self.connections = 0
        self.asked: list[str] = []
        """Every address that RCPT named, whatever the answer was."""
        self.refuse: dict[str, str] = {}
        self.refuse_senders = ''
        self.stall: set[str] = set()
        self._relented = asyncio.Event()
        self._certificate = certificate
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()

    @property
    def url(self) -> str:
        """For the setting SMTP_URL."""
        who = '{}:{}@'.format(*(quote(part, safe='') for part in self.login)) if self.login else ''
        scheme, query = {'plain': ('smtp', '?starttls=never'), 'starttls': ('smtp', ''), 'tls': ('smtps', '')}[
            self.security
        ]
        return f'{scheme}://{who}localhost:{self.port}{query}'

    @classmethod
    @asynccontextmanager
    async def catching(cls, **options: Any) -> AsyncIterator[Self]:
        catcher = cls(**options)
        await catcher.start()
        try:
            yield catcher
        finally:
            await catcher.stop()

    async def start(self) -> None:
        """Listen, on the same port each time."""
        context = self._context() if self.security != 'plain' else None
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._session(context if self.security == 'starttls' else None),
            '127.0.0.1',
            self.port,
            ssl=context if self.security == 'tls' else None,
        )

    async def stop(self) -> None:
        """Go away: every connection ends, nothing listens."""
        self.relent()
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for session in self._sessions:
            session.abort()
        await eventually(lambda: not any(session.is_open for session in self._sessions), why='the connections to end')
        self._sessions.clear()

    def relent(self) -> None:
        """Answer those that were stalled."""
        self._relented.set()
        self._relented = asyncio.Event()

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Those that came so far, the oldest first."""
        return [message for message in self.caught if message['X-RcptTo'] == address]

    async def mail_to(self, address: str, *, nth: int = 1, within: float = 15) -> EmailMessage:
        """The newest mail to this address, as soon as `nth` have come."""
        await eventually(
            lambda: len(self.mails_to(address)) >= nth, within=within, why=f'mail number {nth} to {address}'
        )
        return self.mails_to(address)[-1]

    def code_in(self, message: EmailMessage) -> str:
        """The one code in its plain text, as it is written: `WDJB-MJHT`."""
        [code] = CODE.findall(plain_text(message))
        return str(code)

    def link_in(self, message: EmailMessage) -> str:
        """The one link in its plain text that carries something (`…?token=…`), else its first."""
        links = LINK.findall(plain_text(message))
        return next((link for link in links if '?' in link), links[0])

    # ------------------------------------------------------------------ what aiosmtpd calls

    async def handle_MAIL(  # noqa: N802  aiosmtpd looks this name up
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_senders:
            return self.refuse_senders
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return '250 OK'

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        self.asked.append(address)
        if address in self.stall:
            await self._relented.wait()
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        for name, value in (('X-MailFrom', envelope.mail_from), ('X-RcptTo', envelope.rcpt_tos[0])):
            message[name] = value
        self.caught.append(message)
        return '250 taken'

    def _authenticate(self, _: SMTP, __: Session, ___: Envelope, ____: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)

    def _session(self, starttls: ssl.SSLContext | None) -> '_Session':
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # it warns of a login without TLS, which is what some tests are about
            session = _Session(
                self,
                enable_SMTPUTF8=self.smtputf8,
                hostname='localhost',
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_required=self.login is not None,
                auth_require_tls=self.security == 'starttls',  # aiosmtpd does not see the TLS that came first
                authenticator=self._authenticate,
                loop=asyncio.get_running_loop(),
            )
        self.connections += 1
        self._sessions.add(session)
        return session

    def _context(self) -> ssl.SSLContext:
        assert self._certificate is not None, 'TLS needs certificate='
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        return context


class _Session(SMTP):
    """A session that says whether it is still open."""

    is_open = False

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def connection_made(self, transport: Any) -> None:
        self.is_open = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        super().connection_lost(error)


def plain_text(message: EmailMessage) -> str:
    return _part(message, 'plain')


def html(message: EmailMessage) -> str:
    return _part(message, 'html')


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None, f'a mail without a {kind} part'
    return str(part.get_content())
