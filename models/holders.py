"""People by the roles they hold, counted and named without reading them all: a million people hold five roles each.

The statements are written out because the ORM has no correlated EXISTS, without which SQLite would collect every holder
of each role first. What stands in them are numbers of rows and a moment: nothing that anybody typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.connection import get_connection

from models.clock import now

MANY = 10_001
"""Where counting ends: above ten thousand people nobody needs the last digit."""
RARE = 100_001
"""Where asking ends which of several roles the fewest people hold."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Those who hold all of some roles (at least one), but not all of any of the other sets. Roles by their row ids."""

    all_of: frozenset[int]
    none_of: tuple[frozenset[int], ...] = ()

    @property
    def is_vain(self) -> bool:
        """Whether nobody can be meant."""
        return not self.all_of or any(roles <= self.all_of for roles in self.none_of)


class Holders:
    """Who holds what at one moment. Of several walks it counts everybody once."""

    def __init__(self) -> None:
        self._at = now().isoformat(' ')
        self._sizes: dict[int, int] = {}

    async def count(self, walks: Sequence[Walk], most: int = MANY) -> int:
        """How many people are meant, `most` at most."""
        if not (statement := await self._statement(walks, most)):
            return 0
        return await _number(f'SELECT COUNT(*) AS found FROM ({statement}) AS f')  # noqa: S608 - numbers and a moment

    async def emails(self, walks: Sequence[Walk], most: int) -> tuple[str, ...]:
        """The addresses of some of them, in order."""
        if not (statement := await self._statement(walks, most)):
            return ()
        wanted = f'SELECT user_id FROM ({statement}) AS f'  # noqa: S608 - numbers
        rows = await get_connection('default').execute_query_dict(
            f'SELECT email FROM user_account WHERE id IN ({wanted}) ORDER BY email_key'  # noqa: S608 - numbers
        )
        return tuple(str(row['email']) for row in rows)

    async def _statement(self, walks: Sequence[Walk], most: int) -> str:
        parts = [await self._walk(walk) for walk in walks if not walk.is_vain]
        return f'{" UNION ".join(parts)} LIMIT {most}' if parts else ''

    async def _walk(self, walk: Walk) -> str:
        """Go through the holders of the role that the fewest hold, and look the others up."""
        for role in walk.all_of if len(walk.all_of) > 1 else ():
            if role not in self._sizes:
                self._sizes[role] = await _size(role)
        first, *others = sorted(walk.all_of, key=lambda role: (self._sizes.get(role, 0), role))
        conditions = [f'a.role_id = {int(first)}', self._is_live('a'), *map(self._holds, others)]
        for roles in walk.none_of:
            lacks = ' AND '.join(self._holds(role) for role in sorted(roles - walk.all_of))
            conditions.append(f'NOT ({lacks})')
        return f'SELECT a.user_id FROM user_role a WHERE {" AND ".join(conditions)}'  # noqa: S608 - numbers

    def _holds(self, role: int) -> str:
        return (
            'EXISTS (SELECT 1 FROM user_role b WHERE b.user_id = a.user_id'  # noqa: S608 - numbers
            f' AND b.role_id = {int(role)} AND {self._is_live("b")})'
        )

    def _is_live(self, table: str) -> str:
        return f"({table}.until IS NULL OR {table}.until > '{self._at}')"


async def _size(role: int) -> int:
    rows = f'SELECT 1 FROM user_role WHERE role_id = {int(role)} LIMIT {RARE}'  # noqa: S608 - numbers
    return await _number(f'SELECT COUNT(*) AS found FROM ({rows}) AS f')  # noqa: S608 - numbers


async def _number(statement: str) -> int:
    return int((await get_connection('default').execute_query_dict(statement))[0]['found'])
