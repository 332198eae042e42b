"""Load on one path with a bearer token: `python bench/load.py PORT PATH TOKEN CONNECTIONS SECONDS`.

Each connection sends its next request when it has the answer to the last, until the time is over or it has been refused
REFUSALS times. Prints JSON: how many were `answered` with
200, how many `refused` with 401, and when the last of the first kind was sent (seconds since 1970). Raw sockets: a
client library would take more of the second core than the server has on the first.
"""

import asyncio
import json
import sys
import time

import uvloop

REFUSALS = 50
"""Answers of 401 after which a connection gives up: long enough to see whether it would be let through again."""

answered = refused = 0
last_answered = 0.0


async def ask(port: int, request: bytes, ends: float) -> None:
    global answered, refused, last_answered
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    left = REFUSALS
    while left and (sent := time.time()) < ends:
        writer.write(request)
        head = await reader.readuntil(b'\r\n\r\n')
        await reader.readexactly(int(head.lower().partition(b'content-length: ')[2].partition(b'\r')[0]))
        if head.startswith(b'HTTP/1.1 200'):
            answered, last_answered = answered + 1, max(last_answered, sent)
        else:
            assert head.startswith(b'HTTP/1.1 401'), head
            refused, left = refused + 1, left - 1
    writer.close()


async def main(port: str, path: str, token: str, connections: str, seconds: str) -> None:
    request = f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n'.encode()
    ends = time.time() + float(seconds)
    await asyncio.gather(*(ask(int(port), request, ends) for _ in range(int(connections))))
    print(json.dumps({'answered': answered, 'refused': refused, 'last_answered': last_answered}))


if __name__ == '__main__':
    uvloop.run(main(*sys.argv[1:]))
