"""Settings, read once from the environment and `.env`, typed, and named when wrong. Those that a site admin may change
(auth/changeable.py) come from the database where the environment does not set them.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from auth.changeable import DEFAULTS, NAMES, Changeable
from auth.logs import clean
from auth.mail_server import WRONG_URL, MailServer, Sender
from auth.people import is_text

PREFIX = 'NICEGATE_'
BRAND = 'Nicegate'
"""What a site is called that has no name of its own."""
SECRET_BYTES = 32
"""A generated SECRET_KEY has 256 bits, as much as the HMAC-SHA256 it keys can use (RFC 2104, 3)."""

_SOURCE = re.compile(
    r'https:|data:|blob:|(?:(?:https?|wss?)://(?:\*\.)?|\*\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?P<port>\d{1,5}))?'
    r'(?:/[\w.~!$&()*+=:@%/-]*)?',
    re.ASCII | re.IGNORECASE,
)
_PORTS = {'http': 80, 'https': 443}


class SettingsError(Exception):
    """A setting is wrong; the text is one line that names the variable and the fix."""


def is_host_name(host: str) -> bool:
    """Whether a resolver can be asked for it at all; Python's socket raises TypeError otherwise."""
    try:
        host.encode('idna')  # what the resolver is asked with
    except UnicodeError:
        return False
    return host.isprintable()


def _origin(url: str) -> str:
    """Scheme, host and port as browsers write them in an Origin header (RFC 6454, 6.2): nothing else compares equal."""
    parts = urlsplit(url)
    rest = parts.path.strip('/') + parts.query + parts.fragment
    host = parts.hostname or ''
    if parts.scheme not in _PORTS or '@' in parts.netloc or rest or not re.fullmatch(r'[\w.:-]+', host):
        raise ValueError('write scheme and host only, such as https://app.example.com')
    if not is_host_name(host):
        raise ValueError('write a host that exists, such as https://app.example.com')
    host = f'[{host}]' if ':' in host else host.encode('idna').decode()
    return f'{parts.scheme}://{host}' + (f':{parts.port}' if parts.port not in (None, _PORTS[parts.scheme]) else '')


def _sources(text: Any) -> str:
    """Sources for a content security policy, with one space between them (CSP 3, 2.3.1). None can end a directive."""
    sources = [source for source in re.split(r'[\s,]+', str(text)) if source]
    for source in sources:
        match = _SOURCE.fullmatch(source)
        if match is None or (match['port'] and not 1 <= int(match['port']) <= 65535):
            raise ValueError('write sources such as https://picsum.photos, *.example.com, https: or data:, with spaces')
    return ' '.join(dict.fromkeys(sources))


Sources = Annotated[str, BeforeValidator(_sources)]


class Settings(Changeable, BaseSettings):
    """Everything that can be set from outside, with its default. Times are durations; a bare number is seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file='.env', extra='ignore', env_ignore_empty=True)

    database_url: str = ''
    public_url: str = ''
    host: str = '127.0.0.1'
    port: int = Field(default=8080, ge=1, le=65535)
    data_dir: Path = Path('data')
    secret_key: str = Field(default='', repr=False)
    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    smtp_url: str = Field(default='', repr=False)
    mail_from: str = ''
    throttle: bool = True
    trusted_proxies: str = ''
    pages: str = ''
    csp_img: Sources = ''
    csp_connect: Sources = ''
    csp_script: Sources = ''

    _fixed: frozenset[str] = PrivateAttr(frozenset())

    def model_post_init(self, _: Any) -> None:
        """Remember what the environment says, before anything else is taken in."""
        self._fixed = frozenset(self.model_fields_set)

    def is_fixed(self, name: str) -> bool:
        """Whether the environment sets this one, so that nothing else does."""
        return name in self._fixed

    def adopt(self, stored: Mapping[str, Any]) -> None:
        """Take what the database holds for all that the environment leaves open; the default for what is in neither."""
        for name in NAMES:
            if not self.is_fixed(name):
                setattr(self, name, stored.get(name, DEFAULTS[name]))

    @field_validator('public_url')
    @classmethod
    def _is_origin(cls, url: str) -> str:
        return _origin(url) if url else ''

    @field_validator('host')
    @classmethod
    def _is_host(cls, host: str) -> str:
        if not is_host_name(host):
            raise ValueError('write an address or a name of this machine, such as 127.0.0.1')
        return host

    @field_validator('database_url')
    @classmethod
    def _is_database(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in ('sqlite', 'postgres', 'postgresql'):
            raise ValueError('write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE')
        return url

    @field_validator('smtp_url')
    @classmethod
    def _is_mail_server(cls, url: str) -> str:
        if url and not is_host_name(MailServer.parse(url).host):
            raise ValueError(WRONG_URL)
        return url

    @field_validator('mail_from')
    @classmethod
    def _is_sender(cls, text: str) -> str:
        if text:
            Sender.parse(text)
        return text

    @field_validator('secret_key')
    @classmethod
    def _is_long_enough(cls, key: str) -> str:
        if key and len(key) < SECRET_BYTES:
            raise ValueError(f'use at least {SECRET_BYTES} random characters, or leave it out and one is made for you')
        return key

    @field_validator('trusted_proxies')
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        for part in filter(None, (p.strip() for p in text.split(','))):
            ip_address(part)
        return text

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in ('127.0.0.1', 'localhost', '::1')

    @property
    def url(self) -> str:
        """Where people reach the app: PUBLIC_URL, else host and port, never an address that means "all"."""
        if self.public_url:
            return self.public_url
        host = 'localhost' if self.host in ('0.0.0.0', '::', '') else self.host  # noqa: S104 - compared, not bound
        return f'http://{f"[{host}]" if ":" in host else host}:{self.port}'

    @property
    def brand(self) -> str:
        """What the site is called."""
        return self.site_name or BRAND

    @property
    def allowed_domains(self) -> tuple[str, ...]:
        """The e-mail domains that people may sign up with, see auth/email_domains.py; none: all."""
        return tuple(self.email_domains.split())

    @property
    def mail_server(self) -> MailServer | None:
        """Where mails are handed in; None: they wait, and are printed to the console."""
        return MailServer.parse(self.smtp_url) if self.smtp_url else None

    @property
    def sender(self) -> Sender:
        """Whom mails come from: MAIL_FROM, else the host that people know."""
        if self.mail_from:
            return Sender.parse(self.mail_from)
        return Sender.at(urlsplit(self.url).hostname or 'localhost', self.brand)

    @property
    def database(self) -> str:
        return self.database_url or f'sqlite:///{(self.data_dir / "nicegate.sqlite3").as_posix()}'

    def derived_key(self, purpose: str) -> bytes:
        """A key for one purpose, 32 bytes, so that no two uses share one."""
        return hmac.digest(self.secret().encode(), purpose.encode(), hashlib.sha256)

    def secret(self) -> str:
        """SECRET_KEY, or the one made at first start in DATA_DIR.

        Raises:
            SettingsError: the file cannot be read or written
        """
        return self.secret_key or _stored_secret(self.data_dir / 'secret_key')


@lru_cache(maxsize=4)
def _stored_secret(path: Path) -> str:
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        reason = f'{PREFIX}DATA_DIR: cannot keep a secret key in {path.parent} ({error.strerror}): make it writable'
        raise SettingsError(reason) from error
    if len(secret) < SECRET_BYTES:
        raise SettingsError(f'{path} is damaged: put the key back that stood in it, or set {PREFIX}SECRET_KEY')
    return secret


def _make_secret(path: Path) -> None:
    """Write the key whole and durable before it gets its name; of several first starts one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f'.{path.name}.{secrets.token_hex(8)}')
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w') as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


ALIKE = 0.85
"""How alike (difflib's ratio) a misspelt setting is: SESION_IDLE is 0.96, PAGE 0.89; of any two settings 0.75 at most,
so that one of a later release, set already, is left alone.
"""
_VARIABLES = frozenset(f'{PREFIX}{name.upper()}' for name in Settings.model_fields)


_stored: Mapping[str, Any] = {}


def adopt(stored: Mapping[str, Any]) -> None:
    """Have the settings of this process follow what the database holds: {name: value}. In place, so that whoever holds
    them follows too.
    """
    global _stored
    _stored = dict(stored)
    get_settings().adopt(_stored)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: one is wrong
    """
    for name, value in os.environ.items():
        if name.upper() in _VARIABLES and not is_text(value):
            raise SettingsError(f'{clean(name)}: it is not UTF-8: write it in UTF-8')
    try:
        _refuse_misspelt({name.upper() for name in (*os.environ, *DotEnvSettingsSource(Settings).env_vars)})
        settings = Settings()
        settings.adopt(_stored)
        return settings
    except UnicodeDecodeError as error:
        raise SettingsError('.env is not UTF-8: save it as UTF-8') from error
    except OSError as error:
        raise SettingsError(f'.env cannot be read ({error.strerror}): make it a file that you may read') from error
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first['loc'][0]).upper() if first['loc'] else PREFIX
        where = '' if name in {variable.upper() for variable in os.environ} else ' in .env'
        # The value itself stays out of the line: it may be a password in a URL.
        raise SettingsError(f'{name}{where}: {_fix(first["msg"])}') from error


def _refuse_misspelt(variables: set[str]) -> None:
    for name in sorted(variables - _VARIABLES):
        known = [setting.upper() for setting in Settings.model_fields]
        if name.startswith(PREFIX) and (meant := get_close_matches(name.removeprefix(PREFIX), known, 1, ALIKE)):
            raise SettingsError(f'{clean(name)}: there is no such setting: did you mean {PREFIX}{meant[0]}?')


def _fix(message: str) -> str:
    return message.removeprefix('Value error, ').replace('Input should', 'it should')
