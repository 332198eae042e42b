"""The socket's door: whose page it is, from where, and which clicks of it run."""

from ui.prove.doors.trial import Click, Trial
from ui.prove.guests import words
from ui.prove.personas import OPEN, SHUT
from ui.prove.tab import Refused, Tab


def origins(url: str) -> list[str]:
    """Where a page of somebody else's would be, with the victim's cookies."""
    return ['https://evil.example', 'null', url.replace('http:', 'https:'), 'http://127.0.0.1:1', f'{url}.evil.example']


async def other_origins(trial: Trial, tab: Tab) -> None:
    """Shake hands for one's own page, which is not connected yet, from other sites."""
    for origin in origins(trial.stage.url):
        trial.note_shut('origin', await _connects(tab, origin=origin), origin)


async def other_cookie(trial: Trial) -> None:
    """Shake hands for somebody else's page with one's own cookie, or none: on a new socket, and on one's own."""
    victim = await trial.witness.guest.open(trial.witness.location)
    trial.note_shut('cookie', await _connects(victim, cookies=trial.guest.cookies), 'on a new socket')
    standing = await trial.guest.standing()
    claimed = await standing.socket.call('handshake', {**victim.query, 'old_tab_id': None}, timeout=10)
    trial.note_shut('cookie', claimed, 'on my own socket')


async def _connects(tab: Tab, *, cookies: dict[str, str] | None = None, origin: str | None = None) -> bool:
    try:
        await tab.connect(cookies=cookies, origin=origin)
    except Refused:
        return False
    await tab.close()
    return True


def record(tab: Tab) -> tuple[Click, ...]:
    """All clicks of an open page but for moves."""
    moves = {tab.router(event).listener for event in ('sub_pages_open', 'sub_pages_navigate')}
    return tuple(Click(one, words(tab, one)) for one in tab.listeners() if one.listener not in moves)


async def own_clicks(trial: Trial, tab: Tab) -> tuple[Click, ...]:
    """Send every click of one's own open page: each must run, but for those whose handler has a gate of its own that is
    closed. Without this nothing else would prove a thing.
    """
    sent = [one for one in await trial.send(tab, record(tab)) if not one.is_shells]
    for one in sent:
        if one.may and not one.has_run and not _is_there(tab, one.click):
            continue  # the page has drawn it anew meanwhile
        trial.note('click', OPEN if one.may else SHUT, OPEN if one.has_run else SHUT, one.click.name)
    return tuple(one.click for one in sent)


def _is_there(tab: Tab, click: Click) -> bool:
    return click.listener in tab.listeners()


async def strangers_clicks(trial: Trial) -> None:
    """Replay what somebody who may has recorded: in a tab of one's own, and into theirs."""
    standing, witness = await trial.guest.standing(), trial.witness
    if witness.tab is None:
        return
    door = 'replay' if trial.may else 'click'
    await trial.note_replayed(standing, witness.clicks, 'in my own tab', door=door)
    await trial.note_replayed(standing, witness.clicks, "into another's page", client_id=witness.tab.client_id)


async def clicks_of_a_page_left(trial: Trial, tab: Tab, clicks: tuple[Click, ...]) -> None:
    """Move on to another page, and replay the clicks of the one before."""
    number = trial.stage.number()
    await tab.send(tab.router('sub_pages_navigate'), (await trial.guest.standing(trial.page.path)).path, number=number)
    await trial.stage.handled([number])
    await trial.note_replayed(tab, clicks, 'after a move')
