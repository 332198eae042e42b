"""Hands mails to the server over one connection, and says whose fault it is when that fails: the mail's or its own.

Until RCPT every mail says the same, so what fails there fails for all; what fails later may be this mail's alone.
"""

import asyncio
import contextlib
import ssl
from functools import lru_cache
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from auth.logs import clean
from auth.mail.message import Envelope
from auth.mail_server import MailServer, Security
from auth.settings import get_settings

CONNECT: Final = 20.0
"""Seconds until a connection must be open, private and signed in: some servers greet late on purpose, by 5 to 10."""
ANSWER: Final = 20.0
"""Seconds for an answer to what costs a server no thought: MAIL, RSET."""
DELIVERY: Final = 60.0
"""Seconds for one mail. RFC 5321, 4.5.3.2, would wait for minutes; what a server took but did not say so in time it
gets again, under the same Message-ID.
"""
SILENCE: Final = 'it did not answer in time'
REASON_LENGTH: Final = 400
"""Characters kept of what a server said."""

_OF_THE_SERVER: Final = frozenset({421, 530, 534, 535, 538})
"""Answers that are about the connection whenever they come: it closes, or wants a sign-in (RFC 4954, 6)."""


class MailError(Exception):
    """str() says why on one line, without anything secret."""


class ServerDownError(MailError):
    """No mail can be handed in: no connection, no TLS, no sign-in, no MAIL."""


class TryLaterError(MailError):
    """The server does not take this mail now."""


class RefusedError(MailError):
    """The server does not take this mail, whenever it is tried."""


class Connection:
    """A connection that is opened for the first mail and carries many, one after the other."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, envelope: Envelope) -> None:
        """Raises ServerDownError, TryLaterError or RefusedError."""
        client = await self._ready()
        try:
            async with asyncio.timeout(DELIVERY):
                await _begin(client, envelope)
                await _hand_in(client, envelope)
        except TimeoutError as error:
            client.close()  # an answer that comes after all would be taken for the next one's
            raise TryLaterError(SILENCE) from error
        except asyncio.CancelledError:
            client.close()
            raise

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await client.quit(timeout=2)  # seconds: a courtesy
            client.close()

    async def _ready(self) -> aiosmtplib.SMTP:
        """The open connection, when it still answers and has forgotten the last mail; else a new one."""
        client, self._client = self._client, None
        if client is None or not client.is_connected or not await _forgets(client):
            client = await _opened(self._server)
        self._client = client
        return client


async def _forgets(client: aiosmtplib.SMTP) -> bool:
    try:
        await client.rset(timeout=ANSWER)
    except (SMTPException, OSError):
        client.close()
        return False
    return True


async def _opened(server: MailServer) -> aiosmtplib.SMTP:
    client = _client(server)
    try:
        async with asyncio.timeout(CONNECT):
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
    except (SMTPException, OSError, ValueError) as error:  # TimeoutError and SSLError are OSErrors
        client.close()
        raise ServerDownError(_reason(error)) from error
    except asyncio.CancelledError:
        client.close()
        raise
    return client


async def _begin(client: aiosmtplib.SMTP, envelope: Envelope) -> None:
    if envelope.smtputf8 and not client.supports_extension('smtputf8'):
        raise RefusedError('the mail server takes only addresses in ASCII (it has no SMTPUTF8)')
    try:
        await client.mail(envelope.sender, options=_options(envelope), encoding=_encoding(envelope), timeout=ANSWER)
    except SMTPResponseException as error:
        raise _answer(error, ServerDownError) from error
    except (SMTPException, OSError) as error:
        raise ServerDownError(_reason(error)) from error


async def _hand_in(client: aiosmtplib.SMTP, envelope: Envelope) -> None:
    try:
        await client.rcpt(envelope.recipient, encoding=_encoding(envelope), timeout=DELIVERY)
        await client.data(envelope.content, timeout=DELIVERY)
    except SMTPResponseException as error:
        raise _answer(error, TryLaterError) from error
    except (SMTPException, OSError) as error:
        raise TryLaterError(_reason(error)) from error


def _options(envelope: Envelope) -> list[str]:
    return ['SMTPUTF8', 'BODY=8BITMIME'] if envelope.smtputf8 else []


def _encoding(envelope: Envelope) -> str:
    return 'utf-8' if envelope.smtputf8 else 'ascii'


def _answer(error: SMTPResponseException, passing: type[MailError]) -> MailError:
    if error.code in _OF_THE_SERVER:
        return ServerDownError(_reason(error))
    return (RefusedError if 500 <= error.code < 600 else passing)(_reason(error))


def _reason(error: Exception) -> str:
    said = ' '.join(str(part) for part in error.args[:2]) if isinstance(error, SMTPResponseException) else str(error)
    return clean(' '.join(said.split()), REASON_LENGTH) or SILENCE


def _client(server: MailServer) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password if server.user else None,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=None if server.security is Security.NONE else _trust(),
        local_hostname=get_settings().sender.domain,
        timeout=CONNECT,
    )


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Certificates are checked against those the system trusts, or the file in SSL_CERT_FILE."""
    return ssl.create_default_context()
