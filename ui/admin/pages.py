"""/admin/pages: every page with its gate, changed here at run time; and where people are led."""

from dataclasses import replace
from functools import partial

from nicegui import ui

from auth.admin import pages as verbs
from auth.admin.pages import Pages, PageState
from auth.page_gates import Use
from ui import messages
from ui.admin.area import actor_of, admin_page, page_head
from ui.admin.change_gate import ChangeGate
from ui.components import Action, Cell, Column, Option, Records, Row, Typed, form, muted, tag, task, tasks
from ui.following import changes_of, follow
from ui.gate import Visit
from ui.gate_words import gate_in_words

CHANGE, BACK, DELETE = 'change', 'back', 'delete'
COLUMNS = (
    Column('page', 'Page'),
    Column('gate', 'Who may open it'),
    Column('from', 'Gate from'),
    Column('acts', ''),
)
DEFAULTS = {
    Use.SIGNED_OUT: 'The page to sign in',
    Use.NO_ACCESS: 'Nowhere: they are told at the same address',
    Use.AFTER_SIGN_IN: 'The home page',
    Use.AFTER_SIGN_OUT: 'The home page',
}
HELP = {
    Use.SIGNED_OUT: 'When a page asks them to sign in. Public pages can be chosen; what they wanted comes along.',
    Use.NO_ACCESS: 'When they are signed in and a page is closed to them. Stay at the address, and it opens by itself.',
    Use.AFTER_SIGN_IN: 'When they wanted no page in particular: the one that somebody wanted comes first.',
    Use.AFTER_SIGN_OUT: 'Public pages can be chosen.',
}


@admin_page('/admin/pages', title='Pages')
async def pages(visit: Visit) -> None:
    await _Page(visit).draw()


class _Page:
    """The tables follow what others change; a dialog, and redirects that somebody is choosing, are left alone."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._found = Pages((), (), {})
        self._touched = False
        self._offered: list[tuple[list[Option], str]] = []

    async def draw(self) -> None:
        with page_head('Pages', 'What code says about who may open each page can be changed here, and put back.'):
            pass
        self._place = tag('div', classes='nc-place')  # where dialogs are drawn
        self._site = Records('Pages', COLUMNS, empty='The pages file declares no page yet.', act=self._act)
        with tag('details', classes='nc-details'):
            tag('summary', "Nicegate's own pages")
            muted('They run the site and let people in, so their gates stay as they are.')
            self._ours = Records("Nicegate's own pages", COLUMNS[:2], empty='')
        with tasks(), task('Redirects', 'Where people are led. A page that would not let them in is not offered.'):
            self._redirects = tag('div', classes='nc-place')
        await self._read_again()
        await follow(changes_of('access'), self._read_again)

    async def _read_again(self) -> None:
        self._found = found = await verbs.read(actor_of(self._visit))
        names = {key: name for key, name, _ in found.groups}
        if self._site.is_deleted:
            return
        self._site.show([_row(state, names) for state in found.pages if not (state.page and state.page.fixed)])
        self._ours.show([_row(state, names) for state in found.pages if state.page and state.page.fixed])
        if not self._touched and self._offers() != self._offered:
            self._redirects.clear()
            with self._redirects:
                self._draw_redirects()

    async def _act(self, path: str, act: str) -> None:
        state = next((each for each in self._found.pages if each.path == path), None)
        if act == CHANGE and state is not None and state.page is not None:
            with self._place:
                ChangeGate(self._visit, state, self._found.groups).draw()
        elif act in (BACK, DELETE):
            await verbs.reset(actor_of(self._visit), path)
            said = 'is as the code says again' if act == BACK else 'is forgotten'
            ui.notify(f'The gate of {path} {said}.', type='positive')

    # ------------------------------------------------------------------ redirects

    def _draw_redirects(self) -> None:
        self._offered = self._offers()
        with form(
            'Redirects',
            action=self._save,
            submit='Save redirects',
            wide=False,
            autofocus=False,
            then='stay',
            done='Saved.',
            changed=self._note,
        ) as ask:
            for use, (options, chosen) in zip(Use, self._offered, strict=True):
                ask.select(use.value, messages.REDIRECTS[use], options, chosen, help=HELP[use])

    def _offers(self) -> list[tuple[list[Option], str]]:
        """What can be chosen for each redirect, and what is."""
        chosen = [(use, self._found.redirects.get(use, '')) for use in Use]
        return [(self._options(use, path), path) for use, path in chosen]

    def _options(self, use: Use, chosen: str) -> list[Option]:
        fit = [each.page for each in self._found.pages if each.page and each.page.is_fit(use, each.override)]
        options = [Option('', DEFAULTS[use]), *(Option(page.path, f'{page.title} ({page.path})') for page in fit)]
        if chosen and chosen not in {page.path for page in fit}:
            options.append(Option(chosen, f'{chosen}: not open to them now, so not used'))
        return options

    async def _note(self, _: Typed) -> None:
        self._touched = True

    async def _save(self, typed: Typed) -> str:
        chosen = {use: typed.text(use.value) for use in Use}
        await verbs.set_redirects(actor_of(self._visit), chosen)
        self._found = replace(self._found, redirects=chosen)
        self._touched, self._offered = False, self._offers()
        return 'Saved.'


def _row(state: PageState, names: dict[str, str]) -> Row:
    return Row(
        id=state.path,
        name=state.path,
        cells={
            'page': Cell(
                state.path,
                href='' if state.page is None or '{' in state.path else state.path,
                note=state.page.title if state.page else 'Not in the code any more',
            ),
            'gate': _gate(state, partial(gate_in_words, names=names)),
            'from': _source(state),
            'acts': Cell(actions=_actions(state)),
        },
    )


def _gate(state: PageState, words: partial[str]) -> Cell:
    if state.page is None:
        return Cell(words(state.override.gate if state.override else None))
    if state.is_unreadable:
        return Cell(
            'Site admins only', tone='error', note='What was chosen here cannot be read, or its groups are gone.'
        )
    if state.is_outdated:
        chosen = words(state.override.gate if state.override else None)
        note = f'Chosen here: {_lower(chosen)}. The code has changed since, and says: {_lower(_said(state, words))}.'
        return Cell(words(state.gate), note=f'{note} Only who passes both comes in.')
    if state.is_changed:
        return Cell(words(state.gate), note=f'The code says: {_lower(_said(state, words))}')
    if state.gate is None:
        return Cell('Choose a gate', tone='warning', note='Until then only site admins come in.')
    return Cell(words(state.gate))


def _said(state: PageState, words: partial[str]) -> str:
    return words(state.page.gate) if state.page and state.page.gate else 'no gate'


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _source(state: PageState) -> Cell | str:
    if state.is_outdated:
        return Cell('Here and code', tone='warning', note='Look at it again.')
    if state.is_changed or state.page is None:
        return Cell('Changed here', tone='info')
    if state.page.locked:
        return Cell('Code', note='Locked')
    if state.page.section:
        return f'Section {state.page.section}'
    return 'Code' if state.gate is not None else ''


def _actions(state: PageState) -> list[Action]:
    if state.page is None:
        return [Action(DELETE, 'Delete', 'danger')]
    acts = [] if state.page.locked or state.page.fixed else [Action(CHANGE, 'Change gate')]
    return [*acts, Action(BACK, 'Back to default')] if state.is_changed else acts
