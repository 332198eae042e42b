"""Verbs on pages: change a gate at run time, put it back, set the redirects. The pages are those
of `page_gates.declare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from auth import audit, page_gates
from auth.access import Access, Gate, Override
from auth.admin.actor import Actor, authorize
from auth.audit import Act
from auth.declared import group_keys
from auth.errors import AuthError, Reason
from auth.page_gates import REDIRECTS, DeclaredPage, Use
from models import change
from models.access import Group, GroupRole
from models.clock import now
from models.database import transaction
from models.page import PageGate
from models.setting import Setting

log = structlog.get_logger()

PATH_LENGTH = 500
"""Characters of a path whose gate can be changed, as its column has it."""


@dataclass(frozen=True, slots=True)
class PageState:
    """A page, what was changed about it here, and the gate that holds. `page` None: code no longer declares it."""

    path: str
    page: DeclaredPage | None
    gate: Gate | None
    override: Override | None

    @property
    def is_changed(self) -> bool:
        return self.override is not None and (self.page is None or not self.page.fixed)

    @property
    def is_outdated(self) -> bool:
        """Whether the code says something else by now than what was replaced, so that the stricter of both holds."""
        return bool(self.is_changed and self.page and self.override and self.override.replaced != self.page.gate)

    @property
    def is_unreadable(self) -> bool:
        """Whether the change names nothing that there is, so that only site admins come in."""
        return self.override is not None and self.is_changed and self.override.gate is None


@dataclass(frozen=True, slots=True)
class Pages:
    """All pages, those that code has dropped last; the groups as (key, name, names of the roles a member holds all of);
    the redirects that are set.
    """

    pages: tuple[PageState, ...]
    groups: tuple[tuple[str, str, tuple[str, ...]], ...]
    redirects: Mapping[Use, str]


async def read(actor: Actor) -> Pages:
    """Read how all pages stand.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    roles: dict[int, list[str]] = {}
    for group_id, role in await GroupRole.all().order_by('role__name_key').values_list('group_id', 'role__name'):
        roles.setdefault(group_id, []).append(role)
    groups = tuple((g.key, g.name, tuple(roles.get(g.id, ()))) for g in await Group.all().order_by('name_key'))
    overrides = await page_gates.read_overrides([key for key, _, _ in groups])
    declared = page_gates.declared()
    states = [
        PageState(path, page, page.under(overrides.get(path)), overrides.get(path)) for path, page in declared.items()
    ]
    states += [PageState(path, None, None, overrides[path]) for path in sorted(overrides.keys() - declared.keys())]
    return Pages(tuple(states), groups, await page_gates.read_redirects())


async def set_gate(actor: Actor, path: str, gate: Gate) -> None:
    """Put a gate in the place of the code's. One that says what the code says leaves nothing changed.

    Raises:
        AuthError: PAGE_NOT_FOUND, PAGE_LOCKED, GATE_INVALID (no group), GROUP_NOT_FOUND, PAGE_PERSONAL (it cannot be
            public), PAGE_IN_USE (by a redirect whose people would be kept out), FORBIDDEN
    """
    page = _changeable(path)
    check(page, gate)
    async with transaction():
        await authorize(actor)
        if not gate.groups <= await group_keys():
            raise AuthError(Reason.GROUP_NOT_FOUND, field='groups')
        override = Override(gate, page.gate)
        await _refuse_in_use(page, override)
        await page_gates.forget(path)
        if gate != page.gate:
            given, replaced = page_gates.to_json(gate), page_gates.to_json(page.gate)
            await PageGate.create(path=path, gate=given, replaced=replaced, changed_at=now())
        await change.record('access')
        await audit.record(Act.GATE_CHANGED, None, actor=actor, details={'page': path, 'gate': str(gate)})
    log.info('gate changed', page=path, gate=str(gate), actor=actor.id)


async def reset(actor: Actor, path: str) -> None:
    """Put the code's gate back; of a page that code no longer declares, forget what was changed.

    Raises:
        AuthError: PAGE_NOT_FOUND (nothing was changed there), PAGE_IN_USE, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        if (page := page_gates.declared().get(path)) is not None:
            await _refuse_in_use(page, None)
        if not await page_gates.forget(path):
            raise AuthError(Reason.PAGE_NOT_FOUND)
        await change.record('access')
        await audit.record(Act.GATE_RESET, None, actor=actor, details={'page': path})
    log.info('gate put back', page=path, actor=actor.id)


async def set_redirects(actor: Actor, redirects: Mapping[Use, str]) -> None:
    """Set where people are led; '' or nothing is the default.

    Raises:
        AuthError: PAGE_NOT_FOUND, REDIRECT_UNFIT (the page would not let in whom it is for), FORBIDDEN
    """
    chosen = {use: path for use, path in redirects.items() if path}
    async with transaction():
        await authorize(actor)
        overrides = await page_gates.read_overrides(await group_keys())
        for use, path in chosen.items():
            page = page_gates.declared().get(path)
            if page is None:
                raise AuthError(Reason.PAGE_NOT_FOUND, field=use.value)
            if not page.is_fit(use, overrides.get(path)):
                raise AuthError(Reason.REDIRECT_UNFIT, use=use, path=path, field=use.value)
        value = {use.value: path for use, path in chosen.items()}
        if not await Setting.filter(key=REDIRECTS).update(value=value, changed_at=now()):
            await Setting.create(key=REDIRECTS, value=value, changed_at=now())
        await change.record('access')
        await audit.record(Act.REDIRECTS_CHANGED, None, actor=actor, details=value)
    log.info('redirects changed', actor=actor.id)


def check(page: DeclaredPage, gate: Gate) -> None:
    """Refuse a gate that this page cannot have.

    Raises:
        AuthError: GATE_INVALID, PAGE_PERSONAL
    """
    if (gate.access is Access.GROUPS) is not bool(gate.groups) or gate.also:
        raise AuthError(Reason.GATE_INVALID, field='groups')
    if page.is_personal and gate.access is Access.PUBLIC:
        raise AuthError(Reason.PAGE_PERSONAL, field='access')


def _changeable(path: str) -> DeclaredPage:
    page = page_gates.declared().get(path)
    if page is None or len(path) > PATH_LENGTH:
        raise AuthError(Reason.PAGE_NOT_FOUND)
    if page.locked or page.fixed:
        raise AuthError(Reason.PAGE_LOCKED)
    return page


async def _refuse_in_use(page: DeclaredPage, override: Override | None) -> None:
    """A redirect leads here: it must go on letting its people in."""
    for use, path in (await page_gates.read_redirects()).items():
        if path == page.path and not page.is_fit(use, override):
            raise AuthError(Reason.PAGE_IN_USE, use=use)
