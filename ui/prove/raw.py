"""HTTP requests exactly as they are written: polite clients correct the odd ones before they send them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

MOST = 20_000_000
"""Bytes of an answer that are read: no page is larger."""
PATIENCE = 30.0
"""Seconds for a whole answer: a page that waits for its browser is sent after ten."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` 0: nothing, or no HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def fetch(port: int, target: str, *, method: str = 'GET', headers: Mapping[str, str] | None = None) -> Answer:
    """Ask the server on this machine, in a connection of its own."""
    lines = [f'{method} {target} HTTP/1.0', f'Host: 127.0.0.1:{port}']  # 1.0: the body comes whole, never in chunks
    lines += [f'{name}: {value}' for name, value in (headers or {}).items()]
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    try:
        writer.write('\r\n'.join([*lines, '', '']).encode('utf-8', 'surrogateescape'))
        async with asyncio.timeout(PATIENCE):
            return _read(await _all(reader))
    except (TimeoutError, ConnectionError):
        return Answer(0, {}, b'')
    finally:
        writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    parts, size = list[bytes](), 0
    while (part := await reader.read(2**16)) and size < MOST:
        parts.append(part)
        size += len(part)
    return b''.join(parts)


def _read(raw: bytes) -> Answer:
    head, _, body = raw.partition(b'\r\n\r\n')
    first, *lines = head.decode('latin-1').split('\r\n')
    words = first.split(' ', 2)
    if len(words) < 2 or not words[1].isdigit():
        return Answer(0, {}, raw)
    pairs = (line.partition(':') for line in lines)
    return Answer(int(words[1]), {name.lower(): value.strip() for name, _, value in pairs}, body)
