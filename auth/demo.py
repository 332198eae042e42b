"""The people of the example site, so that its gates can be tried: random passwords, shown once, no default account."""

from collections.abc import Mapping

from auth import accounts, declared, passwords
from auth.admin import users
from auth.admin.actor import OPERATOR

PEOPLE: Mapping[str, tuple[str, ...]] = {
    'staff@cars.example': ('Admin',),
    'premium@cars.example': ('Premium',),
    'both@cars.example': ('Admin', 'Premium'),
    'plain@cars.example': (),
}
GROUPS: Mapping[str, frozenset[str]] = {
    'Admin': frozenset({'Admin'}),
    'Premium': frozenset({'Premium'}),
    'Admin Premium': frozenset({'Admin', 'Premium'}),
}


async def create() -> list[tuple[str, str | None]]:
    """Make whoever is missing; returns (e-mail, password), with None for those who were there already."""
    await declared.store(GROUPS)
    made: list[tuple[str, str | None]] = []
    for email, roles in PEOPLE.items():
        password = None
        if await accounts.find_by_email(email) is None:
            password = passwords.generate()
            await users.create(OPERATOR, email, password, name=email.partition('@')[0].capitalize(), roles=roles)
        made.append((email, password))
    return made
