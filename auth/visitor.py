"""Where a request came from, passed to every verb that keeps or counts it."""

from dataclasses import dataclass

ADDRESS_LENGTH = 64
"""Characters kept of an address: an IPv6 address with a zone fits (45 + zone)."""
USER_AGENT_LENGTH = 400
"""Characters kept of a user agent: real ones stay below 300; the rest is somebody's experiment."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Address and user agent of a request, both from the outside: cut, and without control characters."""

    address: str
    user_agent: str

    @classmethod
    def of(cls, address: str, user_agent: str) -> 'Visitor':
        return cls(_clean(address, ADDRESS_LENGTH), _clean(user_agent, USER_AGENT_LENGTH))


def _clean(text: str, length: int) -> str:
    return ''.join(character for character in text[:length] if character.isprintable())
