"""Uploads come over HTTP to an address inside an open page: from its own browser, while its gate is open."""

from ui.prove.doors.trial import Trial
from ui.prove.guests import upload_urls
from ui.prove.personas import OPEN, SHUT
from ui.prove.tab import Tab


async def own(trial: Trial, tab: Tab) -> None:
    """Send a file to each upload of one's own page: it is taken from there, and from no other browser."""
    for url in upload_urls(tab):
        trial.note('upload', OPEN, OPEN if await _is_taken(trial, url) else SHUT, 'from my browser')
        if trial.guest.cookies:  # signed out, none is one's own
            trial.note_shut('upload', await _is_taken(trial, url, {}), 'without a cookie')
        trial.note_shut('upload', await _is_taken(trial, url, trial.witness.guest.cookies), "with another's cookie")


async def strangers(trial: Trial) -> None:
    """Send a file into somebody else's page."""
    for url in upload_urls(trial.witness.tab) if trial.witness.tab else []:
        trial.note_shut('upload', await _is_taken(trial, url), "into another's page")


async def too_late(trial: Trial, urls: list[str], cookies: dict[str, str], how: str) -> None:
    """Send files to a page that has been closed, from the browser that had it."""
    for url in urls:
        trial.note_shut('upload', await _is_taken(trial, url, cookies), how)


async def _is_taken(trial: Trial, url: str, cookies: dict[str, str] | None = None) -> bool:
    report = trial.stage.report
    report.read()
    before = len(report.uploaded)
    await trial.guest.upload(url, cookies)
    report.read()
    client, element = url.split('/')[3], int(url.rpartition('/')[2])
    return (client, element) in report.uploaded[before:]
