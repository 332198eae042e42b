"""Sections of a page: nothing of a closed one is sent, it opens and closes live, and its clicks go with it."""

from ui.prove.checks import FOLLOWS
from ui.prove.doors import rights, sockets
from ui.prove.doors.trial import Trial
from ui.prove.notes import SectionSeen
from ui.prove.personas import OPEN, SHUT, Persona, expected, losing
from ui.prove.tab import Tab


async def own(trial: Trial, tab: Tab) -> None:
    """Each section that one's own page has called is there, or is not, as its gate says."""
    trial.stage.report.read()
    for section in _called(trial, tab):
        is_sent = tab.says(section.marker)
        may = _may(trial, section, trial.guest.persona)
        seen = section.is_drawn and is_sent if may else section.is_drawn or is_sent
        how = f'{section.name} ({section.gate}) {trial.stage.report.failures.get(section.marker, "")}'.strip()
        trial.note('section', OPEN if may else SHUT, OPEN if seen else SHUT, how)


async def taken(trial: Trial) -> None:
    """Take the roles that open a section while its page stays open, replay its clicks, and give the roles back."""
    if trial.witness.tab is None or not _called(trial, trial.witness.tab):
        return
    async with await trial.guest.open(trial.witness.location) as tab:
        await tab.connect()
        trial.stage.report.read()
        for section in _called(trial, tab):
            roles = losing(section.gate, trial.guest.persona, trial.stage.facts.groups)
            without = Persona((trial.guest.persona.roles or frozenset()) - set(roles))
            if roles and section.is_drawn and expected(trial.page.gate, without, trial.stage.facts.groups) == OPEN:
                await _take(trial, tab, section, roles)


async def _take(trial: Trial, tab: Tab, section: SectionSeen, roles: tuple[str, ...]) -> None:
    recorded = sockets.record(tab)
    await trial.send(tab, recorded)  # which of them are the section's, their running tells
    listening_in = trial.stage.report.listening_in
    clicks = [click for click in recorded if listening_in.get(click.listener.listener) == section.marker]
    act = f'{section.name} without {" + ".join(roles)}'
    async with rights.taken_away(trial, roles) as began:
        await rights.note_emptied(trial, tab, section.marker, began, act)
        stays = tab.says(trial.page.marker)
        trial.note('revoke', FOLLOWS, FOLLOWS if stays else 'gone', f'the page around {section.name}')
        await trial.note_replayed(tab, clicks, f'in {act}')
    await rights.note_back(trial, tab, section.marker, f'{section.name} given back')


def _called(trial: Trial, tab: Tab) -> list[SectionSeen]:
    return list(trial.stage.report.sections.get(tab.client_id, {}).values())


def _may(trial: Trial, section: SectionSeen, persona: Persona) -> bool:
    return expected(section.gate, persona, trial.stage.facts.groups) == OPEN
