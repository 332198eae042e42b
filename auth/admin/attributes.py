"""Verbs on attributes: what a site keeps of its people beyond e-mail and name."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from auth import attributes, audit
from auth.admin.actor import Actor, authorize
from auth.attributes import Kind
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.people import is_text
from models import change
from models.attribute import Attribute
from models.database import transaction

KEY = re.compile(r'[a-z][a-z0-9_]{0,59}')
LABEL_LENGTH = 100
"""Characters of a label, as its column has it: what fits over a field."""
COUNT: Final = 40
"""Attributes of a site: a form with one field for each can still be sent (see PROFILE_SIZE in ui/posts.py)."""

Among = Literal['any', 'new', 'known']


async def known(actor: Actor) -> tuple[attributes.Attribute, ...]:
    """All of them, in order.

    Raises:
        AuthError: FORBIDDEN
    """
    await authorize(actor)
    return await attributes.definitions()


async def define(
    actor: Actor,
    key: str,
    *,
    label: str = '',
    kind: Kind = Kind.TEXT,
    editable: bool = False,
    at_sign_up: bool = False,
    required: bool = False,
    among: Among = 'any',
) -> None:
    """Keep an attribute under this key, or change what is said of it. Without a label it reads as its key does. `among`
    says whether the key has to be new, or known.

    Raises:
        AuthError: ATTRIBUTE_KEY_INVALID (a key is small letters, digits and _), ATTRIBUTE_LABEL_INVALID (one line),
            ATTRIBUTE_TAKEN, ATTRIBUTE_UNKNOWN, ATTRIBUTES_MANY, FORBIDDEN
    """
    if not KEY.fullmatch(key):
        raise AuthError(Reason.ATTRIBUTE_KEY_INVALID)
    label = ' '.join(label.split()) or key.replace('_', ' ').capitalize()
    if len(label) > LABEL_LENGTH or not (label.isprintable() and is_text(label)):
        raise AuthError(Reason.ATTRIBUTE_LABEL_INVALID)
    fields: dict[str, Any] = {
        'label': label,
        'kind': kind,
        'editable': editable,
        'at_sign_up': at_sign_up,
        'required': required,
    }
    async with _changing(actor, Act.ATTRIBUTE_DEFINED, key):
        if among == 'new' and await Attribute.exists(key=key):
            raise AuthError(Reason.ATTRIBUTE_TAKEN, key=key)
        if await Attribute.filter(key=key).update(**fields):
            return
        if among == 'known':
            raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)
        keys = await _keys()
        if len(keys) >= COUNT:
            raise AuthError(Reason.ATTRIBUTES_MANY, maximum=COUNT)
        await Attribute.create(key=key, position=len(keys), **fields)
        await _put_in_order([*keys, key])


async def move(actor: Actor, key: str, by: Literal[-1, 1]) -> None:
    """Show an attribute one place earlier or later. At either end it stays.

    Raises:
        AuthError: ATTRIBUTE_UNKNOWN, FORBIDDEN
    """
    async with _changing(actor, Act.ATTRIBUTE_MOVED, key):
        keys = await _keys()
        if key not in keys:
            raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)
        at = keys.index(key)
        keys.insert(min(max(at + by, 0), len(keys)), keys.pop(at))
        await _put_in_order(keys)


async def delete(actor: Actor, key: str) -> None:
    """Keep an attribute no longer. What stands at people stays with them, and can be shown again.

    Raises:
        AuthError: ATTRIBUTE_UNKNOWN, FORBIDDEN
    """
    async with _changing(actor, Act.ATTRIBUTE_DELETED, key):
        if not await Attribute.filter(key=key).delete():
            raise AuthError(Reason.ATTRIBUTE_UNKNOWN, key=key)


@asynccontextmanager
async def _changing(actor: Actor, act: Act, key: str) -> AsyncIterator[None]:
    async with transaction():
        await authorize(actor)
        await change.record('settings')
        yield
        await audit.record(act, None, actor=actor, details={'key': key})


async def _keys() -> list[str]:
    return [row.key for row in await Attribute.all().order_by('position', 'id')]


async def _put_in_order(keys: list[str]) -> None:
    for position, key in enumerate(keys):
        await Attribute.filter(key=key).exclude(position=position).update(position=position)
