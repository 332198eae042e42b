"""The form *User*: what a site admin edits of somebody. Who saves over another's change is shown both first."""

from collections.abc import Mapping
from typing import cast

from nicegui import ui

from auth import attributes
from auth.admin import edit_user, roles
from auth.admin.edit_user import UserForm
from auth.admin.user_details import UserDetails
from auth.attributes import Attribute, Kind
from auth.errors import AuthError, Reason
from ui.admin.area import actor_of
from ui.admin.user_roles import draw_roles, read_roles, roles_in_words
from ui.components import Typed, button, form, muted, row, table, tag
from ui.gate import Visit

ATTRIBUTE = 'attribute.'
"""What the name of a field begins with that holds an attribute."""


async def draw(visit: Visit, found: UserDetails) -> None:
    """Draw the form where this is called. It is drawn anew only when the person who has it open asks for that."""
    place = tag('div', classes='nc-place')
    shown = _UserForm(visit, found.id, await attributes.definitions(), await roles.names(actor_of(visit)), place)
    shown.show(found.form, found.version)


class _UserForm:
    def __init__(
        self,
        visit: Visit,
        id: str,
        known: tuple[Attribute, ...],
        roles: Mapping[str, str],
        place: ui.element,
    ) -> None:
        self._visit, self._id, self._known, self._roles, self._place = visit, id, known, roles, place
        self._version = 0
        self._shown = UserForm('', '')

    def show(self, shown: UserForm, version: int) -> None:
        self._shown, self._version = shown, version
        self._place.clear()
        with self._place:
            with form(
                'User', action=self._save, submit='Save', wide=False, autofocus=False, then='stay', done='Saved.'
            ) as user:
                user.email(value=shown.email, autocomplete='off')
                user.name(shown.name)
                for attribute in self._known:
                    user.text(
                        ATTRIBUTE + attribute.key,
                        attribute.label,
                        shown.attributes.get(attribute.key, ''),
                        type='text' if attribute.kind is Kind.TEXT else 'url',
                        maximum=attributes.VALUE_LENGTH,
                    )
                draw_roles(user, self._roles, shown.roles)
            self._conflict = tag('div', classes='nc-place')

    async def _save(self, typed: Typed) -> str:
        mine = self._read(typed)
        try:
            self._version = await edit_user.edit(actor_of(self._visit), self._id, self._version, mine)
        except AuthError as error:
            if error.reason is Reason.CHANGED_MEANWHILE:
                self._show_both(mine, cast(UserForm, error.values['form']), cast(int, error.values['version']))
            raise
        self._shown = mine
        self._conflict.clear()
        return 'Saved.'

    def _read(self, typed: Typed) -> UserForm:
        return UserForm(
            typed.text('email'),
            typed.text('name'),
            typed.starting(ATTRIBUTE),
            read_roles(typed, self._shown.roles),
        )

    def _show_both(self, mine: UserForm, stands: UserForm, version: int) -> None:
        """Saving again now means it."""
        self._version = version
        self._conflict.clear()
        rows = [(label, yours, now) for label, yours, now in self._compared(mine, stands) if yours != now]
        with self._conflict:
            table('What differs', ('Field', 'Yours', 'Now'), rows)
            with row():
                button('Take what stands now', lambda: self.show(stands, version))
            muted('Save again to put yours in its place.')

    def _compared(self, mine: UserForm, stands: UserForm) -> list[tuple[str, str, str]]:
        compared = [('Email', mine.email, stands.email), ('Name', mine.name, stands.name)]
        for each in self._known:
            yours = mine.attributes.get(each.key, '')
            compared.append((each.label, yours, stands.attributes.get(each.key, '')))
        compared.append(('Roles', roles_in_words(mine.roles, self._roles), roles_in_words(stands.roles, self._roles)))
        return [(label, yours or 'Nothing', now or 'Nothing') for label, yours, now in compared]
