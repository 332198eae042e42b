"""Small texts that rest encrypted in the database, each kind under a key of its own that follows from SECRET_KEY."""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet

from auth.settings import get_settings


def seal(purpose: str, values: Mapping[str, str]) -> str:
    """`values` as a text that only this purpose can `unseal`."""
    return _cipher(purpose).encrypt(json.dumps(dict(values)).encode()).decode()


def unseal(purpose: str, text: str) -> dict[str, str]:
    """What `seal` was given.

    Raises:
        cryptography.fernet.InvalidToken: it is damaged, or was sealed for something else or under another SECRET_KEY
    """
    found: dict[str, str] = json.loads(_cipher(purpose).decrypt(text.encode()))
    return found


def _cipher(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(get_settings().derived_key(purpose)))
