"""Hears of every change, from this process or another, and keeps what is in memory right."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from auth import page_gates, snapshots, stored
from auth.mail import written
from models.change import Changed, Feed

_NOBODYS: Final = ('mail', 'mailed', 'mail_template', 'settings')
"""Kinds of change that touch nobody's rights."""
_feed: Feed | None = None
_hearers: list[Callable[[Sequence[Changed]], None]] = []


async def start() -> None:
    """Follow the change rows from now on."""
    global _feed
    _feed = Feed(_hear)
    await _feed.start()
    await stored.read()  # once more: what was changed before the feed began is heard of by nobody
    await page_gates.refresh()


async def stop() -> None:
    global _feed
    if _feed is not None:
        await _feed.stop()
        _feed = None
    snapshots.clear()
    written.clear()
    page_gates.clear()


def subscribe(hearer: Callable[[Sequence[Changed]], None]) -> Callable[[], None]:
    """Call `hearer(changes)` after what is in memory has been flipped; it must not wait. Returns what ends that."""
    _hearers.append(hearer)
    return lambda: _hearers.remove(hearer) if hearer in _hearers else None


def watch(kinds: Collection[str], heard: Callable[[], None]) -> Callable[[], None]:
    """Call `heard()` after changes of one of these kinds, and when some may have been missed; as `subscribe`."""

    def hear(changes: Sequence[Changed]) -> None:
        if any(changed.kind in kinds or changed.kind == 'lost' for changed in changes):
            heard()

    return subscribe(hear)


async def _hear(changes: Sequence[Changed]) -> None:
    written.hear(changes)
    page_gates.hear(changes)
    if about_people := [changed for changed in changes if changed.kind not in _NOBODYS]:
        await snapshots.hear(about_people)
        await page_gates.refresh()
    if any(changed.kind in ('settings', 'lost') for changed in changes):
        await stored.read()
    for hearer in tuple(_hearers):
        hearer(changes)
