"""Dates and times in words. They are stored, and said, in UTC."""

from datetime import UTC, datetime, timedelta


def date(moment: datetime) -> str:
    """A date without leading zeros, such as `3 May 2026`."""
    return f'{moment.day} {moment:%B %Y}'


def date_and_time(moment: datetime) -> str:
    return f'{date(moment)}, {moment:%H:%M} UTC'


def ago(moment: datetime, at: datetime) -> str:
    """How long ago that was, as of `at`: `just now` for two minutes, as use is noted once a minute; a date after a
    week."""
    passed = at - moment
    if passed < timedelta(minutes=2):
        return 'just now'
    if passed >= timedelta(days=7):
        return f'on {date(moment)}'
    for unit, length in (('day', timedelta(days=1)), ('hour', timedelta(hours=1)), ('minute', timedelta(minutes=1))):
        if count := passed // length:
            return f'{count} {unit}{"s" if count > 1 else ""} ago'
    return 'just now'


def ago_or_never(moment: datetime | None) -> str:
    """How long ago that was, as of now; `never` when it was not."""
    return 'never' if moment is None else ago(moment, datetime.now(UTC))
