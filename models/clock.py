"""The one source of the time, so that no other unit or zone than aware UTC ever enters a table."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)
