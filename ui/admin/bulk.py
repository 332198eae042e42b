"""What is done to many people at once: a bar with the acts, how far one is, what failed and why, and the way back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from nicegui import ui

from auth.admin import bulk, invitations, user_list, users
from auth.admin.bulk import Report, Verb
from auth.admin.user_list import Filter
from auth.errors import AuthError, Reason
from ui import messages
from ui.admin.area import actor_of
from ui.components import Option, Typed, alert, button, confirm, dialog_now, form, row, tag
from ui.components.records import CHOSEN
from ui.gate import Visit

NAMED = 20
"""People who were refused that are named; of more their number is told."""


class Bulk:
    """Drawn above the table. `filter` says what the table shows, `show_chosen` has it mark others than it has marked
    itself, and `over` is called when an act has ended.
    """

    def __init__(
        self,
        visit: Visit,
        place: ui.element,
        roles: Mapping[str, str],
        filter: Callable[[], Filter],
        show_chosen: Callable[[Sequence[str]], None],
        over: Callable[[], Awaitable[None]],
    ) -> None:
        self._visit, self._place, self._roles, self._filter, self._over = visit, place, roles, filter, over
        self._show_chosen = show_chosen
        self._ids: tuple[str, ...] = ()
        self._bar = tag('div', classes='nc-bar', role='group', aria_label='Selected users')
        with self._bar:
            self._count = tag('span', '', 'nc-bar__count')
            for text, handler in (
                ('Block', self._block),
                ('Unblock', partial(self._run, 'Unblock', users.unblock, None)),
                ('Add role', partial(self._ask_role, 'Add role', users.grant, users.revoke)),
                ('Take role', partial(self._ask_role, 'Take role', users.revoke, users.grant)),
                ('Send invitation', partial(self._run, 'Send invitation', invitations.invite, None)),
                ('Delete', self._delete),
            ):
                button(text, handler, kind='danger' if text == 'Delete' else 'plain').classes('nc-button--small')
            button('Select all that match', self._choose_all, kind='quiet').classes('nc-button--small')
            button('Clear selection', self._clear, kind='quiet').classes('nc-button--small')
        self._bar.set_visibility(False)
        self._report = tag('div', classes='nc-place', aria_live='polite')

    def chosen(self, ids: tuple[str, ...]) -> None:
        self._ids = ids
        self._count.set_text(f'{len(ids):,} selected')
        self._bar.set_visibility(bool(ids))

    def forget(self) -> None:
        """Another filter shows others: nobody unseen stays selected."""
        self.chosen(())

    async def _clear(self) -> None:
        self.forget()
        await self._over()

    async def _choose_all(self) -> None:
        ids: list[str] = []
        async for id in user_list.each_id(actor_of(self._visit), self._filter()):
            ids.append(id)
            if len(ids) == CHOSEN:
                ui.notify(f'The first {CHOSEN:,} are selected: so many can be acted on at once.', type='warning')
                break
        self.chosen(tuple(ids))
        self._show_chosen(ids)

    # ------------------------------------------------------------------ the acts

    async def _block(self) -> None:
        text = 'They are signed out everywhere at once and cannot sign in until they are unblocked.'
        if await confirm('Block', text, 'Block', kind='danger'):
            await self._run('Block', users.block, users.unblock)

    async def _delete(self) -> None:
        text = f'{len(self._ids):,} accounts are deleted for good, with their roles and sessions.'
        if await confirm('Delete', text, 'Delete', kind='danger'):
            await self._run('Delete', users.delete, None)

    def _ask_role(self, title: str, verb: Callable[..., Awaitable[bool]], undo: Callable[..., Awaitable[bool]]) -> None:
        async def act(typed: Typed) -> None:
            role = typed.text('role')
            if role not in self._roles:
                raise AuthError(Reason.ROLE_NOT_FOUND, role=role)
            with self._place:  # the dialog goes, and what hangs on it
                ui.timer(0, partial(self._run, title, _with_role(verb, role), _with_role(undo, role)), once=True)

        with self._place, dialog_now(title), form(title, action=act, submit=title, then='close') as ask:
            ask.select('role', 'Role', [Option(key, name) for key, name in self._roles.items()])

    async def _run(
        self, name: str, verb: Callable[..., Awaitable[object]], undo: Callable[..., Awaitable[object]] | None
    ) -> None:
        """Act on everybody selected, show how far it is, then what came of it."""
        ids = self._ids
        self.forget()
        self._report.clear()
        with self._report, tag('div', classes='nc-progressing'):
            words = tag('p', '', 'nc-text')
            meter = tag('progress', classes='nc-progress', max=len(ids), aria_label=name)

        def tell(report: Report) -> None:
            words.set_text(f'{name}: {report.done:,} of {report.total:,}')
            meter.props['value'] = report.done

        report = await bulk.act_on(ids, self._bound(verb), tell)
        if not self._report.is_deleted:
            await self._show(name, report, undo)
        await self._over()

    def _bound(self, verb: Callable[..., Awaitable[object]]) -> Verb:
        async def act(id: str) -> object:
            return await verb(actor_of(self._visit), id)

        return act

    async def _show(self, name: str, report: Report, undo: Callable[..., Awaitable[object]] | None) -> None:
        same = report.total - len(report.changed) - len(report.refused)
        words = [f'{name}: done for {len(report.changed):,} of {report.total:,}.']
        words += [f'{same:,} were so already.'] if same else []
        words += [f'{len(report.refused):,} refused.'] if report.refused else []
        refused = [(await self._named(id), messages.say(error)) for id, error in report.refused[:NAMED]]
        self._report.clear()
        with self._report:
            alert(' '.join(words), 'warning' if report.refused else 'ok')
            if refused:
                with tag('ul', classes='nc-list'):
                    for who, why in refused:
                        tag('li', f'{who}: {why}')
                    if len(report.refused) > NAMED:
                        tag('li', f'and {len(report.refused) - NAMED:,} more')
            with row():
                if undo is not None and report.changed:
                    button('Undo', partial(self._undo, name, report.changed, undo))
                button('Close', self._report.clear, kind='quiet')

    async def _undo(self, name: str, ids: Sequence[str], undo: Callable[..., Awaitable[object]]) -> None:
        self._ids = tuple(ids)
        await self._run(f'Undo of {name.lower()}', undo, None)

    async def _named(self, id: str) -> str:
        try:
            return await users.email_of(actor_of(self._visit), id)
        except AuthError:
            return id


def _with_role(verb: Callable[..., Awaitable[bool]], role: str) -> Callable[..., Awaitable[bool]]:
    async def act(actor: object, id: str) -> bool:
        return await verb(actor, id, role)

    return act
