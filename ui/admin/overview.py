"""/admin: how things stand, what needs attention, and where it is mended."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from nicegui import ui

from auth.admin import overview as verbs
from auth.admin.overview import DAYS, Concern, Day, Matter, Overview, Seen
from ui.account.times import ago, date
from ui.admin.access_changes import doors
from ui.admin.area import actor_of, admin_page, page_head
from ui.components import card, link, muted, paragraph, table, tag
from ui.gate import Session

EVERY: Final = 10.0
"""Seconds between looks at what may have changed."""
Count = Callable[[Day], int]


@admin_page('/admin', title='Overview')
async def overview(session: Session) -> None:
    with page_head('Overview', 'How this site is doing, and what needs your attention.'):
        pass
    found = await verbs.read(actor_of(session), doors())
    live = [
        _Live(_figures, lambda seen: (seen.people, seen.signed_in, seen.blocked, seen.invited)),
        _Live(_matters, lambda seen: seen.matters),
    ]
    with tag('div', classes='nc-columns nc-columns--free'):
        for title, series in CHARTS:
            _chart(title, series, found.days)
        live.append(_Live(_people, lambda seen: (seen.seen, seen.signed_in)))
    for part in live:
        part.show(found)
    with card('For programs'):
        link('API for programs', '/docs')

    async def look() -> None:
        if session.user is not None:
            now = await verbs.read(session.user, doors())
            for part in live:
                part.show(now)

    ui.timer(EVERY, look, immediate=False)


class _Live:
    """A part of the page that is drawn again when what it shows has changed, and left alone otherwise."""

    def __init__(self, draw: Callable[[Overview], None], shown: Callable[[Overview], object]) -> None:
        self._draw, self._of = draw, shown
        self._shown: object = None
        self._place = tag('div', classes='nc-place')

    def show(self, found: Overview) -> None:
        if self._place.is_deleted or (shown := self._of(found)) == self._shown:
            return
        self._shown = shown
        self._place.clear()
        with self._place:
            self._draw(found)


# ------------------------------------------------------------------ figures and people


def _figures(found: Overview) -> None:
    with tag('ul', classes='nc-figures'):
        _figure(found.people, 'person', 'people')
        _figure(found.signed_in, 'signed in now', 'signed in now')
        _figure(found.blocked, 'blocked', 'blocked')
        _figure(found.invited, 'invited', 'invited')


def _figure(count: int, one: str, many: str) -> None:
    with tag('li', classes='nc-figure'):
        tag('span', f'{count:,}', 'nc-figure__count')
        tag('span', one if count == 1 else many, 'nc-figure__label')


def _people(found: Overview) -> None:
    with card('Signed in now'):
        if not found.seen:
            muted('Nobody is signed in.')
            return
        with tag('ul', classes='nc-matters'):
            for person in found.seen:
                _person(person)
        if found.signed_in > len(found.seen):
            muted(f'The last {len(found.seen)} of {found.signed_in:,} are listed.')


def _person(person: Seen) -> None:
    with tag('li', classes='nc-matter'):
        with tag('p', classes='nc-text'):
            link(person.email, f'/admin/users/{person.id}')
            if person.name:
                tag('span', f' {person.name}', 'nc-muted')
        tag('span', f'last used {ago(person.last_seen_at, datetime.now(UTC))}', 'nc-muted')


# ------------------------------------------------------------------ what needs attention


def _matters(found: Overview) -> None:
    with card('What needs attention'):
        if not found.matters:
            muted('Nothing needs your attention.')
            return
        with tag('ul', classes='nc-matters'):
            for matter in found.matters:
                words, mend, path = in_words(matter)
                with tag('li', classes='nc-matter'):
                    paragraph(words)
                    link(mend, path)


def in_words(matter: Matter) -> tuple[str, str, str]:
    """What is the matter, and the link to where it is mended: its text and its path."""
    count, names = matter.count, ', '.join(matter.names)
    match matter.concern:
        case Concern.NO_MAIL_SERVER:
            waiting = f' {_counted(count, "mail waits", "mails wait")} for one.' if count else ''
            return f'No mail server is set (NICEGATE_SMTP_URL).{waiting}', 'Mails', '/admin/mails'
        case Concern.MAIL_SERVER_FAILING:
            return 'The mail server takes no mail at the moment. All wait until it does.', 'Mails', '/admin/mails'
        case Concern.MAILS_WAITING:
            return f'{_counted(count, "mail was", "mails were")} put off and wait.', 'Mails', '/admin/mails'
        case Concern.MAILS_REFUSED:
            return f'{_counted(count, "mail was", "mails were")} refused for good.', 'Mails', '/admin/mails'
        case Concern.CLOSED_PAGE:
            return f'Nobody can open {names}: nobody is in a group that opens it.', 'Groups', '/admin/groups'
        case Concern.NO_GATE:
            return f'No gate yet, so only site admins see it: {names}.', 'Pages', '/admin/pages'
        case Concern.ONE_SITE_ADMIN:
            return 'There is no second site admin who could let you in again.', 'Users', '/admin/users'
        case Concern.SHORT_PASSWORDS:
            return f'Passwords of {count} characters are allowed. Ask for 8 or more.', 'Settings', '/admin/settings'


def _counted(count: int, one: str, many: str) -> str:
    return f'{count:,} {one if count == 1 else many}'


# ------------------------------------------------------------------ charts

CHARTS: Final[Sequence[tuple[str, Sequence[tuple[str, str, Count]]]]] = (
    ('People', (('People', 'var(--nc-accent)', lambda day: day.people),)),
    (
        'Sign-ins',
        (
            ('Signed in', 'var(--nc-accent)', lambda day: day.sign_ins),
            ('Failed', 'var(--nc-error)', lambda day: day.failures),
        ),
    ),
    ('Sign-ups', (('Signed up', 'var(--nc-accent)', lambda day: day.sign_ups),)),
    (
        'Mails',
        (
            ('Sent', 'var(--nc-accent)', lambda day: day.mails_sent),
            ('Refused', 'var(--nc-error)', lambda day: day.mails_refused),
        ),
    ),
)
"""Title, then name, colour and number of each row of bars. SVG takes the theme's colours as they are at the moment."""


def _chart(title: str, series: Sequence[tuple[str, str, Count]], days: Sequence[Day]) -> None:
    label = f'{title} on each of the last {DAYS} days. The table below has the same numbers.'
    with card(title):
        drawn = ui.echart(_options(label, series, days), renderer='svg').classes('nc-chart')
        drawn.props.update({'role': 'img', 'aria-label': label})
        with tag('details', classes='nc-details'):
            tag('summary', f'{title} as a table')
            columns = ('Day (UTC)', *(name for name, _, _ in series))
            rows = [(date(day.date), *(f'{count(day):,}' for _, _, count in series)) for day in reversed(days)]
            table(f'{title} by day', columns, rows)


def _options(label: str, series: Sequence[tuple[str, str, Count]], days: Sequence[Day]) -> dict[str, object]:
    words = {'color': 'var(--nc-muted)', 'fontFamily': 'system-ui, sans-serif'}
    line = {'lineStyle': {'color': 'var(--nc-line)'}}
    return {
        'aria': {'enabled': True, 'label': {'description': label}},
        'animation': False,
        'textStyle': words,
        'grid': {'left': 0, 'right': 4, 'top': 36, 'bottom': 6, 'containLabel': True},
        'legend': {
            'top': 0,
            'left': 0,
            'itemWidth': 12,
            'itemHeight': 12,
            'itemGap': 18,
            'textStyle': words,
            'selectedMode': False,
        },
        'tooltip': {
            'trigger': 'axis',
            'backgroundColor': 'var(--nc-surface)',
            'borderColor': 'var(--nc-line)',
            'textStyle': {'color': 'var(--nc-text)'},
        },
        'xAxis': {
            'type': 'category',
            'data': [f'{day.date.day} {day.date:%b}' for day in days],
            'axisLine': line,
            'axisTick': {'show': False},
            'axisLabel': words,
        },
        'yAxis': {'type': 'value', 'minInterval': 1, 'splitLine': line, 'axisLabel': words},
        'series': [
            {
                'type': 'bar',
                'name': name,
                'data': [count(day) for day in days],
                'itemStyle': {'color': colour, 'borderRadius': [2, 2, 0, 0]},
                'emphasis': {'disabled': True},
                'barMaxWidth': 12,
            }
            for name, colour, count in series
        ],
    }
