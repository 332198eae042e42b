"""Rights that go while a page is open: at once it is empty, and nothing recorded before does anything any more."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from ui.prove.checks import FOLLOWS, SIGNED_OUT
from ui.prove.doors import sockets, uploads
from ui.prove.doors.trial import Trial
from ui.prove.guests import upload_urls
from ui.prove.personas import SHUT, losing
from ui.prove.raw import PATIENCE
from ui.prove.site import sign_out
from ui.prove.tab import Tab, new_browser

AT_MOST = 5.0
"""Seconds in which an open page has to follow: what the gate promises at worst (SNAPSHOT_AGE)."""


async def taken(trial: Trial) -> None:
    """Take the roles that open the page while it is open, replay what was recorded, and give them back."""
    roles = losing(trial.page.gate, trial.guest.persona, trial.stage.facts.groups)
    if not roles:
        return
    async with await trial.guest.open(trial.witness.location) as tab:
        await tab.connect()
        clicks, urls = sockets.record(tab), upload_urls(tab)
        async with taken_away(trial, roles) as began:
            await note_emptied(trial, tab, trial.page.marker, began, f'without {" + ".join(roles)}')
            await trial.note_replayed(tab, clicks, 'after the role was taken')
            await uploads.too_late(trial, urls, trial.guest.cookies, 'after the role was taken')
        await note_back(trial, tab, trial.page.marker, 'given back')


async def signed_out(trial: Trial) -> None:
    """Open the page in another browser, sign out there, and replay what was recorded."""
    if trial.guest.persona.roles is None:
        return
    async with new_browser(timeout=PATIENCE) as http:
        await trial.guest.sign_in(http)
        async with await trial.guest.open(trial.witness.location, http) as tab:
            await tab.connect()
            clicks, urls = sockets.record(tab), upload_urls(tab)
            began = time.time()
            await sign_out(http, trial.stage)
            await note_emptied(trial, tab, trial.page.marker, began, SIGNED_OUT)
            await trial.note_replayed(tab, clicks, 'after sign-out')
            await uploads.too_late(trial, urls, tab.cookies, 'after sign-out')


@asynccontextmanager
async def taken_away(trial: Trial, roles: Sequence[str]) -> AsyncIterator[float]:
    """Without these roles while the block runs; the moment at which the last of them was taken."""
    began = 0.0
    try:
        for role in roles:
            began = await trial.stage.revoke(trial.guest.email, roles=[role])
        yield began
    finally:
        await trial.stage.grant(trial.guest.email, roles=roles)


async def note_emptied(trial: Trial, tab: Tab, marker: str, began: float, how: str) -> None:
    """Note how soon what carries the marker is gone from an open page."""
    if await _until(tab, lambda: not tab.says(marker)):
        trial.note_revocation(how, max(0.0, time.time() - began))
        trial.note('revoke', FOLLOWS, FOLLOWS, how)
    else:
        trial.note('revoke', FOLLOWS, f'open after {AT_MOST:.0f} s', how)


async def note_back(trial: Trial, tab: Tab, marker: str, how: str) -> None:
    """Note whether what carries the marker comes back by itself."""
    back = await _until(tab, lambda: tab.says(marker))
    trial.note('revoke', FOLLOWS, FOLLOWS if back else SHUT, how)


async def _until(tab: Tab, look: Callable[[], bool]) -> bool:
    try:
        await tab.until(look, within=AT_MOST)
    except TimeoutError:
        return False
    return True
