"""/admin/users: everybody, as a table that is searched, filtered, sorted, edited in its cells, and acted on in bulk."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from auth import attributes
from auth.admin import edit_user, roles, user_details, user_list, users
from auth.admin.edit_user import UserForm
from auth.admin.user_list import Filter, PeoplePage, Person, Sort
from auth.attributes import Attribute
from auth.errors import AuthError, Reason
from auth.people_status import Status
from ui.account.times import ago, date
from ui.admin.add_user import AddUser
from ui.admin.area import actor_of, admin_page, page_head
from ui.admin.bulk import Bulk
from ui.admin.user_columns import ColumnChoice, columns_of
from ui.admin.user_filters import Filters
from ui.admin.user_roles import draw_roles, read_roles
from ui.components import Cell, Pager, Records, Row, Tone, Typed, dialog_now, form, tag
from ui.components.records import Move
from ui.following import changes_of, follow
from ui.gate import Visit

TONES: Mapping[Status, Tone] = {
    Status.ACTIVE: 'ok',
    Status.INVITED: 'info',
    Status.UNVERIFIED: 'warning',
    Status.BLOCKED: 'error',
}
PAUSE = 2.0
"""Seconds in which changes are gathered: an import changes thousands a second."""


@admin_page('/admin/users', title='Users')
async def users_page(
    visit: Visit,
    q: str = '',
    role: str = '',
    group: str = '',
    status: str = '',
    sort: str = '',
    columns: str = '',
) -> None:
    """The address holds the filter, so that it can be bookmarked and handed on."""
    await _People(visit, Filter(q, role, group, status), sort, tuple(filter(None, columns.split(',')))).draw()


class _People:
    def __init__(self, visit: Visit, filter: Filter, sort: str, columns: tuple[str, ...]) -> None:
        self._visit, self._filter, self._columns = visit, filter, columns
        key = sort.removeprefix('-')
        self._sort = Sort(key) if key in set(Sort) else Sort.EMAIL
        self._descending = sort.startswith('-')
        self._at, self._asked = '', 0
        self._page: PeoplePage | None = None
        self._roles: Mapping[str, str] = {}
        self._known: tuple[Attribute, ...] = ()

    async def draw(self) -> None:
        actor = actor_of(self._visit)
        self._roles, self._known = await roles.names(actor), await attributes.definitions()
        groups = await users.list_groups(actor)
        self._filter = _known(self._filter, self._roles, groups)
        self._place = tag('div', classes='nc-place')  # where dialogs are drawn
        with page_head('Users', 'Everybody who has an account here.'):
            AddUser(self._visit, self._place, self._roles, self.reload).button()
        self._filters = Filters(self._filter, self._roles, groups, self._filtered)
        ColumnChoice(self._known, self._columns, self._choose_columns)
        self._bulk = Bulk(self._visit, self._place, self._roles, lambda: self._filter, self._show_chosen, self._worked)
        self._records = Records(
            'Users',
            columns_of(self._known, self._columns),
            empty='',
            sort=self._sorted,
            move=self._moved,
            choose=self._bulk.chosen,
            edit=self._edited,
        )
        await self.reload()
        await follow(changes_of('user', 'access'), self.reload, pause=PAUSE)

    # ------------------------------------------------------------------ what is shown

    async def reload(self) -> None:
        """Read this page of the list again. Of several that are on their way the last one asked for is shown."""
        self._asked += 1
        asked = self._asked
        try:
            page = await user_list.list_people(
                actor_of(self._visit), self._filter, sort=self._sort, descending=self._descending, at=self._at
            )
        except AuthError as error:
            if error.reason is not Reason.INPUT_INVALID or not self._at:
                raise
            self._at = ''  # the place is gone, with the filter that it was of
            return await self.reload()
        if asked != self._asked or self._records.is_deleted:
            return None
        self._page = page
        rows = [self._row(person) for person in page.people]
        pager = Pager(page.previous is not None, page.next is not None, _in_words(page))
        self._records.props['empty'] = _why_empty(self._filter, page)
        self._records.show(rows, pager=pager, sort=(self._sort.value, self._descending))
        return None

    def _row(self, person: Person) -> Row:
        cells: dict[str, Cell | str] = {
            'email': Cell(person.email, href=f'/admin/users/{person.id}'),
            'name': person.name,
            'status': Cell(person.status, tone=TONES[person.status]),
            'roles': Cell(chips=person.roles),
            'groups': Cell(chips=person.groups),
            'seen': ago(person.last_seen_at, datetime.now(UTC)) if person.last_seen_at else 'never',
            'created': date(person.created_at),
        }
        cells |= {f'attribute.{key}': value for key, value in person.attributes.items()}
        return Row(person.id, person.email, cells)

    def _note_address(self) -> None:
        query = {
            'q': self._filter.text,
            'role': self._filter.role,
            'group': self._filter.group,
            'status': self._filter.status,
            'sort': ('-' if self._descending else '') + self._sort.value,
            'columns': ','.join(self._columns),
        }
        if query['sort'] == Sort.EMAIL:
            del query['sort']
        self._visit.note_query({key: value for key, value in query.items() if value})

    # ------------------------------------------------------------------ what is asked for

    async def _filtered(self, filter: Filter) -> None:
        self._filter, self._at = filter, ''
        self._bulk.forget()
        self._records.choose(())
        self._note_address()
        await self.reload()

    async def _sorted(self, key: str) -> None:
        same = key == self._sort.value
        self._descending = same and not self._descending
        self._sort, self._at = Sort(key), ''
        self._note_address()
        await self.reload()

    async def _moved(self, move: Move) -> None:
        if self._page is not None:
            wanted = {'first': '', 'previous': self._page.previous, 'next': self._page.next}[move]
            self._at = wanted if wanted is not None else self._at
            await self.reload()

    async def _choose_columns(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._records.set_columns(columns_of(self._known, columns))
        self._note_address()

    def _show_chosen(self, ids: Sequence[str]) -> None:
        self._records.choose(ids)

    async def _worked(self) -> None:
        """A bulk act is over."""
        self._records.choose(())
        await self.reload()

    # ------------------------------------------------------------------ edits in a cell

    async def _edited(self, id: str, key: str, value: str | None) -> None:
        person = next((each for each in self._page.people if each.id == id), None) if self._page else None
        if person is None:
            raise AuthError(Reason.USER_NOT_FOUND)
        if value is None:
            await self._edit_roles(person)
            return
        attribute = key.removeprefix('attribute.')
        try:
            await edit_user.amend(
                actor_of(self._visit),
                id,
                person.version,
                name=value if key == 'name' else None,
                attributes=None if key == 'name' else {attribute: value},
            )
        except AuthError as error:
            if error.reason is Reason.CHANGED_MEANWHILE:
                await self.reload()  # saving again means it
                now = cast(UserForm, error.values['form'])
                stands = now.name if key == 'name' else now.attributes.get(attribute, '')
                error.values['now'] = f'It is "{stands}" now. Save again to put yours in its place.'
            raise
        await self.reload()

    async def _edit_roles(self, person: Person) -> None:
        found = await user_details.get(actor_of(self._visit), person.id)

        async def act(typed: Typed) -> None:
            held = read_roles(typed, found.form.roles)
            await edit_user.amend(actor_of(self._visit), person.id, found.version, roles=held)
            await self.reload()

        with self._place, dialog_now('Edit roles'):
            tag('p', person.email, 'nc-text nc-muted')
            with form('Edit roles', action=act, submit='Edit roles', then='close') as edit:
                draw_roles(edit, self._roles, found.form.roles)


def _known(filter: Filter, roles: Mapping[str, str], groups: Mapping[str, str]) -> Filter:
    """A filter out of an address, without what is not there (any more)."""
    return Filter(
        filter.text,
        filter.role if filter.role in roles else '',
        filter.group if filter.group in groups else '',
        filter.status if filter.status in set(Status) else '',
    )


def _in_words(page: PeoplePage) -> str:
    count = f'{page.count:,}{"+" if page.capped else ""}'
    words = f'{len(page.people):,} of {count} {"user" if page.count == 1 else "users"}'
    if page.looked_through is not None:
        return f'{len(page.people):,} found so far: {page.looked_through:,} users were looked through. Next looks on.'
    return words


def _why_empty(filter: Filter, page: PeoplePage) -> str:
    if page.looked_through is not None:
        return 'Nobody was found yet. Next looks on.'
    if 0 < len(filter.text) < 3:
        return f'No email or name begins with "{filter.text}". From the third letter on any part of them is found.'
    if filter == Filter():
        return 'There is nobody here yet. Add the first user.'
    return 'Nobody fits. Search for something else, or clear the filters.'
