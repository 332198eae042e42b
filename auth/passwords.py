"""Passwords: which are good enough, how they are hashed, and where: in a small pool of their own, never on the loop.

Up to 72 bytes a hash is plain bcrypt, which any other system reads. bcrypt ignores what comes after; a longer
password goes through HMAC-SHA256 keyed with SECRET_KEY first, and its hash carries a mark that says so.
"""

import asyncio
import base64
import hashlib
import hmac
import math
import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import bcrypt
from zxcvbn import matching, zxcvbn

from auth.errors import AuthError, Reason
from auth.people import is_text
from auth.settings import get_settings

MAX_LENGTH = 256
"""Longest password in characters: far above any passphrase, low enough that checking one costs milliseconds."""
BCRYPT_BYTES = 72
"""What bcrypt reads of its input (the Blowfish key schedule); bcrypt 5 raises above it."""
GENERATED_BYTES = 12
"""Random bytes of a generated password: 16 characters."""
GUESSES = 12_000
"""zxcvbn's estimate below which a password counts as common: a listed one with a sign behind it has 11,100."""
QUEUE = 64
"""Passwords that may wait in a pool: at cost 12 (0.25 s) on two cores the last waits 8 s, which is what people bear."""
NICENESS = 5
"""Added to the pool's threads so that pages go first (measured: loop lag 221 ms with plain threads, 16 ms so)."""

L33T_READINGS = 4
"""Ways to read a password's l33t signs as letters that zxcvbn may try; each takes 8 ms at 72 characters.

It tries the product of all choices: 12 brackets and the like in 17 characters took 0.4 s, in 72 characters 7 s.
Digits alone have 4. Past the bound the signs among them are masked: such a password is on no list.
"""

_MARK = 'hmac-sha256+'
_SIGNS = {ord(sign): '\u00b7' for signs in matching.L33T_TABLE.values() for sign in signs if not sign.isdigit()}
_Result = TypeVar('_Result')


def _lower_priority() -> None:
    with suppress(AttributeError, OSError):  # threads have a priority of their own on Linux only
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class _Pool:
    """Threads with a queue that ends: who comes when it is full hears BUSY at once."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_lower_priority)
        self._waiting = 0

    async def run(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        if self._waiting >= QUEUE:
            raise AuthError(Reason.BUSY)
        self._waiting += 1
        future = self._threads.submit(function, *arguments)
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, _: object) -> None:
        self._waiting -= 1


_hashing = _Pool('bcrypt', os.cpu_count() or 1)
# Anybody may have passwords judged: that must not keep others from signing in. One thread, because zxcvbn keeps
# the words of the password at hand in a table of its module.
_judging = _Pool('zxcvbn', 1)


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
    if await _judging.run(_is_common, password, known):
        raise AuthError(Reason.PASSWORD_COMMON)


def _is_common(password: str, known: tuple[str, ...]) -> bool:
    words = [part for text in known for part in (text[:100], *text[:100].split('@')) if part]
    # zxcvbn itself reads 72 characters at most; past that no password is common for its length.
    return int(zxcvbn(_bounded(password[:BCRYPT_BYTES]), words)['guesses']) < GUESSES


def _bounded(password: str) -> str:
    choices = matching.relevant_l33t_subtable(password, matching.L33T_TABLE).values()
    return password if math.prod(map(len, choices)) <= L33T_READINGS else password.translate(_SIGNS)


def generate() -> str:
    """A random password of 96 bits that can be read out: letters, digits, - and _."""
    return secrets.token_urlsafe(GENERATED_BYTES)


async def make_hash(password: str) -> str:
    """Hash a password that `check` has let through."""
    return await _hashing.run(_hash, password, get_settings().bcrypt_cost)


async def matches(password: str, stored: str | None) -> bool:
    """Whether a password belongs to a stored hash.

    Without a hash, or with one of a lower cost than today's, the work of today's cost is done all the same.

    Raises:
        AuthError: BUSY
    """
    if not is_text(password) or len(password) > MAX_LENGTH:
        password, stored = 'a' * 8, None
    return await _hashing.run(_matches, password, stored, get_settings().bcrypt_cost)


def needs_new_hash(stored: str) -> bool:
    """Whether the cost that the settings ask for is not the one a hash was made with."""
    return _cost_of(stored) != get_settings().bcrypt_cost


def _hash(password: str, cost: int) -> str:
    material, mark = _material(password)
    return mark + bcrypt.hashpw(material, bcrypt.gensalt(cost)).decode()


def _matches(password: str, stored: str | None, cost: int) -> bool:
    material, mark = _material(password)
    spent = _cost_of(stored) if stored is not None and stored.startswith(_MARK) == bool(mark) else None
    if stored is None or spent is None:  # nobody's, damaged, or of another kind
        _spend(material, cost)
        return False
    try:
        matched = bcrypt.checkpw(material, stored.removeprefix(mark).encode())
    except ValueError:  # a damaged hash is nobody's password
        matched, spent = False, cost
        _spend(material, cost)
    # Work doubles with each step: these add up to what a hash of today's cost takes.
    for step in range(spent, cost):
        _spend(material, step)
    return matched


def _spend(material: bytes, cost: int) -> None:
    """The work of one check and no more, so that the time of an answer tells nothing."""
    bcrypt.hashpw(material, bcrypt.gensalt(cost))


def _cost_of(stored: str) -> int | None:
    found = re.match(r'\$2[aby]\$(\d\d)\$', stored.removeprefix(_MARK))
    return int(found[1]) if found and 4 <= int(found[1]) <= 31 else None


def _material(password: str) -> tuple[bytes, str]:
    # NFKC: the same password typed on another keyboard or system is the same password (NIST SP 800-63B, 3.1.1.2).
    raw = unicodedata.normalize('NFKC', password).encode()
    if len(raw) <= BCRYPT_BYTES:
        return raw, ''
    key = get_settings().derived_key('long-password')
    return base64.b64encode(hmac.digest(key, raw, hashlib.sha256)), _MARK
