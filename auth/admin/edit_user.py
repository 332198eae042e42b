"""Edit a user: e-mail, name, attributes and roles in one act, which of two site admins at the same person one wins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from auth import accounts, audit, codes, invitations, mail, roles_of
from auth import attributes as attributes_
from auth.admin.actor import Actor, authorize
from auth.admin.changing import NothingChangedError, changing
from auth.audit import Act
from auth.codes import Purpose
from auth.errors import AuthError, Reason
from auth.mail import Template
from auth.people import check_email, check_name
from models.access import Role, UserRole
from models.clock import now
from models.user import User


@dataclass(frozen=True, slots=True)
class UserForm:
    """What a site admin may edit of somebody. `roles` are keys, each with its end (aware UTC; None: never)."""

    email: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    roles: Mapping[str, datetime | None] = field(default_factory=lambda: MappingProxyType({}))


async def form_of(user: User) -> UserForm:
    """What stands now."""
    held = await UserRole.filter(user_id=user.id).values_list('role__key', 'until')
    return UserForm(user.email, user.name, dict(user.attributes), dict(held))


async def edit(actor: Actor, uid: str, version: int, form: UserForm) -> int:
    """Store what is in the form, if nobody has changed the person since `version`; returns the new version. Attributes
    that are not in it stay, '' takes one away; roles that are not in it go. The old address is told of a new one.

    Raises:
        AuthError: USER_NOT_FOUND, EMAIL_*, NAME_INVALID, ATTRIBUTE_*, ROLE_NOT_FOUND, DATE_OVER, LAST_SITE_ADMIN,
            FORBIDDEN; CHANGED_MEANWHILE with `form` and `version` as they are now
    """
    address, key = check_email(form.email)
    name = check_name(form.name)
    values = await _checked(form.attributes)
    try:
        async with changing(actor, uid, None) as user:
            stands = await form_of(user)
            if user.version != version:
                raise AuthError(Reason.CHANGED_MEANWHILE, form=stands, version=user.version)
            roles = await _roles(form.roles, stands.roles)
            given = UserForm(address, name, attributes_.changed(user.attributes, values), form.roles)
            if given == stands:
                raise NothingChangedError
            if found := _differences(stands, given):
                await _store(user, given, key)
                await audit.record(Act.USER_EDITED, user, actor=actor, details=found)
            await _set_roles(actor, user, roles, form.roles)
            if address != user.email:
                await _tell_of_new_email(user, address)
    except IntegrityError as error:
        raise AuthError(Reason.EMAIL_TAKEN, email=address) from error
    except NothingChangedError:
        return version
    return (await User.get(uid=uid)).version


async def amend(
    actor: Actor,
    uid: str,
    version: int,
    *,
    name: str | None = None,
    attributes: Mapping[str, str] | None = None,
    roles: Mapping[str, datetime | None] | None = None,
) -> int:
    """Store what is given and leave the rest, as `edit` does it.

    Raises:
        AuthError: as `edit`
    """
    await authorize(actor)
    stands = await form_of(await accounts.get(uid))
    form = UserForm(
        stands.email,
        stands.name if name is None else name,
        attributes or {},
        stands.roles if roles is None else roles,
    )
    return await edit(actor, uid, version, form)


def _differences(before: UserForm, after: UserForm) -> dict[str, str]:
    """What the audit says of all but the roles: which fields were changed."""
    fields = [key for key in ('email', 'name') if getattr(before, key) != getattr(after, key)]
    keys = sorted({*before.attributes, *after.attributes})
    fields += [key for key in keys if before.attributes.get(key) != after.attributes.get(key)]
    said = {
        'fields': ', '.join(fields),
        'new_email': after.email if before.email != after.email else '',
    }
    return {key: value for key, value in said.items() if value}


async def _checked(given: Mapping[str, str]) -> dict[str, str]:
    known = {attribute.key: attribute for attribute in await attributes_.definitions()}
    for key in given.keys() - known.keys():
        raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)
    return {key: attributes_.check_value(known[key], value) for key, value in given.items()}


async def _store(user: User, form: UserForm, key: str) -> None:
    await User.filter(id=user.id).update(
        email=form.email,
        email_key=key,
        name=form.name,
        name_key=form.name.casefold(),
        attributes=dict(form.attributes),
        version=F('version') + 1,
    )


async def _roles(wanted: Mapping[str, datetime | None], held: Mapping[str, datetime | None]) -> dict[str, Role]:
    """The rows of all roles that are concerned, by key. An end that is over stands only where it stood before."""
    rows = {role.key: role for role in await Role.filter(key__in=[*wanted, *held])}
    for key, until in wanted.items():
        if key not in rows:
            raise AuthError(Reason.ROLE_NOT_FOUND, role=key)
        if until is not None and until <= now() and held.get(key) != until:
            raise AuthError(Reason.DATE_OVER, field=f'roles.{key}')
    return rows


async def _set_roles(actor: Actor, user: User, rows: Mapping[str, Role], wanted: Mapping[str, datetime | None]) -> None:
    for key, role in rows.items():
        if key in wanted:
            await roles_of.give(actor, user, role, wanted[key])
        else:
            await roles_of.take(actor, user, role)


async def _tell_of_new_email(user: User, address: str) -> None:
    """What was mailed to the old address opens nothing any more, and whoever reads it is told."""
    await codes.forget(user.id, Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)
    await invitations.end_all(user.id)
    told = {'new_email': address, **mail.circumstances(audit.NOWHERE)}
    await mail.queue(Template.EMAIL_CHANGED, user.email, user, told)
