"""Sliding windows: at most so many in any span of that length, exactly. Pure; moments are milliseconds since 1970."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` in any span of `window`. A moment has left the span of one that is `window` younger."""

    count: int
    window: timedelta

    @property
    def length(self) -> int:
        """The window in milliseconds."""
        return self.window // _MILLISECOND

    def wait(self, moments: Sequence[int], at: int) -> int:
        """Milliseconds from `at` until one more would be within the limit; 0: now. The oldest moment comes first."""
        if len(moments) < self.count:
            return 0
        return max(0, moments[-self.count] + self.length - at)


def wait(limits: Iterable[Limit], moments: Sequence[int], at: int) -> int:
    """Milliseconds until one more would be within all of these limits; 0: now."""
    return max((limit.wait(moments, at) for limit in limits), default=0)


def recent(limits: Iterable[Limit], moments: Iterable[int], at: int) -> list[int]:
    """The moments that still count for one of these limits, the oldest first.

    One that lies in the future is of a clock that was set back: it counts from now on, not for as long as the clock
    was wrong.
    """
    longest = max((limit.length for limit in limits), default=0)
    return sorted(min(moment, at) for moment in moments if at - moment < longest)


def without(moments: Iterable[int], gone: Iterable[int]) -> list[int]:
    """The moments that are left, the oldest first; of two at the same time one may be gone."""
    return sorted((Counter(moments) - Counter(gone)).elements())


def moment_of(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def source_of(address: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 of an IPv6 address, all of which one customer has (RFC
    6177, 2). What is no address is a source of its own.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)
