"""Public ids: UUIDv7, so that they say nothing about how many there are and still sort by birth in an index."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A fresh UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))
