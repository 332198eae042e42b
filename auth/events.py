"""Hears of every change, from this process or another, and keeps what is in memory right."""

from collections.abc import Callable, Sequence

from auth import page_gates, snapshots
from models.change import Changed, Feed

_feed: Feed | None = None
_hearers: list[Callable[[Sequence[Changed]], None]] = []


async def start() -> None:
    """Follow the change rows from now on."""
    global _feed
    _feed = Feed(_hear)
    await _feed.start()
    await page_gates.refresh()


async def stop() -> None:
    global _feed
    if _feed is not None:
        await _feed.stop()
        _feed = None
    snapshots.clear()
    page_gates.clear()


def subscribe(hearer: Callable[[Sequence[Changed]], None]) -> Callable[[], None]:
    """Call `hearer(changes)` after what is in memory has been flipped; it must not wait. Returns what ends that."""
    _hearers.append(hearer)
    return lambda: _hearers.remove(hearer) if hearer in _hearers else None


async def _hear(changes: Sequence[Changed]) -> None:
    page_gates.hear(changes)
    if about_people := [changed for changed in changes if changed.kind != 'mail']:
        await snapshots.hear(about_people)
        await page_gates.refresh()
    for hearer in tuple(_hearers):
        hearer(changes)
