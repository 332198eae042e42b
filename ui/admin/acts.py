"""What the audit says, in words: what was done, whom it was about, from where, and what else is known of it."""

from auth import devices
from auth.admin.actor import CLOCK, OPERATOR
from auth.admin.audit_log import Entry
from ui.components import Cell

_DETAILS = {
    'fields': 'changed',
    'key': 'attribute',
    'new_email': 'new email',
    'purpose': 'code to',
    'others': 'sessions ended',
}
"""What stands before a detail where its key alone would not do."""


def act_in_words(act: str) -> str:
    return act.capitalize()


def actor_in_words(entry: Entry) -> str:
    if entry.actor_id:
        return entry.actor
    return {OPERATOR.id: 'Command line', CLOCK.id: 'By itself'}.get(entry.actor, entry.actor)


def device_in_words(entry: Entry) -> str:
    """'' where no browser or program was; the first call takes half a second (auth/devices.py)."""
    return devices.in_words(entry.user_agent) if entry.user_agent else ''


def details_in_words(entry: Entry) -> str:
    """'role: Premium, until: 3 May 2026'; the number of a session is nobody's business."""
    known = {key: value for key, value in entry.details.items() if key != 'session' and value != ''}
    return ', '.join(f'{_DETAILS.get(key, key.replace("_", " "))}: {value}' for key, value in known.items())


def actor_cell(entry: Entry) -> Cell:
    return _person(actor_in_words(entry), entry.actor_id)


def subject_cell(entry: Entry) -> Cell:
    return _person(entry.subject, entry.subject_id)


def where_cell(entry: Entry) -> Cell:
    return Cell(entry.address, note=device_in_words(entry))


def _person(words: str, id: str) -> Cell:
    return Cell(words, href=f'/admin/users/{id}' if id and words else '')
