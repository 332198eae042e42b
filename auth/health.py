"""Whether the database answers."""

import asyncio

from models import database
from models.database import DatabaseError

PATIENCE = 2.0
"""Seconds to wait for an answer: load balancers ask every few seconds and give up sooner or about then."""


async def is_up() -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await database.ping()
    except (DatabaseError, TimeoutError):
        return False
    return True
