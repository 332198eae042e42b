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
from auth.declared import did_you_mean
from auth.errors import AuthError
from ui import messages
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
    try:
        roles = [*act['roles'], *await _roles_of(act['groups'])]
        began = time.time()
        if act['verb'] == 'create':
            await users.create(OPERATOR, act['email'], act['password'], name=act['name'], roles=roles)
        else:
            verb = {'grant': users.grant, 'revoke': users.revoke}[act['verb']]
            uid = await users.find(OPERATOR, act['email'])
            for role in roles:
                await verb(OPERATOR, uid, role)
    except AuthError as error:
        return {'error': messages.say_to_operator(error)}
    except Exception as error:  # whatever it is: the other side says it
        return {'error': str(error) or type(error).__name__}
    return {'began': began}


async def _roles_of(names: list[str]) -> list[str]:
    """The roles of groups, each once."""
    groups = await start.read_groups() if names else {}
    for name in names:
        if name not in groups:
            raise ValueError(f'there is no group "{name}": {did_you_mean(name, groups)}')
    return sorted({role for name in names for role in groups[name]})


if __name__ == '__main__':
    logs.configure(logging.WARNING)  # to stderr: standard output carries the answers
    without_env_file()
    asyncio.run(_serve())
