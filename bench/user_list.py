"""The list of people at 1,000 and at 1,000,000, five roles each: `.venv/bin/python -m bench.user_list [KIND [PEOPLE]]`.

KIND is sqlite or postgresql, both when left out. A page is asked for as /admin/users does it, up to the values that are
drawn. Selective questions leave the same 200 people at both sizes: their p95 with a million may be 1.5 times that with
a thousand; others may take 300 ms, or come as far as they got and say so.

Then the same word is searched for in Django admin's changelist over the same million rows, installed into a throw-away
environment (bench/django_list.py). Target: ours is at least 50 times as fast.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from auth.admin import user_list
from auth.admin.actor import OPERATOR
from auth.admin.user_list import COLUMNS, Filter, Sort, list_people
from bench.people import fill
from models import database
from models.people import Edge, Order, Place
from models.user import User
from tests.support import databases

FEW, MANY = 1_000, 1_000_000
TIMES = 40
RATIO, UNSELECTIVE = 1.5, 300
FASTER, DJANGO_TIMES = 50, 5
WORD = 'zyx'
PACKAGES = ('django>=5.2,<6', 'psycopg[binary]>=3')


class Case(NamedTuple):
    """One question. `middle` asks for a page half-way through the list."""

    name: str
    filter: Filter
    options: dict[str, Any]
    middle: bool = False


SELECTIVE = [
    Case('first page', Filter(), {}),
    Case('a page in the middle', Filter(), {}, middle=True),
    Case('by name, a page in the middle', Filter(), {'sort': Sort.NAME}, middle=True),
    *(Case(f'by {sort}{" descending" * down}', Filter(), {'sort': sort, 'descending': down})
      for sort in Sort for down in (False, True)),
    Case('role of 200', Filter(role='Rare'), {}),
    Case('blocked', Filter(status='blocked'), {}),
    Case('invited, by last seen', Filter(status='invited'), {'sort': Sort.SEEN}),
    Case('search finds 200', Filter(text=WORD), {}),
    Case('search finds 200, by created', Filter(text=WORD), {'sort': Sort.CREATED, 'descending': True}),
    Case('search and a role of half', Filter(text=WORD, role='Of 2: 1'), {}),
    Case('role of 200 and active', Filter(role='Rare', status='active'), {'sort': Sort.NAME}),
    Case('search finds nobody', Filter(text='nobody at all'), {}),
]  # fmt: skip
OTHERS = [
    Case('role of all', Filter(role='Everyone'), {}),
    Case('role of half, by name', Filter(role='Of 2: 1'), {'sort': Sort.NAME}),
    Case('role of a tenth, by last seen', Filter(role='Of 10: 3'), {'sort': Sort.SEEN}),
    Case('role of a hundredth', Filter(role='Of 100: 42'), {}),
    Case('active, by created', Filter(status='active'), {'sort': Sort.CREATED}),
    Case('search finds all', Filter(text='example'), {}),
    Case('search finds a sixteenth', Filter(text='klein'), {'sort': Sort.NAME}),
    Case('search finds 3,000', Filter(text='mia.klein'), {}),
    Case('a beginning, by email', Filter(text='mi'), {}),
    Case('search and a role of a tenth', Filter(text='klein', role='Of 10: 3'), {}),
    Case('search, a role of half, active', Filter(text='com', role='Of 2: 1', status='active'), {'sort': Sort.NAME}),
]
CASES = [*SELECTIVE, *OTHERS]


class Taken(NamedTuple):
    """Milliseconds of each answer, and what was found."""

    times: list[float]
    found: str

    def at(self, hundredth: int) -> float:
        return sorted(self.times)[min(len(self.times) * hundredth // 100, len(self.times) - 1)]


async def middle(case: Case, people: int) -> str:
    """A cursor half-way through the list."""
    sort = case.options.get('sort', Sort.EMAIL)
    user = await User.all().order_by(COLUMNS[sort], 'id').offset(people // 2).first()
    assert user is not None
    return str(user_list._closed(Edge(Place(getattr(user, COLUMNS[sort]), user.id)), Order(COLUMNS[sort])))


async def answer(url: str, people: int) -> None:
    """In a process of its own: take the number of a case from each line, answer with what it took and brought."""
    cursors: dict[str, str] = {}
    await database.connect(url)
    for line in sys.stdin:
        case = CASES[int(line)]
        if case.middle and case.name not in cursors:
            cursors[case.name] = await middle(case, people)
        began = time.perf_counter()
        page = await list_people(OPERATOR, case.filter, at=cursors.get(case.name, ''), **case.options)
        took = (time.perf_counter() - began) * 1000
        print(took, len(page.people), page.count, int(page.capped), page.looked_through or 0, flush=True)
    await database.close()


class Asked:
    """A process that answers, over one database."""

    def __init__(self, url: str, people: int) -> None:
        command = [sys.executable, '-m', 'bench.user_list', 'answer', url, str(people)]
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # closed by `close`

    def ask(self, case: Case) -> tuple[float, str]:
        """Milliseconds, and what was found, in words."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        print(CASES.index(case), file=self.child.stdin, flush=True)
        took, shown, count, capped, looked_through = self.child.stdout.readline().split()
        said = count + '+' * int(capped)
        return float(took), said + (f', {shown} among {looked_through} looked at' if int(looked_through) else '')

    def close(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        self.child.wait()


def in_turns(one: Asked, other: Asked) -> tuple[dict[str, Taken], dict[str, Taken]]:
    """Each case at both sizes in turns, so that what else the machine does falls on both."""
    found: tuple[dict[str, Taken], dict[str, Taken]] = ({}, {})
    for case in CASES:
        for size, asked in zip(found, (one, other), strict=True):
            size[case.name] = Taken([], asked.ask(case)[1])
            asked.ask(case)  # both warm up
        for _ in range(TIMES):
            for size, asked in zip(found, (one, other), strict=True):
                size[case.name].times.append(asked.ask(case)[0])
    return found


def report(kind: str, few: dict[str, Taken], many: dict[str, Taken]) -> None:
    line = '{:34} {:>7} {:>7}   {:>7} {:>7}   {:>5} {:>5}   {}'
    print(f'{kind}\n' + line.format('ms', 'p50', 'p95', 'p50', 'p95', 'p50', 'p95', 'found'))
    for case in CASES:
        one, other = few[case.name], many[case.name]
        met = (
            other.at(95) / one.at(95) <= RATIO
            if case in SELECTIVE
            else other.at(95) <= UNSELECTIVE or 'looked at' in other.found
        )
        figures = [f'{taken.at(hundredth):.1f}' for taken in (one, other) for hundredth in (50, 95)]
        ratios = [f'{other.at(hundredth) / one.at(hundredth):.2f}' for hundredth in (50, 95)]
        print(line.format(case.name, *figures, *ratios, other.found + ('' if met else '   NOT MET')))
    whole = [sorted(t for case in SELECTIVE for t in all_[case.name].times) for all_ in (few, many)]
    for hundredth in (50, 95):
        first, second = (times[len(times) * hundredth // 100] for times in whole)
        ratio = f'ratio {second / first:.2f}; target {RATIO}'
        print(f'all selective together: p{hundredth} {first:.1f} and {second:.1f} ms, {ratio}')


def install(folder: Path) -> str:
    """Make the throw-away environment; its Python."""
    subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
    python = str(folder / 'bin' / 'python')
    subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
    return python


def against_django(python: str, url: str, ours: Asked) -> None:
    """The same word in turns."""
    parts = urlsplit(url)
    where = ('sqlite3', url.removeprefix('sqlite:///')) if parts.scheme == 'sqlite' else ('postgresql', parts.path[1:])
    search = next(case for case in CASES if case.filter == Filter(text=WORD))
    times = [ours.ask(search)[0] for _ in range(TIMES)]
    command = [python, str(Path(__file__).with_name('django_list.py')), *where, WORD, str(DJANGO_TIMES)]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    times += [ours.ask(search)[0] for _ in range(TIMES)]
    viewed, rendered = (statistics.median(json.loads(line)) * 1000 for line in out.splitlines())
    mine = statistics.median(times)
    print(
        f'"{WORD}" in the larger: ours {mine:.1f} ms, Django admin {viewed:.0f} ms and {rendered:.0f} ms to render; '
        f'without what it renders {viewed / mine:.0f} times as fast; target {FASTER}',
        flush=True,
    )


async def measure(kind: str, many: int, folder: Path, python: Callable[[], str]) -> None:
    async with AsyncExitStack() as stack:
        urls = {}
        for people in (FEW, many):
            urls[people] = await stack.enter_async_context(databases.migrated(kind, folder))
            began = time.monotonic()
            await fill(urls[people], people)
            print(f'{kind}: {people:,} people in {time.monotonic() - began:.0f} s', flush=True)
        few, larger = Asked(urls[FEW], FEW), Asked(urls[many], many)
        stack.callback(few.close)
        stack.callback(larger.close)
        report(kind, *in_turns(few, larger))
        against_django(python(), urls[many], larger)


async def main() -> None:
    kinds = sys.argv[1:2] or databases.available()
    many = int(sys.argv[2]) if len(sys.argv) > 2 else MANY
    with tempfile.TemporaryDirectory() as name:
        os.environ['NICEGATE_DATA_DIR'] = name  # where the key is that cursors are sealed with
        python: list[str] = []

        def installed() -> str:
            if not python:
                python.append(install(Path(name) / 'venv'))
            return python[0]

        for kind in kinds:
            (folder := Path(name) / kind).mkdir()
            await measure(kind, many, folder, installed)
            for path in folder.iterdir():
                path.unlink()


if __name__ == '__main__':
    asyncio.run(answer(sys.argv[2], int(sys.argv[3])) if sys.argv[1:2] == ['answer'] else main())
