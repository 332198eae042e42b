"""The proof itself: everybody goes to every page and tries every door of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from socketio.exceptions import SocketIOError

from ui.prove.checks import ALL_ROLES, Check, Proof
from ui.prove.doors import addresses, moves, rights, routes, sections, sockets, uploads
from ui.prove.doors.trial import Trial, Witness
from ui.prove.facts import PageFacts
from ui.prove.guests import Guest
from ui.prove.personas import OPEN, Persona, cast
from ui.prove.site import SiteError
from ui.prove.stage import LAUNCHER, Stage
from ui.prove.tab import NoPageError, Tab

FAULTS = (NoPageError, LookupError, TimeoutError, SocketIOError, httpx.HTTPError, OSError)
"""What a door that does not answer as doors do ends in."""
AT_ONCE = 3
"""Guests who go round at the same time: one thread of the server is busy with two already."""

WHY = 200
"""Characters of what a broken door said."""

Progress = Callable[[str], None]


async def prove(pages: Path, *, launcher: Sequence[str] = LAUNCHER, progress: Progress = lambda _: None) -> Proof:
    """Try every door of a site with these pages, on a database of its own.

    Raises:
        SiteError: the site does not start
    """
    began = time.monotonic()
    stage = Stage(pages, launcher=launcher)
    progress('starting the site')
    await asyncio.to_thread(stage.start)
    try:
        proof = Proof(stage.facts, cast(stage.facts))
        async with _arrived(stage, proof) as (witness, guests):
            await _Round(stage, proof, witness, guests, progress).go()
    except Exception as error:
        if (why := stage.why_ended()) is not None:
            raise SiteError(why) from error
        raise
    finally:
        await asyncio.to_thread(stage.stop)
    proof.seconds = time.monotonic() - began
    return proof


@asynccontextmanager
async def _arrived(stage: Stage, proof: Proof) -> AsyncIterator[tuple[Guest, list[Guest]]]:
    """Somebody who may open everything, and everybody of the cast, signed in."""
    async with AsyncExitStack() as stack:
        personas = [Persona(proof.cast.roles), *proof.cast.personas]
        guests = [Guest(stage, persona, f'persona{n}@prove.example') for n, persona in enumerate(personas)]
        for guest in guests:
            await stack.enter_async_context(guest)
            await guest.arrive()
        yield guests[0], guests[1:]


class _Round:
    """One going round."""

    def __init__(self, stage: Stage, proof: Proof, witness: Guest, guests: list[Guest], progress: Progress) -> None:
        self._stage, self._proof, self._witness, self._guests = stage, proof, witness, guests
        self._progress = progress
        self._witnesses: dict[str, Witness] = {}
        self._done = 0

    async def go(self) -> None:
        try:
            for page in self._stage.facts.pages:
                await self._witness_page(page)
            await self._go_round()
            for guest in self._guests:  # one after the other: how long a revocation takes is measured
                for trial in self._trials(guest):
                    await self._lose_rights(trial)
        finally:
            for witness in self._witnesses.values():
                if witness.tab is not None:
                    await witness.tab.close()

    def _trials(self, guest: Guest) -> list[Trial]:
        """Everything that this guest tries: of a page whose code fails, only whether it is shut to them."""
        known = [(page, self._witnesses[page.path]) for page in self._stage.facts.pages if page.path in self._witnesses]
        trials = [Trial(self._stage, guest, page, witness, self._proof) for page, witness in known]
        return [trial for trial in trials if trial.witness.tab is not None or not trial.may]

    # ------------------------------------------------------------------ who may see everything

    async def _witness_page(self, page: PageFacts) -> None:
        """Open a page for good, at the first of its addresses at which its code does not fail."""
        self._progress(f'opening {page.path}')
        failures = self._stage.report.failures
        for location in page.locations:
            number = self._stage.number()
            tab = await self._open(location, page, number)
            self._stage.report.read()
            moves_on = self._stage.was_built(number, page) and page.path not in failures
            if tab is not None or moves_on:
                self._witnesses[page.path] = Witness(self._witness, location, tab, sockets.record(tab) if tab else ())
                if tab is None:
                    self._note_of_all(page, OPEN, 'moves on to another page')
                return
        if page.locations:
            self._witnesses[page.path] = Witness(self._witness, page.locations[0])
        self._note_of_all(page, 'failed', failures.get(page.path, 'no values were found for its parameters'))

    def _note_of_all(self, page: PageFacts, seen: str, how: str) -> None:
        self._proof.checks.append(Check(page.path, ALL_ROLES, 'address', OPEN, seen, how))

    async def _open(self, location: str, page: PageFacts, number: int) -> Tab | None:
        try:
            tab = await self._witness.open(location, number=number)
        except NoPageError:
            return None
        if not tab.says(page.marker):
            return None
        await tab.connect()
        return tab

    # ------------------------------------------------------------------ everybody else

    async def _go_round(self) -> None:
        self._stage.report.read()
        places = routes.places(self._stage.facts, self._stage.report.files)
        turns = asyncio.Semaphore(AT_ONCE)

        async def go(guest: Guest) -> None:
            async with turns:
                for trial in self._trials(guest):
                    await self._try_page(trial)
                for place in places:
                    await routes.ask(self._stage, self._proof, guest, place)

        async with asyncio.TaskGroup() as group:
            for guest in self._guests:
                group.create_task(go(guest))

    async def _try_page(self, trial: Trial) -> None:
        self._done += 1
        total = len(self._guests) * len(self._witnesses)
        self._progress(f'{self._done} of {total}: {trial.page.path} as {trial.guest.persona}')
        for door, trying in (
            *(('address', addresses.plain), ('spelling', addresses.odd), ('move', moves.plain), ('move', moves.odd)),
            *(_WITH_WITNESS if trial.witness.tab is not None else ()),
            *([('click', _own_page)] if trial.may else []),
        ):
            await _try(trial, door, trying)

    async def _lose_rights(self, trial: Trial) -> None:
        if trial.may:
            self._progress(f'taking rights: {trial.page.path} as {trial.guest.persona}')
            await _try(trial, 'revoke', rights.taken)
            await _try(trial, 'revoke', sections.taken)
            await _try(trial, 'revoke', rights.signed_out)


async def _own_page(trial: Trial) -> None:
    """Open the page and use it, as its own person."""
    async with await trial.guest.open(trial.witness.location) as tab:
        await sockets.other_origins(trial, tab)
        await tab.connect()
        clicks = await sockets.own_clicks(trial, tab)
        await uploads.own(trial, tab)
        await sections.own(trial, tab)
        await sockets.clicks_of_a_page_left(trial, tab, clicks)


_WITH_WITNESS = (('cookie', sockets.other_cookie), ('replay', sockets.strangers_clicks), ('upload', uploads.strangers))
"""The doors to somebody else's page."""


async def _try(trial: Trial, door: str, trying: Callable[[Trial], Awaitable[None]]) -> None:
    """A door that breaks is one that differs; the others are tried all the same."""
    try:
        await trying(trial)
    except FAULTS as error:
        trial.note(door, 'an answer', 'none', f'{type(error).__name__}: {error}'[:WHY])
