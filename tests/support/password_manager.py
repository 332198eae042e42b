"""Chromium's own password manager: a profile that knows a password, and what it decides, read from its own log.

Nobody can press "Save" in a browser without a window, so the password is put where Chromium keeps it, and whether it
would have asked is read on `chrome://password-manager-internals`.
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.support.browser import find_chromium

BASIC = '--password-store=basic'
"""Keep passwords under the key that Chromium has for machines without a key ring."""
ASKED = 'Show password prompt'
"""What the log says when Chromium asks whether to save a password, or to change the one it has."""


@asynccontextmanager
async def own_browser(profile: Path) -> AsyncIterator[BrowserContext]:
    """A Chromium of its own over this profile, with the password manager that tests usually do without."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=[BASIC],
            ignore_default_args=['--enable-automation', '--disable-component-extensions-with-background-pages'],
        )
        yield context
        await context.close()


async def open_log(context: BrowserContext) -> Page:
    """The page that notes what the password manager does from now on."""
    page = await context.new_page()
    await page.goto('chrome://password-manager-internals')
    return page


def remember(profile: Path, site: str, email: str, password: str) -> None:
    """Save a password for a site in a profile that was open before, and is not now."""
    row: dict[str, object] = {
        'origin_url': f'{site}/login', 'signon_realm': f'{site}/', 'username_element': 'email',
        'username_value': email, 'password_element': 'password', 'password_value': _encrypt(password),
    }  # fmt: skip
    with closing(sqlite3.connect(profile / 'Default' / 'Login Data')) as connection, connection:
        for _, name, kind, required, default, _ in connection.execute('PRAGMA table_info(logins)').fetchall():
            if required and default is None and name != 'id':
                row.setdefault(name, 0 if kind == 'INTEGER' else b'' if kind == 'BLOB' else '')
        names, marks = ', '.join(row), ', '.join('?' * len(row))
        connection.execute(f'INSERT INTO logins ({names}) VALUES ({marks})', list(row.values()))


def _encrypt(password: str) -> bytes:
    """As Chromium does with the key of `BASIC` (components/os_crypt/sync/os_crypt_linux.cc)."""
    key = hashlib.pbkdf2_hmac('sha1', b'peanuts', b'saltysalt', 1, 16)
    missing = 16 - len(password.encode()) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(b' ' * 16)).encryptor()
    return b'v10' + encryptor.update(password.encode() + bytes([missing]) * missing) + encryptor.finalize()
