"""/admin/groups: sets of roles, and the pages that they open."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote

from nicegui import ui
from nicegui.events import GenericEventArguments

from auth.admin import groups as verbs
from auth.admin import roles as role_verbs
from auth.admin.effects import Door
from auth.admin.groups import GroupInUse
from auth.errors import AuthError, Reason
from ui import messages
from ui.admin import effect_words
from ui.admin.access_changes import KINDS, PAUSE, called_in_code, doors
from ui.admin.area import actor_of, admin_page, page_head
from ui.components import (
    Act,
    Action,
    Cell,
    Column,
    Form,
    Option,
    Records,
    Row,
    Typed,
    button,
    dialog_now,
    form,
    muted,
    paragraph,
    tag,
)
from ui.components.typed import VALUES
from ui.following import changes_of, follow
from ui.gate import Session
from ui.gate_words import group_in_words

ABOUT: Final = 'A member holds all roles of a group. Pages say which groups open them: any one of them does.'
COLUMNS: Final = (
    Column('name', 'Group', edits='text'),
    Column('sentence', 'Who is in it'),
    Column('members', 'Members'),
    Column('pages', 'Opens'),
    Column('origin', 'Comes from'),
    Column('acts', ''),
)
EDIT: Final = Action('edit', 'Edit')
DELETE: Final = Action('delete', 'Delete', 'danger')
RESET: Final = Action('reset', 'Back to the code')
OPENED: Final = 6
"""Pages that are named in a cell."""


@admin_page('/admin/groups', title='Groups')
async def groups(session: Session) -> None:
    place = tag('div', classes='nc-place')
    shown = _Groups(session, place)
    with page_head('Groups', ABOUT):
        button('Create group', shown.create, kind='primary')
    shown.table = Records(
        'Groups', COLUMNS, empty='There is no group yet. Create one.', edit=shown.rename_in_place, act=shown.act
    )
    await shown.read()
    await follow(changes_of(*KINDS), shown.read, pause=PAUSE)


class _Groups:
    """The table and its dialogs, on one open page."""

    table: Records

    def __init__(self, session: Session, place: ui.element) -> None:
        self._session, self._place = session, place
        self._rows: dict[str, GroupInUse] = {}

    async def read(self) -> None:
        self._rows = {row.key: row for row in await verbs.list_all(actor_of(self._session))}
        known = doors()
        self.table.show([_row(group, known) for group in self._rows.values()])

    async def rename_in_place(self, key: str, _: str, value: str | None) -> None:
        await verbs.rename(actor_of(self._session), key, value or '')
        await self.read()

    async def act(self, key: str, action: str) -> None:
        group = self._rows.get(key)
        if group is None:
            raise AuthError(Reason.GROUP_NOT_FOUND)
        if action == EDIT.key:
            await self._edit(group)
        elif action == DELETE.key:
            await self._delete(group)
        elif action == RESET.key:
            await self._reset(group)

    async def create(self) -> None:
        async def act(typed: Typed) -> str:
            await verbs.create(actor_of(self._session), typed.text('name'), typed.all('roles'))
            await self.read()
            return ''

        names = await role_verbs.names(actor_of(self._session))
        with (
            self._dialog('Create group'),
            form('Create group', action=act, submit='Create group', then='close') as fields,
        ):
            fields.text('name', 'Name', empty=messages.EMPTY['label'], maximum=100)
            self._choose_roles(fields, names, None)

    async def _edit(self, group: GroupInUse) -> None:
        async def act(typed: Typed) -> str:
            chosen = typed.all('roles')
            actor = actor_of(self._session)
            await verbs.update(actor, group.key, typed.text('name'), chosen, instead_of=group.role_keys)
            await self.read()
            return ''

        names = await role_verbs.names(actor_of(self._session))
        with self._dialog('Edit group'), form('Edit group', action=act, submit='Edit group', then='close') as fields:
            kept = f'Code goes on calling it "{group.key}".' if group.in_code else ''
            fields.text('name', 'Name', group.name, empty=messages.EMPTY['label'], maximum=100, help=kept)
            self._choose_roles(fields, names, group)

    def _choose_roles(self, fields: Form, names: Mapping[str, str], group: GroupInUse | None) -> None:
        """The boxes, and what follows the choice: the sentence, and what it would do to people and pages."""
        held = [key for key, _ in group.roles] if group else []
        boxes = fields.some_of('roles', 'Roles', [Option(key, name) for key, name in names.items()], held)
        if not names:
            muted('There is no role yet. Create one on the page Roles.')
        with tag('div', classes='nc-effects', role='status'):
            said = paragraph(group_in_words(tuple(names[key] for key in held if key in names)))
            lines = tag('ul', classes='nc-list')

        async def follow_choice(event: GenericEventArguments) -> None:
            chosen = _keys(event.args)
            said.set_text(group_in_words(tuple(name for key, name in names.items() if key in chosen)))
            key = group.key if group else None
            effects = await verbs.preview_roles(actor_of(self._session), key, chosen, doors())
            if not lines.is_deleted:
                _list(lines, effect_words.of_new_roles(effects) if effects.groups else [])

        boxes.on('change', follow_choice, js_handler=CHOSEN)

    async def _delete(self, group: GroupInUse) -> None:
        effects = await verbs.preview_delete(actor_of(self._session), group.key, doors())

        async def act(_: Typed) -> str:
            await verbs.delete(actor_of(self._session), group.key)
            await self.read()
            return ''

        about = f'"{group.name}" is deleted for good. This is what changes:'
        self._confirm('Delete group', about, effect_words.of_group_deletion(effects), act, danger=True)

    async def _reset(self, group: GroupInUse) -> None:
        wanted = group.code_roles or frozenset()
        effects = await verbs.preview_reset(actor_of(self._session), group.key, doors())

        async def act(_: Typed) -> str:
            await verbs.reset_roles(actor_of(self._session), group.key, instead_of=group.role_keys)
            await self.read()
            return ''

        about = f'The code says of "{group.name}": {group_in_words(tuple(sorted(wanted)))}. This is what changes:'
        self._confirm('Back to the code', about, effect_words.of_new_roles(effects), act)

    def _confirm(
        self,
        title: str,
        about: str,
        lines: Sequence[str],
        act: Act,
        *,
        danger: bool = False,
    ) -> None:
        with self._dialog(title):
            paragraph(about)
            _list(tag('ul', classes='nc-list'), lines)
            with form(title, action=act, submit=title, kind='danger' if danger else 'primary', then='close'):
                pass

    @contextmanager
    def _dialog(self, title: str) -> Iterator[None]:
        with self._place, dialog_now(title):
            yield


CHOSEN: Final = '(event) => emit([...event.currentTarget.querySelectorAll("input:checked")].map((box) => box.value))'
"""The boxes that are ticked, as the browser says."""


def _keys(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > VALUES or not all(isinstance(key, str) for key in given):
        raise AuthError(Reason.INPUT_INVALID)
    return tuple(given)


def _list(element: ui.element, lines: Sequence[str]) -> None:
    element.clear()
    with element:
        for line in lines:
            tag('li', line)


def _row(group: GroupInUse, known: Sequence[Door]) -> Row:
    names = tuple(name for _, name in group.roles)
    opened = [door.name for door in known if door.gate is not None and group.key in door.gate.groups]
    cells: dict[str, Cell | str] = {
        'name': Cell(group.name, note=called_in_code(group.key, group.name)),
        'sentence': group_in_words(names) if names else Cell('Admits nobody', tone='warning', note='It has no roles.'),
        'members': Cell(effect_words.figure(group.members), href=f'/admin/users?group={quote(group.key, safe="")}'),
        'pages': Cell(chips=['The admin area'] if group.is_fixed else _some(opened)),
        'origin': _origin(group),
        'acts': Cell(actions=_acts(group)),
    }
    return Row(group.key, group.name, cells, fixed=group.is_fixed)


def _some(names: Sequence[str]) -> Sequence[str]:
    return names if len(names) <= OPENED else [*names[:OPENED], f'{len(names) - OPENED} more']


def _origin(group: GroupInUse) -> Cell:
    if group.is_fixed:
        return Cell('Nicegate')
    if group.is_changed:
        return Cell('Changed here', tone='warning', note=f'The code says: {", ".join(sorted(group.code_roles or ()))}.')
    return Cell('Named in code' if group.in_code else 'Made here')


def _acts(group: GroupInUse) -> tuple[Action, ...]:
    if group.is_fixed:
        return ()
    more = (RESET,) if group.is_changed else ()
    return (EDIT, *more) if group.in_code else (EDIT, DELETE)
