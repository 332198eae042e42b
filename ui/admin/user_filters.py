"""The search and the filters above the list of people."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Literal

from nicegui.events import GenericEventArguments

from auth.admin.user_list import Filter
from auth.people_status import Status
from ui.components import tag

PAUSE = 0.25
"""Seconds that the search waits for the next letter: people who type leave about 0.2 between two."""
LENGTH = 254
"""Characters that are looked for: an e-mail has no more."""

Name = Literal['role', 'group', 'status']


class Filters:
    """Calls `changed` with the filter as it is chosen."""

    def __init__(
        self,
        filter: Filter,
        roles: Mapping[str, str],
        groups: Mapping[str, str],
        changed: Callable[[Filter], Awaitable[None]],
    ) -> None:
        self._filter, self._changed = filter, changed
        with tag('div', classes='nc-filters', role='search'):
            self._draw_search()
            self._draw_select('role', 'Role', roles)
            self._draw_select('group', 'Group', groups)
            self._draw_select('status', 'Status', {status: status.capitalize() for status in Status})

    def _draw_search(self) -> None:
        with tag('div', classes='nc-field nc-field--search'):
            tag('label', 'Search', 'nc-label', for_='nc-search')
            box = tag(
                'input',
                classes='nc-input',
                id='nc-search',
                type='search',
                placeholder='Part of an email or a name',
                value=self._filter.text or None,
                maxlength=LENGTH,
                autocomplete='off',
                spellcheck='false',
            )
        box.on(
            'input',
            self._search,
            throttle=PAUSE,
            leading_events=False,
            js_handler='(event) => emit(event.target.value)',
        )

    async def _search(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str):
            await self._set(replace(self._filter, text=event.args[:LENGTH]))

    def _draw_select(self, name: Name, label: str, options: Mapping[str, str]) -> None:
        with tag('div', classes='nc-field'):
            tag('label', label, 'nc-label', for_=f'nc-filter-{name}')
            with tag('select', classes='nc-input nc-input--select', id=f'nc-filter-{name}') as select:
                for key, text in {'': 'All', **options}.items():
                    tag('option', text, value=key, selected=key == getattr(self._filter, name) or None)

        async def chosen(event: GenericEventArguments) -> None:
            if isinstance(event.args, str) and (event.args == '' or event.args in options):
                await self._set(replace(self._filter, **{name: event.args}))

        select.on('change', chosen, js_handler='(event) => emit(event.target.value)')

    async def _set(self, filter: Filter) -> None:
        self._filter = filter
        await self._changed(filter)
