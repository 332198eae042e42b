"""What a person types about themselves, checked and brought into the one form that is stored."""

import unicodedata

import email_validator
from email_validator import EmailNotValidError, validate_email

from auth.errors import AuthError, Reason

# A private network names its hosts as it likes; the library's own documentation says to change this list.
for _private in ('local', 'localhost', 'test'):
    if _private in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_private)

EMAIL_LENGTH = 254
"""Longest address that mail can be sent to (RFC 5321, 4.5.3.1.3, with the erratum)."""
KEY_LENGTH = 3 * EMAIL_LENGTH
"""Longest key, as its column has it: case folding makes up to three characters of one."""
ENCODED = '=?'
"""What an encoded word begins with (RFC 2047, 2): a mail's header reads line breaks and commas out of one."""
NAME_LENGTH = 200
"""Longest display name; the longest personal names on record stay below it."""


def check_email(email: str) -> tuple[str, str]:
    """Return (address to store and mail, key that is unique).

    The key is NFKC with a case-folded local part and an IDNA domain, so that `Ana@Straße.example` and
    `ana@xn--strae-oqa.example` are one person. Domains are not looked up: a private network has its own.

    Raises:
        AuthError: EMAIL_INVALID
    """
    text = email.strip()
    if not text or len(text) > EMAIL_LENGTH or not text.isprintable() or ENCODED in text:
        raise AuthError(Reason.EMAIL_INVALID)
    try:
        parts = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise AuthError(Reason.EMAIL_INVALID) from error
    local = unicodedata.normalize('NFKC', parts.local_part).casefold()
    key = f'{local}@{(parts.ascii_domain or parts.domain).lower()}'
    # NFKC makes a space or an @ of characters that look like one, and 18 characters of U+FDFA.
    too_long = len(parts.normalized) > EMAIL_LENGTH or len(key) > KEY_LENGTH
    if too_long or not local.isprintable() or set(local) & {' ', '@'}:
        raise AuthError(Reason.EMAIL_INVALID)
    return parts.normalized, key


def check_name(name: str) -> str:
    """Return the name as stored: outer and doubled white space gone.

    Raises:
        AuthError: NAME_INVALID when it is too long or holds control characters
    """
    text = ' '.join(name.split())
    if len(text) > NAME_LENGTH or not text.isprintable() or not is_text(text):
        raise AuthError(Reason.NAME_INVALID, maximum=NAME_LENGTH)
    return text


def is_text(value: str) -> bool:
    """Whether a string can be stored at all: PostgreSQL refuses NUL, and lone surrogates are not UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return '\0' not in value
