"""Hears of every change, from this process or another, and keeps what is in memory right."""

from auth import snapshots
from models.change import Feed

_feed: Feed | None = None


async def start() -> None:
    """Follow the change rows from now on."""
    global _feed
    _feed = Feed(snapshots.hear)
    await _feed.start()


async def stop() -> None:
    global _feed
    if _feed is not None:
        await _feed.stop()
        _feed = None
    snapshots.clear()
