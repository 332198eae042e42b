"""Access tokens: what a program shows with each request. A signed name of its session, and no right in it: who somebody
is and what they may do is asked each time.
"""

import time
from datetime import timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import jwt

from auth.errors import AuthError, Reason
from auth.settings import get_settings
from auth.signing_keys import SigningKey, current

LIFETIME: Final = timedelta(minutes=10)
"""How long one is good (design, section 4)."""
LEEWAY: Final = 5
"""Seconds that the clocks of two machines of one site may differ; with NTP they differ by less than one."""
AUDIENCE: Final = 'nicegate'
ALGORITHM: Final = 'EdDSA'
TYPE: Final = 'at+jwt'
"""Says that it is an access token, so that no other kind of ours can ever be taken for one (RFC 9068, 2.1)."""
CLAIMS: Final = ('iss', 'aud', 'exp', 'iat', 'sub', 'sid')
"""Required of each."""
LENGTH: Final = 2048
"""Characters of the longest that is looked at: ours have 400 to 700, by the site's address."""
REMEMBERED: Final = 10_000
"""Tokens whose signature is not checked again: about 2 KB each, and more programs than one process can serve."""


class Claims(NamedTuple):
    """What is needed of a token whose signature is right. `exp` is in seconds since 1970."""

    sid: str
    exp: int


def issue(uid: str, sid: str) -> str:
    """A token for the session `sid` of the person with this public id."""
    key, at = current(), int(time.time())
    claims = {
        'iss': get_settings().url,
        'aud': AUDIENCE,
        'exp': at + int(LIFETIME.total_seconds()),
        'iat': at,
        'sub': uid,
        'sid': sid,
    }
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={'typ': TYPE, 'kid': key.kid})


def read(token: str) -> str:
    """The `sid` of a token that is ours and not over. Whether that session is alive is another question.

    Raises:
        AuthError: TOKEN_INVALID
    """
    claims = _verified(current(), get_settings().url, token)
    if claims.exp + LEEWAY <= time.time():  # each time: a token that was good once is remembered
        raise AuthError(Reason.TOKEN_INVALID)
    return claims.sid


@lru_cache(maxsize=REMEMBERED)
def _verified(key: SigningKey, issuer: str, token: str) -> Claims:
    """Only what is right is remembered: a refusal raises."""
    if len(token) > LENGTH:
        raise AuthError(Reason.TOKEN_INVALID)
    try:
        found = jwt.decode_complete(
            token,
            key.public,
            algorithms=[ALGORITHM],  # pinned: what the token says of itself is not believed
            audience=AUDIENCE,
            issuer=issuer,
            leeway=LEEWAY,
            options={'require': list(CLAIMS), 'strict_aud': True},
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise AuthError(Reason.TOKEN_INVALID) from error
    header, claims = found['header'], found['payload']
    if header.get('typ') != TYPE or header.get('kid') != key.kid or not isinstance(claims['sid'], str):
        raise AuthError(Reason.TOKEN_INVALID)
    return Claims(claims['sid'], int(claims['exp']))
