"""The task *Groups and pages* of a person's page: what they may open, and why."""

from collections.abc import Mapping

from auth import snapshots
from auth.access import Decision, decide, explain
from auth.admin.user_details import UserDetails
from ui import gate
from ui.components import muted, table, tag, task

WORDS = {Decision.ALLOW: 'opens', Decision.NO_ACCESS: 'no access', Decision.SIGN_IN: 'sign in'}


class UserAccess:
    """Drawn anew whenever something has changed: it holds nothing that takes the focus but the box that scrolls."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        with task('Groups and pages', 'What their roles open. A member of a group holds all of its roles.'):
            self._place = tag('div', classes='nc-place')
        self._drawn: object = None

    async def show(self, found: UserDetails) -> None:
        user, groups = found.as_signed_in, await snapshots.all_groups()
        pages = [page for page in gate.pages() if not page.locked and page.nav]
        rows = [
            (page.title, page.path, WORDS[decide(page.gate, user)], explain(page.gate, user, groups)) for page in pages
        ]
        drawn = user.groups, rows, found.blocked_at
        if drawn == self._drawn or self._place.is_deleted:
            return
        self._drawn = drawn
        self._place.clear()
        with self._place:
            if found.blocked_at:
                muted('They are blocked: nothing opens but what is public. Without the block it would be:')
            if user.groups:
                with tag('ul', classes='nc-chips', aria_label='Groups'):
                    for name in sorted(self._names.get(key, key) for key in user.groups):
                        tag('li', name, 'nc-chip')
            else:
                muted('They are in no group.')
            table('Pages', ('Page', 'Path', 'Answer', 'Why'), rows)
