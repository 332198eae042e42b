"""Update profile: somebody's own name, and the attributes that a site admin lets people edit."""

from collections.abc import Mapping

from tortoise.expressions import F

from auth import attributes as attributes_
from auth import audit, sessions
from auth.attributes import Attribute
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import check_name
from auth.visitor import Visitor
from models import change
from models.database import transaction
from models.user import User


async def update_profile(
    digest: str | None, visitor: Visitor, *, name: str | None = None, attributes: Mapping[str, str] | None = None
) -> None:
    """Store what is given: a name, attributes by key ('' takes one away). What is not given stays.

    Raises:
        AuthError: NOT_SIGNED_IN, NAME_INVALID, ATTRIBUTE_UNKNOWN (none, or not for people to edit), ATTRIBUTE_INVALID,
            ATTRIBUTE_MISSING
    """
    new_name = None if name is None else check_name(name)
    known = {attribute.key: attribute for attribute in await attributes_.definitions()}
    values = {key: _check(known.get(key), key, value) for key, value in (attributes or {}).items()}
    async with transaction():
        session = await sessions.get_live(digest)
        user = await User.filter(id=session.user_id).select_for_update().get()
        fields: dict[str, object] = {'attributes': attributes_.changed(user.attributes, values)} if values else {}
        if new_name is not None:
            fields |= {'name': new_name, 'name_key': new_name.casefold()}
        if not fields:
            return
        await User.filter(id=user.id).update(version=F('version') + 1, **fields)
        await change.record('user', user_id=user.id)
        changed = ', '.join(sorted({*fields, *values} - {'name_key', 'attributes'}))
        await audit.record(Act.PROFILE_CHANGED, user, visitor, details={'fields': changed})


def _check(attribute: Attribute | None, key: str, value: str) -> str:
    if attribute is None or not attribute.editable:
        raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)
    return attributes_.check_own(attribute, value)
