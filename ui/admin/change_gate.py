"""The dialog *Change gate*: what is chosen, and what that would change, before it is saved."""

from collections.abc import Iterator, Sequence

from nicegui import ui

from auth.access import Access, Decision, Gate, decide
from auth.admin import gate_preview, pages
from auth.admin.gate_preview import Preview
from auth.admin.pages import PageState
from auth.errors import AuthError, Reason
from ui import messages
from ui.admin.area import actor_of
from ui.components import Option, Typed, dialog_now, form, muted, tag
from ui.gate import Visit
from ui.gate import visit as visits
from ui.gate_words import gate_in_words, group_in_words

TITLE = 'Change gate'


class ChangeGate:
    """One opening of the dialog."""

    def __init__(self, visit: Visit, state: PageState, groups: Sequence[tuple[str, str, tuple[str, ...]]]) -> None:
        self._visit, self._state, self._groups = visit, state, groups
        self._asked = 0

    def draw(self) -> None:
        """Open it where this is called."""
        page, gate = self._state.page, self._chosen
        names = {key: name for key, name, _ in self._groups}
        with dialog_now(TITLE, wide=True):
            if page is not None:
                muted(f'{page.title} ({page.path}). The code says: {gate_in_words(page.gate, names)}.')
            with form(TITLE, action=self._save, submit=TITLE, then='close', autofocus=False, changed=self._look) as ask:
                ask.one_of('access', 'Who may open it', self._ways(), gate.access.value if gate else '')
                ask.some_of(
                    'groups',
                    'Groups',
                    [Option(key, name, group_in_words(roles)) for key, name, roles in self._groups],
                    sorted(gate.groups) if gate else (),
                    help='Any one of them opens the page.',
                    only_with=('access', Access.GROUPS.value),
                )
                self._preview = tag('div', classes='nc-preview', role='status', aria_label='Preview')
        with self._preview:
            muted('Choose who may open it to see who gains and who loses.')

    @property
    def _chosen(self) -> Gate | None:
        """What an admin has chosen before, else what the code says."""
        override = self._state.override
        return override.gate if override else self._state.gate

    def _ways(self) -> list[Option]:
        is_personal = self._state.page is not None and self._state.page.is_personal
        strangers = messages.PERSONAL if is_personal else 'Also people who are signed out.'
        return [
            Option(Access.PUBLIC.value, 'Everyone', strangers, fixed=is_personal),
            Option(Access.SIGNED_IN.value, 'Everyone who is signed in'),
            Option(Access.GROUPS.value, 'Members of groups'),
        ]

    async def _save(self, typed: Typed) -> None:
        await pages.set_gate(actor_of(self._visit), self._state.path, _gate(typed))
        ui.notify(f'The gate of {self._state.path} was changed.', type='positive')

    async def _look(self, typed: Typed) -> None:
        """Show what this choice would change; of two answers only the one to the later question."""
        self._asked = asked = self._asked + 1
        try:
            found = await gate_preview.preview(actor_of(self._visit), self._state.path, _gate(typed))
            lines = [*_lines(found), _now(self._state.path, found)]
        except AuthError as error:
            lines = [messages.say(error)]
        if asked == self._asked and not self._preview.is_deleted:
            self._preview.clear()
            with self._preview, tag('ul', classes='nc-list'):
                for line in filter(None, lines):
                    tag('li', line)


def _gate(typed: Typed) -> Gate:
    """What was chosen. Boxes that are out of sight may be ticked all the same."""
    try:
        access = Access(typed.text('access'))
    except ValueError as error:
        raise AuthError(Reason.GATE_INVALID, field='access') from error
    return Gate(access, frozenset(typed.all('groups')) if access is Access.GROUPS else frozenset())


def _lines(found: Preview) -> Iterator[str]:
    least = 'At least ' if found.at_least else ''
    yield f'{least}{_people(found.gains, "gains", "gain")} the page.'
    yield f'{least}{_people(found.loses, "loses", "lose")} the page.'
    if found.strangers:
        yield f'People who are signed out {found.strangers} it, too.'


def _people(count: int, one: str, many: str) -> str:
    return f'{count or "Nobody"} {"person " if count else ""}{one}' if count < 2 else f'{count:,} people {many}'


def _now(path: str, found: Preview) -> str:
    """Who is on it, as far as this server knows."""
    open_now = opens = closes = 0
    for visit in visits.at(path):
        if not visit.is_gone():
            is_in, comes_in = visit.shown is Decision.ALLOW, decide(found.after, visit.user) is Decision.ALLOW
            open_now, opens, closes = open_now + is_in, opens + (comes_in > is_in), closes + (is_in > comes_in)
    if not open_now + opens:
        return 'Nobody has it open now.'
    said = f'Open now in {_tabs(open_now)}'
    said += f'; it closes in {closes}' if closes else ''
    return f'{said}; it opens in {_tabs(opens)} where it is closed now.' if opens else f'{said}.'


def _tabs(count: int) -> str:
    return f'{count or "no"} {"tab" if count == 1 else "tabs"}'
