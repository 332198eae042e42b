"""Other processes: `await run('record', url, 1, 20)`. Each prints what it did as one line of JSON."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from models import change, database
from models.user import User
from tests.models import stock  # noqa: F401  swaps the stock library in when that was asked for

ROOT = Path(__file__).parents[2]


async def start(verb: str, *arguments: object) -> Process:
    words = [str(argument) for argument in arguments]
    return await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'tests.models.children', verb, *words, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )


async def ended(process: Process, *, within: float = 30) -> tuple[int, str, str]:
    """Exit status, output and errors. A process that does not end is killed and fails the test."""
    from tests.support.waiting import SLOWNESS  # found out once, and not in each child

    try:
        async with asyncio.timeout(within * SLOWNESS):
            output, errors = await process.communicate(b'')
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f'the process did not end within {within} s') from None
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def run(verb: str, *arguments: object) -> Any:
    """What the verb returned; the test fails when it raised."""
    status, output, errors = await ended(await start(verb, *arguments))
    assert status == 0, errors
    return json.loads(output.splitlines()[-1])


async def migrate(url: str) -> object:
    await database.connect(url)
    try:
        return await database.migrate()
    finally:
        await database.close()


async def count(url: str, times: str) -> object:
    """Read a number, think, write it plus one."""
    await database.connect(url)
    try:
        for _ in range(int(times)):
            async with database.transaction():
                user = await User.get(email_key='counter')
                await User.filter(email_key='other').exists()
                await User.filter(id=user.id).update(version=user.version + 1)
    finally:
        await database.close()
    return int(times)


async def record(url: str, first: str, times: str) -> object:
    """Commit changes for the users `first`, `first` + 1, …"""
    await database.connect(url)
    try:
        for user_id in range(int(first), int(first) + int(times)):
            async with database.transaction():
                await change.record('user', user_id=user_id)
    finally:
        await database.close()
    return int(times)


async def leave(url: str) -> object:
    """Fail after connecting, and close nothing."""
    await database.connect(url)
    await User.all().count()
    raise SystemExit(3)


async def hold(url: str) -> object:
    """Keep the write lock until standard input ends."""
    await database.connect(url)
    try:
        async with database.transaction():
            print('held', flush=True)  # noqa: T201  whoever started this waits for it
            await asyncio.to_thread(sys.stdin.read)
    finally:
        await database.close()
    return 'let go'


VERBS: dict[str, Callable[..., Awaitable[object]]] = {
    verb.__name__: verb for verb in (migrate, count, record, leave, hold)
}

if __name__ == '__main__':

    async def main() -> object:
        return await VERBS[sys.argv[1]](*sys.argv[2:])

    sys.stdout.write(json.dumps(asyncio.run(main())) + '\n')
