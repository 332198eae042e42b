"""Personas: a demo person for each group, and for all of them at once, so that a developer can be each of them.

Nobody can sign in as one: they have no password, and their sessions start in `become` alone, which only a server in
development calls. So they do no harm in a database that goes into production later.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auth import accounts, demo, sessions
from auth.access import SITE_ADMIN, Group, groups_of
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.current_user import CurrentUser, HeldRole
from auth.errors import AuthError, Reason
from auth.sessions import NewSession
from auth.visitor import Visitor
from models.access import GroupRole, UserRole
from models.clock import now
from models.database import transaction
from models.user import User

DOMAIN: Final = 'demo.example'
"""No mail goes there, and nobody can own it (RFC 2606)."""
LOCAL_LENGTH: Final = 40
"""Characters of a group's key that become its address; with the rest it stays below the 64 of RFC 5321, 4.5.3.1.1."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo person. One that is `made` here holds exactly the roles of `groups`, or none; the others are people
    of `auth.demo`, and hold what they were given.
    """

    email: str
    name: str
    groups: frozenset[str] = frozenset()
    made: bool = True


ALL_GROUPS: Final = 'All groups'
NO_ROLES: Final = Persona(f'no-roles@{DOMAIN}', 'No roles')


def of_groups(groups: Mapping[str, frozenset[str]]) -> tuple[Persona, ...]:
    """One persona a group (its roles by its key), one who is signed in and holds no role, and one who holds the roles
    of all groups unless another does so already. They are made when somebody becomes them.
    """
    taken = {NO_ROLES.email}
    personas = [NO_ROLES]
    for key in sorted(groups):
        personas.append(Persona(_address(key, taken), key, frozenset({key})))
        taken.add(personas[-1].email)
    if groups and frozenset().union(*groups.values()) not in groups.values():
        personas.append(Persona(_address(ALL_GROUPS, taken), ALL_GROUPS, frozenset(groups)))
    return tuple(personas)


def _address(key: str, taken: set[str]) -> str:
    plain = unicodedata.normalize('NFKD', key).encode('ascii', 'ignore').decode().lower()
    local = re.sub('[^a-z0-9]+', '-', plain)[:LOCAL_LENGTH].strip('-')
    if not local or f'{local}@{DOMAIN}' in taken:  # "Größe!" and "Größe?" are two groups
        local = f'{local or "group"}-{hashlib.sha256(key.encode()).hexdigest()[:6]}'
    return f'{local}@{DOMAIN}'


async def of_demo() -> tuple[Persona, ...]:
    """The people that the command `demo` makes, as far as they are there."""
    found = await User.filter(email_key__in=list(demo.PEOPLE)).order_by('email_key')
    return tuple(Persona(user.email, user.name or user.email, made=False) for user in found)


async def become(persona: Persona, visitor: Visitor, *, replacing: str | None = None) -> NewSession:
    """Start a session for a persona; the one of the digest `replacing` ends.

    Raises:
        AuthError: EMAIL_TAKEN (the address belongs to somebody who has a password), USER_NOT_FOUND, FORBIDDEN (blocked)
    """
    if persona.made:
        await _make(persona)
    async with transaction():
        user = await accounts.get_by_email(persona.email)
        if not await User.exists(id=user.id, blocked_at__isnull=True):
            raise AuthError(Reason.FORBIDDEN, email=persona.email)
        return await sessions.start(user, visitor, replacing=replacing)


async def _make(persona: Persona) -> None:
    """See that the persona is there and holds the roles of its groups as they are now, and no others. The role of those
    who run the site is never among them: somebody who cannot sign in must not count as one of them.
    """
    rows = GroupRole.filter(group__key__in=persona.groups).exclude(role__key=SITE_ADMIN)
    wanted = {str(name) for name in await rows.values_list('role__name', flat=True)}
    user = await accounts.find_by_email(persona.email)
    if user is None:
        await users.create(OPERATOR, persona.email, None, name=persona.name, roles=wanted)
    elif user.password_hash is not None:  # somebody signed up with this address: they are given nothing
        raise AuthError(Reason.EMAIL_TAKEN, email=persona.email)
    else:
        await _bring_roles_to(user, wanted)


async def _bring_roles_to(user: User, wanted: set[str]) -> None:
    held = dict(await UserRole.filter(user=user).values_list('role__name', 'until'))
    for name in sorted(held.keys() - wanted):
        await users.revoke(OPERATOR, str(user.uid), name)
    for name in sorted(wanted - {name for name, until in held.items() if until is None}):
        await users.grant(OPERATOR, str(user.uid), name)


def as_user(persona: Persona, groups: Sequence[Group]) -> CurrentUser | None:
    """Who somebody is that has become this persona just now; None for one that is not made here. Nobody's session."""
    if not persona.made:
        return None
    held = frozenset(key for group in groups if group.key in persona.groups for key in group.roles) - {SITE_ADMIN}
    roles = tuple(HeldRole(key, key) for key in sorted(held))
    return CurrentUser('', persona.email, persona.name, roles, groups_of(held, groups), session_id=0, created_at=now())
