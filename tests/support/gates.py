"""A second process on a server's database that changes gates and redirects, as another instance would."""

import asyncio
import json
import subprocess
import sys
from typing import Any

from tests.support.server import ROOT, Server

Words = str | list[str] | None
"""A gate: 'public', 'signed-in', a list of groups, or none."""


async def change_gate(site: Server, path: str, gate: Words, *, code: Words) -> None:
    """Put a gate in the place of what the code says; None puts the code's back."""
    await _act(site, {'path': path, 'gate': gate, 'code': code})


async def set_redirects(site: Server, **redirects: str) -> None:
    """Set redirects to pages that are public by code."""
    await _act(site, {'redirects': redirects})


async def _act(site: Server, act: dict[str, Any]) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'tests.support.gates', json.dumps(act),
        cwd=site.folder, env=site.environment | {'PYTHONPATH': str(ROOT)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    _, said = await child.communicate()
    assert child.returncode == 0, said.decode()


async def _main(act: dict[str, Any]) -> None:
    from auth import page_gates, start
    from auth.access import Access, Gate
    from auth.admin import pages
    from auth.admin.actor import OPERATOR
    from auth.page_gates import DeclaredPage, Use

    def read(words: Words) -> Gate | None:
        return Gate(Access.GROUPS, frozenset(words)) if isinstance(words, list) else words and Gate(Access(words))  # type: ignore[return-value]

    await start.open_database()
    try:
        if 'redirects' in act:
            page_gates.declare(DeclaredPage(path, path, Gate(Access.PUBLIC)) for path in act['redirects'].values())
            await pages.set_redirects(OPERATOR, {Use(use): path for use, path in act['redirects'].items()})
            return
        page_gates.declare([DeclaredPage(act['path'], act['path'], read(act['code']))])
        if (gate := read(act['gate'])) is not None:
            await pages.set_gate(OPERATOR, act['path'], gate)
        else:
            await pages.reset(OPERATOR, act['path'])
    finally:
        await start.close_database()


if __name__ == '__main__':
    asyncio.run(_main(json.loads(sys.argv[1])))
