"""The task *History* of a person's page: the last acts by them and about them."""

import asyncio

from auth.admin import audit_log
from auth.admin.audit_log import ActFilter, Entry
from ui.account.times import date_and_time
from ui.admin import acts
from ui.admin.area import actor_of
from ui.components import link, muted, tag, task
from ui.gate import Visit

SHOWN = 15
"""Acts that are shown here; the audit has all of them."""


class UserHistory:
    """Drawn anew when there is something new: it holds nothing that takes the focus but a link below."""

    def __init__(self, visit: Visit, uid: str) -> None:
        self._visit, self._uid = visit, uid
        self._newest: int | None = None
        with task('History', 'What they did, and what was done about them.'):
            self._place = tag('ol', classes='nc-history')
            self._none = muted('Nothing yet.')
            link('All of it in the audit', f'/admin/audit?person={uid}')

    async def follow(self) -> None:
        page = await audit_log.list_acts(actor_of(self._visit), ActFilter(person=self._uid), size=SHOWN)
        newest = page.entries[0].id if page.entries else 0
        if newest == self._newest or self._place.is_deleted:
            return
        self._newest = newest
        words = await asyncio.to_thread(lambda: [_where(entry) for entry in page.entries])  # patterns are read first
        self._place.clear()
        self._none.set_visibility(not page.entries)
        with self._place:
            for entry, where in zip(page.entries, words, strict=True):
                self._draw(entry, where)

    def _draw(self, entry: Entry, where: str) -> None:
        others = entry.actor_id != self._uid
        who = f' by {acts.actor_in_words(entry)}' if others and entry.actor else ''
        about = f' to {entry.subject}' if entry.subject_id != self._uid and entry.subject else ''
        with tag('li', classes='nc-history__act'):
            tag('span', f'{acts.act_in_words(entry.act)}{about}{who}')
            more = ' · '.join(filter(None, (date_and_time(entry.at), where, acts.details_in_words(entry))))
            tag('span', more, 'nc-records__note')


def _where(entry: Entry) -> str:
    device = acts.device_in_words(entry)
    return f'{device}, {entry.address}' if device and entry.address else device or entry.address
