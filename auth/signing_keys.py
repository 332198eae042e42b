"""The key pair that access tokens are signed with: made at the first start, the same for every process of a site.

It stands in the database, its private half sealed, so that a copy of the database alone can sign nothing.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from tortoise.exceptions import IntegrityError

from auth import sealed
from auth.settings import PREFIX, SettingsError
from models.clock import now
from models.setting import Setting

SETTING = 'signing_key'
"""Key of the row: {'private': the sealed half}."""
PURPOSE = 'signing-key'
"""What it is sealed for."""


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """One key pair. `kid` names it in tokens: its thumbprint (RFC 7638), so that the same key has the same name."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)
    public: Ed25519PublicKey
    jwk: Mapping[str, str]
    """The public half as others read it (RFC 8037)."""

    @classmethod
    def of(cls, raw: bytes) -> 'SigningKey':
        """The pair of a private half of 32 bytes."""
        private = Ed25519PrivateKey.from_private_bytes(raw)
        public = private.public_key()
        members = {'crv': 'Ed25519', 'kty': 'OKP', 'x': _base64url(public.public_bytes_raw())}
        text = json.dumps(members, separators=(',', ':'), sort_keys=True)
        kid = _base64url(hashlib.sha256(text.encode()).digest())
        return cls(kid, private, public, {**members, 'kid': kid, 'use': 'sig', 'alg': 'EdDSA'})


_current: SigningKey | None = None


def current() -> SigningKey:
    """The key of this site; RuntimeError before `load`."""
    if _current is None:
        raise RuntimeError('the signing key is not loaded: open the database first')
    return _current


async def load() -> None:
    """Read the key, or make it; of several first starts one wins.

    Raises:
        SettingsError: it cannot be opened
    """
    global _current
    made = {'private': _base64url(Ed25519PrivateKey.generate().private_bytes_raw())}
    defaults = {'value': {'sealed': sealed.seal(PURPOSE, made)}, 'changed_at': now()}
    try:
        row, _ = await Setting.get_or_create(key=SETTING, defaults=defaults)
    except IntegrityError:  # another first start was faster
        row = await Setting.get(key=SETTING)
    try:
        opened = sealed.unseal(PURPOSE, str(row.value.get('sealed')))
        _current = SigningKey.of(base64.urlsafe_b64decode(opened['private'] + '='))
    except (InvalidToken, KeyError, ValueError) as error:
        raise SettingsError(
            f'the signing key in the database cannot be opened with this {PREFIX}SECRET_KEY: restore a backup, or '
            f'delete the row "{SETTING}" of the table setting to have a new one made'
        ) from error


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()
