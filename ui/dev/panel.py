"""The gate panel: what it shows of the page somebody is on, and the one verb by which they become a demo person."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from auth import personas, sessions, snapshots
from auth.access import Decision, Gate, Group, decide, explain
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows.sign_out import sign_out
from auth.personas import Persona
from auth.settings import Settings
from ui import messages
from ui.gate import decisions, registry
from ui.gate import visit as visits
from ui.gate.decisions import Decided
from ui.gate.registry import Page, Part
from ui.gate_words import gate_in_words
from ui.landing import own_path, wanted_behind
from ui.origin import Site
from ui.posts import Fields, make_endpoint, presented, visitor_of
from ui.session_routes import signed_in, signed_out

log = structlog.get_logger()

NO_STORE = {'Cache-Control': 'no-store'}
OWN_CODE: Final = ('ui.account.', 'ui.admin.')
"""Modules of our own pages."""


def make_router(site: Site, _: Settings) -> APIRouter:
    decisions.start_keeping()
    router = APIRouter()

    @router.get('/panel')
    async def panel(request: Request, path: str, client: str = '') -> Response:
        user = await sessions.resume(presented(site, request))
        return JSONResponse(await look(path, client, user), headers=NO_STORE)

    async def become(request: Request, fields: Fields) -> Response:
        email, target = fields.get('email', ''), own_path(fields.get('next'))
        if not email:
            await sign_out(presented(site, request), visitor_of(request))
            return signed_out(site, request, target)
        persona = next((one for one in await people() if one.email == email), None)
        if persona is None:  # an ordinary person: nobody takes their place
            raise AuthError(Reason.USER_NOT_FOUND, email=email)
        visitor = visitor_of(request)
        session = await personas.become(persona, visitor, replacing=presented(site, request))
        log.info('became a demo person', email=email, address=visitor.address)
        return signed_in(site, request, session, target)

    router.add_api_route('/become', make_endpoint(site, become, '/', messages.say_to_developer), methods=['POST'])
    return router


async def people() -> list[Persona]:
    """Whom a developer may become: those made for the groups of the code, and those of `demo`."""
    return [*made_people(), *await personas.of_demo()]


def made_people() -> tuple[Persona, ...]:
    return personas.of_groups({group.key: group.roles for group in registry.groups()})


async def look(path: str, client: str, user: CurrentUser | None) -> dict[str, Any]:
    """All that the panel shows to `user` of the page at `path` (with its query), as JSON. `client` is the id under
    which it is open, for the sections on it. Where people sign in, it is all about the page that they wanted.
    """
    groups, here = await snapshots.all_groups(), registry.match(path)
    wanted = wanted_behind(here)
    match = wanted or here
    page = match.page if match else None
    gate = page.gate if page else None
    return {
        'location': match.location.url if match else path,
        'is_wanted': wanted is not None,
        'page': page and {**_page(page), **verdict(gate, user, groups)},
        'you': user and {'email': user.email, 'name': user.name, 'roles': [role.name for role in user.roles]},
        'groups': _groups(gate, user, groups),
        'sections': [
            {'name': part.name, 'source': part.source, 'times': times, **verdict(part.gate, user, groups)}
            for part, times in _sections(client).items()
        ],
        'people': [_person(one, gate, user, groups, is_page=page is not None) for one in await people()],
        'decisions': [_decided(one, groups) for one in decisions.latest()],
    }


def _page(page: Page) -> dict[str, Any]:
    area = page.gate_from
    return {
        'path': page.path,
        'title': page.title,
        'source': page.source,
        'from': area and {'path': area.path, 'source': area.source},
        'changed': page.gate != page.default_gate and gate_in_words(page.default_gate, {}),
    }


def _sections(client: str) -> Counter[Part]:
    """The sections that an open page has called, closed ones too, each with how often."""
    visit = visits.find(client)
    return Counter(visit.scope.parts() if visit is not None and visit.scope is not None else ())


def verdict(gate: Gate | None, user: CurrentUser | None, groups: Iterable[Group]) -> dict[str, str]:
    """A gate, its decision for somebody, and why, in words."""
    return {
        'gate': gate_in_words(gate, {}),
        'decision': decide(gate, user).value,
        'reason': explain(gate, user, groups),
    }


def _groups(gate: Gate | None, user: CurrentUser | None, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """The groups that open the gate, and which of their roles the person holds."""
    held = user.role_keys if user else frozenset()
    return [
        {'key': group.key, 'roles': [{'key': key, 'held': key in held} for key in sorted(group.roles)]}
        for group in groups
        if gate is not None and group.key in gate.named
    ]


def _person(
    persona: Persona, gate: Gate | None, user: CurrentUser | None, groups: Sequence[Group], *, is_page: bool
) -> dict[str, Any]:
    would_be = personas.as_user(persona, groups)
    opens = decide(gate, would_be) is Decision.ALLOW if would_be and is_page else None
    current = user is not None and user.email == persona.email
    return {'email': persona.email, 'name': persona.name, 'opens': opens, 'current': current}


def _decided(decided: Decided, groups: Sequence[Group]) -> dict[str, Any]:
    return {
        'at': int(decided.at * 1000),
        'door': decided.door,
        'path': _without_secrets(decided.path),
        'who': decided.user.email if decided.user else None,
        'decision': decided.decision.value,
        'reason': explain(decided.gate, decided.user, groups),
        'times': decided.times,
    }


def _without_secrets(location: str) -> str:
    """What one of our own pages has after its path, such as the token of a set-up link, is not for a screen."""
    match = registry.match(location)
    is_own = match is not None and match.page.builder.__module__.startswith(OWN_CODE)
    return re.sub('=[^&]*', '=…', location) if is_own else location
