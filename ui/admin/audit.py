"""/admin/audit: who did what to whom, from where and when; the filter is in the address. /admin/audit.csv is the same
as a file."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from nicegui import ui

from auth import sessions, spreadsheet
from auth.access import SITE_ADMINS
from auth.admin import audit_log
from auth.admin.audit_log import ActFilter, ActPage, Entry
from auth.audit import Act
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.settings import get_settings
from ui import messages
from ui.account.times import date
from ui.admin import acts
from ui.admin.area import admin_page, page_head
from ui.components import (
    Cell,
    Column,
    Option,
    Pager,
    Records,
    Row,
    Typed,
    alert,
    form,
    link_button,
    tag,
)
from ui.components.records import Move
from ui.gate import route
from ui.origin import Site
from ui.posts import presented

PATH = '/admin/audit'
CSV = '/admin/audit.csv'
COLUMNS = (
    Column('when', 'When'),
    Column('who', 'Who'),
    Column('what', 'What'),
    Column('whom', 'Whom'),
    Column('where', 'From where'),
    Column('details', 'Details'),
)
FIELDS = ('person', 'kind', 'since', 'until')
"""Of the filter, in the address."""


@admin_page(PATH, title='Audit')
async def audit(user: CurrentUser, person: str = '', kind: str = '', since: str = '', until: str = '') -> None:
    given = dict(zip(FIELDS, (person, kind, since, until), strict=True))
    with page_head('Audit', 'Who did what to whom, from where and when.'):
        link_button('Export CSV', _address(CSV, given))
    _ask(user, given)
    try:
        shown = _Acts(user, _filter_of(given))
        await shown.show()
    except AuthError as error:  # what stands in the address is no filter
        alert(messages.say(error), 'error')


def _ask(user: CurrentUser, given: Mapping[str, str]) -> None:
    async def act(typed: Typed) -> str:
        asked = {name: typed.text(name).strip() for name in FIELDS}
        await audit_log.list_acts(user, _filter_of(asked), size=1)  # what is no filter is said at its field
        ui.navigate.to(_address(PATH, asked))
        return ''

    asks = form('Filter', action=act, submit='Filter', wide=False, autofocus=False)
    with asks as fields, tag('div', classes='nc-filters'):
        fields.text('person', 'Person', given['person'], type='search', help='An email or a public ID')
        fields.select('kind', 'Kind', [Option('', 'All'), *_kinds()], given['kind'])
        fields.text('since', 'From', given['since'], type='date')
        fields.text('until', 'To', given['until'], type='date')
    if any(given.values()):
        link_button('Show all', PATH, kind='quiet')


def _kinds() -> list[Option]:
    return [Option(act, acts.act_in_words(act)) for act in sorted(Act)]


class _Acts:
    """The table, one page of it."""

    def __init__(self, user: CurrentUser, filter: ActFilter) -> None:
        self._user, self._filter, self._page = user, filter, ActPage((), '', '')
        empty = 'No act matches. Choose another person, kind or time.'
        self._table = Records('Acts', COLUMNS, empty=empty, move=self._move)

    async def show(self, at: str = '') -> None:
        found = await audit_log.list_acts(self._user, self._filter, at)
        if at and not found.entries:  # they are gone
            found = await audit_log.list_acts(self._user, self._filter)
        rows = await asyncio.to_thread(lambda: [_row(entry) for entry in found.entries])
        self._page = found
        has_pages = found.previous or found.next
        pager = Pager(bool(found.previous), bool(found.next), _span(found)) if has_pages else None
        self._table.show(rows, pager=pager)

    async def _move(self, move: Move) -> None:
        await self.show({'first': '', 'previous': self._page.previous, 'next': self._page.next}[move])


def _row(entry: Entry) -> Row:
    when, what = _moment(entry.at), acts.act_in_words(entry.act)
    cells: dict[str, Cell | str] = {
        'when': when,
        'who': acts.actor_cell(entry),
        'what': what,
        'whom': acts.subject_cell(entry),
        'where': acts.where_cell(entry),
        'details': acts.details_in_words(entry),
    }
    return Row(str(entry.id), f'{what}, {when}', cells)


def _moment(at: datetime) -> str:
    return f'{date(at)}, {at:%H:%M:%S} UTC'


def _span(page: ActPage) -> str:
    return f'{_moment(page.entries[-1].at)} to {_moment(page.entries[0].at)}'


def _filter_of(given: Mapping[str, str]) -> ActFilter:
    since, until = _day(given, 'since'), _day(given, 'until')
    return ActFilter(person=given['person'], act=given['kind'], since=since, until=until and until + timedelta(days=1))


def _day(given: Mapping[str, str], name: str) -> datetime | None:
    if not given[name]:
        return None
    try:
        day = datetime.strptime(given[name], '%Y-%m-%d').replace(tzinfo=UTC)
        return day if day < datetime(9999, 1, 1, tzinfo=UTC) else datetime(9999, 1, 1, tzinfo=UTC)
    except ValueError as error:
        raise AuthError(Reason.DATE_INVALID, field=name) from error


def _address(path: str, given: Mapping[str, str]) -> str:
    query = urlencode({name: text for name, text in given.items() if text})
    return f'{path}?{query}' if query else path


# ------------------------------------------------------------------ the same as a file


@route(CSV, groups=[SITE_ADMINS])
async def export(request: Request) -> Response:
    given = {name: request.query_params.get(name, '') for name in FIELDS}
    try:
        user = await sessions.resume(presented(Site.of(get_settings()), request))
        if user is None:
            raise AuthError(Reason.FORBIDDEN)
        batches = audit_log.export(user, _filter_of(given))
        first = await anext(batches, ())  # what can be refused is refused before the answer begins
    except AuthError as error:
        return PlainTextResponse(messages.say(error), 403 if error.reason is Reason.FORBIDDEN else 422)
    name = f'audit-{datetime.now(UTC):%Y-%m-%d}.csv'
    headers = {'Content-Disposition': f'attachment; filename="{name}"', 'Cache-Control': 'no-store'}
    return StreamingResponse(_lines(first, batches), headers=headers, media_type='text/csv; charset=utf-8')


async def _lines(first: tuple[Entry, ...], batches: AsyncIterator[tuple[Entry, ...]]) -> AsyncIterator[str]:
    head = ('Time', 'What', 'Who', 'Who (ID)', 'Whom', 'Whom (ID)', 'Address', 'Device', 'User agent', 'Details')
    yield spreadsheet.BOM + spreadsheet.line(head)
    yield await asyncio.to_thread(_batch, first)
    async for batch in batches:
        yield await asyncio.to_thread(_batch, batch)


def _batch(entries: tuple[Entry, ...]) -> str:
    return ''.join(
        spreadsheet.line(
            (
                entry.at.isoformat(timespec='seconds'),
                acts.act_in_words(entry.act),
                acts.actor_in_words(entry),
                entry.actor_id,
                entry.subject,
                entry.subject_id,
                entry.address,
                acts.device_in_words(entry),
                entry.user_agent,
                acts.details_in_words(entry),
            )
        )
        for entry in entries
    )
