"""Codes sent by mail: eight letters, ten minutes, five tries, the newest only, for one purpose and one person.

Tries are counted for each source: whoever goes through a stranger's code spoils it for themselves, not for its owner.

A code is stored as a keyed digest: there are few enough of them to be tried through by whoever reads the database.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tortoise.expressions import F

from auth import audit, limits
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.settings import get_settings
from auth.visitor import Visitor
from models.clock import now
from models.code import Code
from models.database import transaction
from models.user import User

ALPHABET: Final = 'BCDFGHJKLMNPQRSTVWXZ'
"""Twenty letters that are not mistaken for each other and make no words (RFC 8628, 6.1)."""
LENGTH: Final = 8
"""Letters: 20^8 codes, so that five tries at each of a day's twenty hit one in 256 million (RFC 8628, 5.1)."""
LIFETIME: Final = timedelta(minutes=10)
"""Design, section 7."""
TRIES: Final = 5
"""Design, section 7: of one source."""
ALL_TRIES: Final = 50
"""Of all sources: ten that guess together, at each of a day's twenty codes, hit one in 25 million."""


class Purpose(StrEnum):
    """What a mailed code is for."""

    VERIFY_EMAIL = 'verify email'
    RESET_PASSWORD = 'reset password'  # noqa: S105 - a purpose
    CHANGE_EMAIL = 'change email'


async def issue(purpose: Purpose, user: User, *, address: str | None = None) -> str:
    """A new code in place of all earlier ones of that purpose, inside the caller's transaction: `WDJB-MJHT`.

    `address` is what the code is about where that is not the user's own address. The code is shown this once.
    """
    text = ''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    at = now()
    await forget(user.id, purpose)
    await Code.create(
        purpose=purpose,
        digest=_digest(purpose, user.id, text),
        user=user,
        created_at=at,
        ends_at=at + LIFETIME,
        address=address,
    )
    return f'{text[:4]}-{text[4:]}'


async def check(purpose: Purpose, user: User | None, typed: str, visitor: Visitor, *, about: str) -> None:
    """Take one of the five tries at the newest code of somebody, who may be nobody (`about` is the address given).
    That is committed when this returns: a refusal later on gives no try back.

    Raises:
        AuthError: CODE_INVALID: wrong, too old, used, tried too often, replaced by a newer one, or nobody's
    """
    async with transaction():  # which writes something in each case: the time of a refusal tells nothing
        found = await find(purpose, user, typed) if await _take_try(purpose, user, visitor) else None
        if found is None:
            await audit.record(Act.CODE_REFUSED, user, visitor, about=about, details={'purpose': purpose})
    if found is None:
        raise AuthError(Reason.CODE_INVALID)


async def _take_try(purpose: Purpose, user: User | None, visitor: Visitor) -> bool:
    """Whether there is a code to be tried from there, inside the caller's transaction: of any number of tries at once
    five of one source get through.
    """
    live = await Code.filter(
        purpose=purpose,
        user_id=user.id if user else 0,  # nobody's id: for strangers the same is asked
        used_at__isnull=True,
        ends_at__gt=now(),
        tries__lt=ALL_TRIES,
    ).first()
    if live is None:
        return False
    data, source = dict(live.data or {}), _source(visitor)
    tries = dict(data.get('tries') or {})
    tries[source] = tries.get(source, 0) + 1
    if tries[source] > TRIES:
        return False
    return bool(await Code.filter(id=live.id).update(tries=F('tries') + 1, data={**data, 'tries': tries}))


def _source(visitor: Visitor) -> str:
    """Where a try comes from, so that no address stands in the database for it."""
    source = limits.source_of(visitor.address)
    return hmac.digest(get_settings().derived_key('code source'), source.encode(), hashlib.sha256).hex()[:16]


async def redeem(purpose: Purpose, user: User | None, typed: str) -> Code:
    """Spend the code, inside the caller's transaction and after `check`; of two uses at once one wins.

    Raises:
        AuthError: CODE_INVALID
    """
    row = await find(purpose, user, typed)
    if row is None or not await Code.filter(id=row.id, used_at__isnull=True).update(used_at=now()):
        raise AuthError(Reason.CODE_INVALID)
    return row


async def find(purpose: Purpose, user: User | None, typed: str) -> Code | None:
    """The code that `redeem` would spend now. Asking uses nothing up."""
    text = normal(typed)
    if user is None or text is None:
        return None
    return await Code.get_or_none(
        purpose=purpose,
        user_id=user.id,
        digest=_digest(purpose, user.id, text),
        used_at__isnull=True,
        ends_at__gt=now(),
    )


async def forget(user_id: int, *purposes: Purpose) -> None:
    """Drop the codes of a person for these purposes, inside the caller's transaction."""
    await Code.filter(user_id=user_id, purpose__in=[str(purpose) for purpose in purposes]).delete()


def normal(typed: str) -> str | None:
    """A code as it is digested: in capitals, without what people put between the letters; None for what is no code."""
    if len(typed) > 64:
        return None
    text = ''.join(character for character in typed.upper() if character.isalnum())
    return text if len(text) == LENGTH and set(text) <= set(ALPHABET) else None


def _digest(purpose: str, user_id: int, text: str) -> str:
    return hmac.digest(
        get_settings().derived_key('code'), f'{purpose}\n{user_id}\n{text}'.encode(), hashlib.sha256
    ).hex()
