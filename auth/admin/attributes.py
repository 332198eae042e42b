"""Verbs on attributes: what a site keeps of its people beyond e-mail and name."""

import re
from typing import Any

from auth import audit
from auth.admin.actor import Actor, authorize
from auth.attributes import Kind
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import is_text
from models.attribute import Attribute
from models.database import transaction

KEY = re.compile(r'[a-z][a-z0-9_]{0,59}')
LABEL_LENGTH = 100
"""Characters of a label, as its column has it: what fits over a field."""


async def define(actor: Actor, key: str, *, label: str = '', kind: Kind = Kind.TEXT, editable: bool = False) -> None:
    """Keep an attribute under this key, or change what is said of it. Without a label it reads as its key does.

    Raises:
        AuthError: ATTRIBUTE_KEY_INVALID (a key is small letters, digits and _; a label one line), FORBIDDEN
    """
    label = ' '.join(label.split()) or key.replace('_', ' ').capitalize()
    if not KEY.fullmatch(key) or len(label) > LABEL_LENGTH or not (label.isprintable() and is_text(label)):
        raise AuthError(Reason.ATTRIBUTE_KEY_INVALID)
    fields: dict[str, Any] = {'label': label, 'kind': kind, 'editable': editable}
    async with transaction():
        await authorize(actor)
        if not await Attribute.filter(key=key).update(**fields):
            await Attribute.create(key=key, position=await Attribute.all().count(), **fields)
        await audit.record(Act.ATTRIBUTE_DEFINED, None, actor=actor, details={'key': key})


async def delete(actor: Actor, key: str) -> None:
    """Keep an attribute no longer. What stands at people stays with them, and can be shown again.

    Raises:
        AuthError: ATTRIBUTE_UNKNOWN, FORBIDDEN
    """
    async with transaction():
        await authorize(actor)
        if not await Attribute.filter(key=key).delete():
            raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)
        await audit.record(Act.ATTRIBUTE_DELETED, None, actor=actor, details={'key': key})
