"""A process beside the server that makes people and changes their roles, as the command line does.

It reads acts from standard input, one JSON object a line, and answers each with one line; it ends with its input.
"""

import asyncio
import json
import logging
import sys
import time
from typing import Any

from auth import logs, start
from auth.admin import users
from auth.admin.actor import OPERATOR
from ui.prove.clean import without_env_file


async def _serve() -> None:
    await start.open_database()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(json.dumps(await _answer(json.loads(line))) + '\n')
            sys.stdout.flush()
    finally:
        await start.close_database()


async def _answer(act: dict[str, Any]) -> dict[str, Any]:
    """What was done and the moment at which it was begun (seconds since 1970); or why it was not."""
    began = time.time()
    try:
        if act['verb'] == 'create':
            await users.create(OPERATOR, act['email'], act['password'], name=act['name'], roles=act['roles'])
        else:
            verb = {'grant': users.grant, 'revoke': users.revoke}[act['verb']]
            await verb(OPERATOR, await users.find(OPERATOR, act['email']), act['role'])
    except Exception as error:  # whatever it is: the other side says it
        return {'error': f'{type(error).__name__}: {error}'}
    return {'began': began}


if __name__ == '__main__':
    logs.configure(logging.WARNING)  # to stderr: standard output carries the answers
    without_env_file()
    asyncio.run(_serve())
