"""/admin/roles: the labels that site admins give people."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from nicegui import ui

from auth.admin import roles as verbs
from auth.admin.roles import RoleInUse
from auth.errors import AuthError, Reason
from ui import messages
from ui.admin import effect_words
from ui.admin.access_changes import KINDS, PAUSE, called_in_code, doors
from ui.admin.area import actor_of, admin_page, page_head
from ui.components import Action, Cell, Column, Records, Row, Typed, button, dialog_now, form, paragraph, tag
from ui.following import changes_of, follow
from ui.gate import Session

ABOUT: Final = 'A role is a label that you give people, for good or until a day. Groups are made of roles.'
COLUMNS: Final = (
    Column('name', 'Role', edits='text'),
    Column('people', 'People'),
    Column('groups', 'Used in groups'),
    Column('origin', 'Comes from'),
    Column('acts', ''),
)
RENAME: Final = Action('rename', 'Rename')
DELETE: Final = Action('delete', 'Delete', 'danger')
TAKEN: Final = 'Choose this to say that you have seen what becomes of the groups.'


@admin_page('/admin/roles', title='Roles')
async def roles(session: Session) -> None:
    place = tag('div', classes='nc-place')
    shown = _Roles(session, place)
    with page_head('Roles', ABOUT):
        button('Create role', shown.create, kind='primary')
    shown.table = Records(
        'Roles', COLUMNS, empty='There is no role yet. Create one.', edit=shown.rename_in_place, act=shown.act
    )
    await shown.read()
    await follow(changes_of(*KINDS), shown.read, pause=PAUSE)


class _Roles:
    """The table and its dialogs, on one open page."""

    table: Records

    def __init__(self, session: Session, place: ui.element) -> None:
        self._session, self._place = session, place
        self._rows: dict[str, RoleInUse] = {}

    async def read(self) -> None:
        self._rows = {row.key: row for row in await verbs.list_all(actor_of(self._session))}
        self.table.show([_row(role) for role in self._rows.values()])

    async def rename_in_place(self, key: str, _: str, value: str | None) -> None:
        await verbs.rename(actor_of(self._session), key, value or '')
        await self.read()

    async def act(self, key: str, action: str) -> None:
        role = self._rows.get(key)
        if role is None:
            raise AuthError(Reason.ROLE_NOT_FOUND, role=key)
        if action == RENAME.key:
            self._rename(role)
        elif action == DELETE.key:
            await self._delete(role)

    def create(self) -> None:
        async def act(typed: Typed) -> str:
            await verbs.create(actor_of(self._session), typed.text('name'))
            await self.read()
            return ''

        with self._dialog('Create role'), form('Create role', action=act, submit='Create role', then='close') as fields:
            fields.text('name', 'Name', empty=messages.EMPTY['label'], maximum=100)

    def _rename(self, role: RoleInUse) -> None:
        async def act(typed: Typed) -> str:
            await verbs.rename(actor_of(self._session), role.key, typed.text('name'))
            await self.read()
            return ''

        with self._dialog('Rename role'), form('Rename role', action=act, submit='Rename role', then='close') as fields:
            kept = f'Code and the command line go on calling it "{role.key}".' if role.in_code else ''
            fields.text('name', 'Name', role.name, empty=messages.EMPTY['label'], maximum=100, help=kept)

    async def _delete(self, role: RoleInUse) -> None:
        effects = await verbs.preview_delete(actor_of(self._session), role.key, doors())
        groups = frozenset(group.key for group in effects.groups)

        async def act(typed: Typed) -> str:
            agreed = groups if typed.ticked('taken') else ()
            await verbs.delete(actor_of(self._session), role.key, taken_from=agreed)
            await self.read()
            return ''

        with self._dialog('Delete role'):
            paragraph(f'"{role.name}" is deleted for good. This is what changes:')
            with tag('ul', classes='nc-list'):
                for line in effect_words.of_role_deletion(effects):
                    tag('li', line)
            with form('Delete role', action=act, submit='Delete role', kind='danger', then='close') as fields:
                if groups:
                    what = 'the group' if len(groups) == 1 else f'the {len(groups)} groups'
                    fields.checkbox('taken', f'Take it from {what} too', help=TAKEN)

    @contextmanager
    def _dialog(self, title: str) -> Iterator[None]:
        with self._place, dialog_now(title):
            yield


def _row(role: RoleInUse) -> Row:
    acts = () if role.is_fixed else (RENAME,) if role.in_code else (RENAME, DELETE)
    origin = 'Nicegate' if role.is_fixed else 'Named in code' if role.in_code else 'Made here'
    cells: dict[str, Cell | str] = {
        'name': Cell(role.name, note=called_in_code(role.key, role.name)),
        'people': Cell(effect_words.figure(role.holders), href=f'/admin/users?role={quote(role.key, safe="")}'),
        'groups': Cell(chips=role.groups),
        'origin': origin,
        'acts': Cell(actions=acts),
    }
    return Row(role.key, role.name, cells, fixed=role.is_fixed)
