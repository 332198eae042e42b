"""Passwords: which are good enough, how they are hashed, and where: in a small pool of their own, never on the loop.

Up to 72 bytes a hash is plain bcrypt, which any other system reads. bcrypt ignores what comes after; a longer
password goes through HMAC-SHA256 keyed with SECRET_KEY first, and its hash carries a mark that says so.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

import bcrypt
from zxcvbn import zxcvbn

from auth.errors import AuthError, Reason
from auth.people import is_text
from auth.settings import get_settings

MAX_LENGTH = 256
"""Longest password in characters: far above any passphrase, low enough that checking one costs milliseconds."""
BCRYPT_BYTES = 72
"""What bcrypt reads of its input (the Blowfish key schedule); bcrypt 5 raises above it."""
GUESSES = 12_000
"""zxcvbn's estimate below which a password counts as common: a listed one with a sign behind it has 11,100."""
QUEUE = 64
"""Hashes that may wait: at cost 12 (0.25 s) on two cores the last waits 8 s, which is what people bear."""
NICENESS = 5
"""Added to the pool's threads so that pages go first (measured: loop lag 221 ms with plain threads, 16 ms so)."""

_MARK = 'hmac-sha256+'
_Result = TypeVar('_Result')
_waiting = 0


def _lower_priority() -> None:
    with suppress(AttributeError, OSError):  # threads have a priority of their own on Linux only
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix='bcrypt', initializer=_lower_priority)


async def _in_pool(function: Callable[..., _Result], *arguments: object) -> _Result:
    global _waiting
    if _waiting >= QUEUE:
        raise AuthError(Reason.BUSY)
    _waiting += 1
    future = _pool().submit(function, *arguments)
    future.add_done_callback(lambda _: _done())
    return await asyncio.wrap_future(future)


def _done() -> None:
    global _waiting
    _waiting -= 1


async def check(password: str, *known: str) -> None:
    """Refuse a new password that is too short, too long or common; `known` are words an attacker would try first.

    Raises:
        AuthError: PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON, INPUT_INVALID, BUSY
    """
    minimum = get_settings().password_min_length
    if not is_text(password):
        raise AuthError(Reason.INPUT_INVALID)
    if len(password) < minimum:
        raise AuthError(Reason.PASSWORD_TOO_SHORT, minimum=minimum)
    if len(password) > MAX_LENGTH:
        raise AuthError(Reason.PASSWORD_TOO_LONG, maximum=MAX_LENGTH)
    if await _in_pool(_is_common, password, known):
        raise AuthError(Reason.PASSWORD_COMMON)


def _is_common(password: str, known: tuple[str, ...]) -> bool:
    words = [part for text in known for part in (text[:100], *text[:100].split('@')) if part]
    # zxcvbn itself reads 72 characters at most; past that no password is common for its length.
    return int(zxcvbn(password[:BCRYPT_BYTES], words)['guesses']) < GUESSES


async def make_hash(password: str) -> str:
    """Hash a password that `check` has let through."""
    return await _in_pool(_hash, password, get_settings().bcrypt_cost)


async def matches(password: str, stored: str | None) -> bool:
    """Whether a password belongs to a stored hash. Without a hash the same work is done and the answer is no.

    Raises:
        AuthError: BUSY
    """
    if not is_text(password) or len(password) > MAX_LENGTH:
        password, stored = 'a' * 8, None
    cost = get_settings().bcrypt_cost
    if stored is None:
        await _in_pool(_matches, password, _decoy(cost))
        return False
    return await _in_pool(_matches, password, stored)


def needs_new_hash(stored: str) -> bool:
    """Whether the cost that the settings ask for is not the one a hash was made with."""
    with suppress(IndexError, ValueError):
        return int(stored.removeprefix(_MARK).split('$')[2]) != get_settings().bcrypt_cost
    return True


def _hash(password: str, cost: int) -> str:
    material, mark = _material(password)
    return mark + bcrypt.hashpw(material, bcrypt.gensalt(cost)).decode()


def _matches(password: str, stored: str) -> bool:
    material, mark = _material(password)
    if stored.startswith(_MARK) != bool(mark):
        mark, stored = '', _decoy(get_settings().bcrypt_cost)  # cannot match, and must not answer sooner
    try:
        return bcrypt.checkpw(material, stored.removeprefix(mark).encode())
    except ValueError:  # a damaged hash is nobody's password
        return False


def _material(password: str) -> tuple[bytes, str]:
    # NFKC: the same password typed on another keyboard or system is the same password (NIST SP 800-63B, 3.1.1.2).
    raw = unicodedata.normalize('NFKC', password).encode()
    if len(raw) <= BCRYPT_BYTES:
        return raw, ''
    key = get_settings().derived_key('long-password')
    return base64.b64encode(hmac.digest(key, raw, hashlib.sha256)), _MARK


@lru_cache(maxsize=4)
def _decoy(cost: int) -> str:
    """A hash that no password matches, so that an unknown address takes as long as a known one."""
    return bcrypt.hashpw(secrets.token_bytes(32), bcrypt.gensalt(cost)).decode()
