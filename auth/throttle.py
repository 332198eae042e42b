"""Throttles: how often a secret may be tried, and how many mails may be asked for.

A try takes its place before the secret is looked at, and gets it back unless the secret was wrong: failures are
counted, not sign-ins, and a hundred guesses at once get no more through than one after the other. The counters are in
the database, so that a restart forgives nothing and all instances share them. They are kept for whatever was typed,
whether or not there is such an account, under digests that name nobody to who reads the database.
"""

import hashlib
import hmac
import json
import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import structlog

from auth import limits, turns
from auth.errors import AuthError, Reason
from auth.limits import Limit
from auth.settings import get_settings
from auth.turns import Turn
from auth.visitor import Visitor
from models import scope
from models.clock import now
from models.database import transaction
from models.engines.common import finish
from models.throttle import Throttle

log = structlog.get_logger()

PASSWORDS_OF_ACCOUNT_AND_SOURCE: Final = Limit(5, timedelta(minutes=5))
"""Design, section 7."""
PASSWORDS_OF_SOURCE: Final = Limit(10, timedelta(minutes=1))
"""Design, section 7."""
STOP: Final = 100
"""Failures in succession, from wherever, that stop an account's password (NIST SP 800-63B, 3.2.2)."""
CODES_OF_SOURCE: Final = Limit(10, timedelta(minutes=1))
"""As for passwords. Not per account: each code has five tries of its own, and the owner is never kept from a reset."""
MAILS_TO_ADDRESS: Final = (Limit(3, timedelta(minutes=10)), Limit(20, timedelta(days=1)))
"""Design, section 7."""
MAILS_OF_SOURCE: Final = Limit(100, timedelta(minutes=10))
"""Enough for an office on its first morning; whoever has mails sent to everybody needs many sources."""
REMEMBERED: Final = timedelta(days=90)
"""How long a source is known after a sign-in, and failures in succession are kept after the last: a quarter, in which
people use what they use at all.
"""

WRONG: Final = frozenset({Reason.INVALID_CREDENTIALS, Reason.PASSWORD_WRONG, Reason.CODE_INVALID})
"""What keeps a place: the secret was wrong. Whatever else goes wrong is no guess."""


class Kind(StrEnum):
    """What is tried: failures of the one never bar from the other, so that an owner can always reset by mail."""

    PASSWORD = 'password'  # noqa: S105 - a kind
    CODE = 'code'


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted under one key: moments within limits, or failures in succession until they are `stop`."""

    key: str
    limits: tuple[Limit, ...] = ()
    stop: int = 0
    account: str | None = None
    """Digest of the account with which it is forgotten."""

    @property
    def width(self) -> int:
        """How many could be let through at once."""
        return self.stop or min(limit.count for limit in self.limits)

    @property
    def kept(self) -> timedelta:
        return max((limit.window for limit in self.limits), default=REMEMBERED)

    def wait(self, row: Throttle, at: int, unsettled: Sequence[int] = ()) -> float:
        """Milliseconds until one more is let through if the `unsettled` moments are given back; infinite: stopped."""
        if self.stop:
            return math.inf if row.failures - len(unsettled) >= self.stop else 0
        return limits.wait(self.limits, limits.without(row.moments['at'], unsettled), at)


@asynccontextmanager
async def attempt(kind: Kind, account: str, visitor: Visitor) -> AsyncIterator[None]:
    """Around a try at a secret of an account (an e-mail key, or any bounded text that was typed), outside of any
    transaction. Leaving it well gives the place back and forgets failures in succession.

    Raises:
        AuthError: THROTTLED (`wait`: whole seconds until a try would be let through), PASSWORD_STOPPED, BUSY
    """
    if not get_settings().throttle:
        yield
        return
    if scope.current() is not None:
        raise RuntimeError('an attempt inside a transaction would be forgotten with it')
    counters = _of_attempt(kind, account, visitor)
    async with turns.taken({counter.key: counter.width for counter in counters}) as turn:
        place = _Place(counters, turn)
        try:
            await place.take()
            yield
            place.right = True
        except AuthError as error:
            place.wrong = error.reason in WRONG
            raise
        finally:
            await place.settle()


async def ask_for_mail(account: str, visitor: Visitor) -> None:
    """Count a mail that somebody has sent to an account's address.

    Raises:
        AuthError: THROTTLED (`wait`: whole seconds)
    """
    if not get_settings().throttle:
        return
    async with transaction():
        counters, at = await _of_mail(account, visitor), limits.moment_of(now())
        rows = await _read(counters, at)
        _refuse(counters, rows, at)
        await _write(counters, rows, at)


async def mail_wait(account: str, visitor: Visitor) -> int:
    """Whole seconds until `ask_for_mail` would let the next one through; 0: now."""
    if not get_settings().throttle:
        return 0
    counters, at = await _of_mail(account, visitor), limits.moment_of(now())
    rows = await _read(counters, at)
    return _in_seconds(max(counter.wait(rows[counter.key], at) for counter in counters))


async def forget(account: str) -> None:
    """Forget what was counted against an account's password, inside the caller's transaction: it was reset."""
    await Throttle.filter(account=_digest('account', account)).delete()


async def remember(account: str, visitor: Visitor) -> None:
    """Note that this account was signed in from here, inside the caller's transaction: mails asked for from here are
    counted apart from those that strangers ask for.
    """
    if not get_settings().throttle:
        return
    key = _digest('known', account, limits.source_of(visitor.address))
    await _store([Throttle(key=key, moments={}, ends_at=now() + REMEMBERED)])


async def prune() -> int:
    """Delete the rows that count no more, but none of a stopped account; returns how many."""
    return int(await Throttle.filter(ends_at__lte=now(), failures__lt=STOP).delete())


class _Place:
    """A place that a try takes in all its counters at once. Neither `right` nor `wrong`, it is as if never taken."""

    right = wrong = False

    def __init__(self, counters: Sequence[Counter], turn: Turn) -> None:
        self._counters, self._turn = counters, turn
        self._moment: int | None = None

    async def take(self) -> None:
        """Wait as long as only unsettled tries of this process are in the way. AuthError as `attempt` raises it."""
        while not await finish(self._try_to_take()):  # whole, although the task is cancelled: `settle` must know
            async with self._turn.patience():
                await self._room.wait()

    async def _try_to_take(self) -> bool:
        lanes = self._turn.lanes
        async with transaction():
            at = limits.moment_of(now())
            rows = await _read(self._counters, at)
            _refuse(self._counters, rows, at, {key: lane.unsettled for key, lane in lanes.items()})
            for counter in self._counters:
                if counter.wait(rows[counter.key], at):
                    self._room = lanes[counter.key].settled
                    return False
            self._moment = at
            for lane in lanes.values():
                lane.unsettled.append(at)
            await _write(self._counters, rows, at)
        return True

    async def settle(self) -> None:
        """Give the place back unless the secret was wrong. A failure here must not hide what the try came to."""
        if self._moment is None:
            return
        try:
            if not self.wrong:
                await finish(self._give_back(self._moment))
        except Exception:
            log.exception('a place was not given back')  # it counts as a failure then, for minutes
        finally:
            for lane in self._turn.lanes.values():
                lane.settle(self._moment)

    async def _give_back(self, moment: int) -> None:
        async with transaction():
            rows = await _read(self._counters, limits.moment_of(now()))
            for row in rows.values():
                row.moments['at'] = limits.without(row.moments['at'], [moment])
                row.failures = 0 if self.right else max(0, row.failures - 1)
            await Throttle.filter(key__in=[row.key for row in rows.values() if _is_empty(row)]).delete()
            await _store([row for row in rows.values() if not _is_empty(row)])


def _of_attempt(kind: Kind, account: str, visitor: Visitor) -> list[Counter]:
    source = limits.source_of(visitor.address)
    if kind is Kind.CODE:
        return [Counter(_digest('code', source), (CODES_OF_SOURCE,))]
    owner = _digest('account', account)
    return [
        Counter(_digest('password', source), (PASSWORDS_OF_SOURCE,)),
        Counter(_digest('password', account, source), (PASSWORDS_OF_ACCOUNT_AND_SOURCE,), account=owner),
        Counter(_digest('passwords in succession', account), stop=STOP, account=owner),
    ]


async def _of_mail(account: str, visitor: Visitor) -> list[Counter]:
    """Sources that the account was signed in from have a budget of their own, one for all of them: strangers cannot use
    up the owner's, nor can whoever knows a password have mails sent without end.
    """
    source = limits.source_of(visitor.address)
    # One look by key, whoever has the address: no time tells whether anybody has.
    known = await Throttle.filter(key=_digest('known', account, source), ends_at__gt=now()).exists()
    return [
        Counter(_digest('mail from', source), (MAILS_OF_SOURCE,)),
        Counter(_digest('mail of the owner' if known else 'mail', account), MAILS_TO_ADDRESS),
    ]


async def _read(counters: Iterable[Counter], at: int) -> dict[str, Throttle]:
    """The row of each counter by key, a new one where there is none, without what counts no more."""
    by_key = {counter.key: counter for counter in counters}
    found = {row.key: row for row in await Throttle.filter(key__in=list(by_key))}
    for key, counter in by_key.items():
        row = found.setdefault(key, Throttle(key=key, account=counter.account, moments={'at': []}, ends_at=now()))
        row.moments = {'at': limits.recent(counter.limits, row.moments['at'], at)}
    return found


async def _write(counters: Iterable[Counter], rows: Mapping[str, Throttle], at: int) -> None:
    """Count this moment. Nobody counts in between: one transaction runs at a time, on both databases."""
    for counter in counters:
        row = rows[counter.key]
        row.moments['at'] += [at] if counter.limits else []
        row.failures += 1 if counter.stop else 0
        row.ends_at = now() + counter.kept
    await _store(rows.values())


async def _store(rows: Iterable[Throttle]) -> None:
    await Throttle.bulk_create(rows, on_conflict=['key'], update_fields=['moments', 'failures', 'ends_at'])


def _refuse(
    counters: Iterable[Counter],
    rows: Mapping[str, Throttle],
    at: int,
    unsettled: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> None:
    """Refuse what these counters do not let through, though all that is unsettled be given back."""
    wait = max(counter.wait(rows[counter.key], at, unsettled.get(counter.key, ())) for counter in counters)
    if wait == math.inf:
        raise AuthError(Reason.PASSWORD_STOPPED)
    if wait:
        raise AuthError(Reason.THROTTLED, wait=_in_seconds(wait))


def _in_seconds(milliseconds: float) -> int:
    return math.ceil(milliseconds / 1000)


def _is_empty(row: Throttle) -> bool:
    return not row.moments['at'] and not row.failures


def _digest(*parts: str) -> str:
    text = json.dumps(parts)  # so that no two lists of parts make one text; in ASCII, whatever was typed
    return hmac.digest(get_settings().derived_key('throttle'), text.encode(), hashlib.sha256).hex()
