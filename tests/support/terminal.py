"""A terminal with somebody at it, for what asks instead of reading a pipe."""

import os
import pty
import subprocess
from contextlib import suppress
from functools import partial

from tests.support.server import Server
from tests.support.waiting import eventually


async def typed_at(server: Server, *arguments: str, answers: dict[str, str]) -> tuple[int, str]:
    """Run a verb at a terminal, with each answer given at its question; exit status and all that was shown."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    with subprocess.Popen(  # noqa: ASYNC220 - starts at once and is waited for by looking
        server.command(*arguments),
        cwd=server.folder,
        env=server.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = ''

        def look(words: str) -> bool:
            nonlocal shown
            with suppress(OSError):  # nothing to read now, or the other end is closed
                shown += os.read(ours, 65536).decode()
            return words in shown if words else process.poll() is not None

        for question, answer in answers.items():
            await eventually(partial(look, question), why=f'{question!r}: {shown}')
            os.write(ours, f'{answer}\n'.encode())
        await eventually(lambda: look(''), why='the verb to end')
        look('')
    os.close(ours)
    return process.returncode, shown
