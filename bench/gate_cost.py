"""CPU time of a gated page against the same page ungated, in interleaved rounds: `.venv/bin/python -m bench.gate_cost`.

`/premium` is gated as a page, `/parts` is a page with 20 sections, each with a gate of its own.

Both servers run the same site; the baseline's door lets everybody through unread (bench/ungated.py). Target: the
gated page costs at most 1/0.90 of the other, so the ratio printed is at least 0.90.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import httpx

from tests.support import databases
from tests.support.people import join_without_browser
from tests.support.server import ROOT, Server

ROUNDS, REQUESTS = 9, 100
PATHS = ('/premium', '/parts')
PAGES = ROOT / 'bench' / 'pages.py'


class Ungated(Server):
    """The same server with the door taken out."""

    def command(self, *arguments: str) -> list[str]:
        if arguments[0] != 'run':
            return super().command(*arguments)
        return [sys.executable, str(ROOT / 'bench' / 'ungated.py'), *arguments]


def cpu_seconds(server: Server) -> float:
    """User and system time of the server's process so far, all threads."""
    assert server.process is not None
    fields = Path(f'/proc/{server.process.pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def round_of(server: Server, http: httpx.AsyncClient, path: str) -> float:
    """Milliseconds of CPU per page."""
    before = cpu_seconds(server)
    for _ in range(REQUESTS):
        answer = await http.get(f'{server.url}{path}')
        assert 'Reserve' in answer.text, f'{answer.status_code}: {server.output[-2000:]}'
    return (cpu_seconds(server) - before) / REQUESTS * 1000


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / kind for kind in ('gated', 'ungated')]
        for folder in folders:
            folder.mkdir()
        async with (
            databases.migrated('sqlite', folders[0]) as one,
            databases.migrated('sqlite', folders[1]) as two,
            httpx.AsyncClient() as http,
        ):
            gated = Server(one, folders[0], pages=PAGES, bench_drop='1')
            ungated = Ungated(two, folders[1], pages=PAGES, bench_drop='1')
            try:
                await gated.start()
                await ungated.start()
                await join_without_browser(http, gated, 'Premium')
                for path in PATHS:
                    await round_of(gated, http, path), await round_of(ungated, http, path)  # warm up
                    rounds = [
                        (await round_of(gated, http, path), await round_of(ungated, http, path)) for _ in range(ROUNDS)
                    ]
                    report(path, rounds)
            finally:
                await gated.stop()
                await ungated.stop()


def report(path: str, rounds: list[tuple[float, float]]) -> None:
    ratios = [without / with_ for with_, without in rounds]
    print(path)
    print(f'  gated    {statistics.median(r[0] for r in rounds):.2f} ms of CPU per page')
    print(f'  ungated  {statistics.median(r[1] for r in rounds):.2f} ms of CPU per page')
    print(f'  ratio    {statistics.median(ratios):.3f} (rounds {min(ratios):.3f} to {max(ratios):.3f}); target 0.90')


if __name__ == '__main__':
    asyncio.run(main())
