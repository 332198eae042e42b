"""The list of people at 1,000 and at 1,000,000, five roles each: `.venv/bin/python -m bench.user_list [KIND [PEOPLE]]`.

KIND is sqlite or postgresql, both when left out. A page is asked for as /admin/users does it, up to the values that are
drawn. Selective questions leave the same 200 people at both sizes: their p95 with a million may be 1.5 times that with
a thousand; others may take 300 ms, or come as far as they got and say so. Sizes take turns, so that what else the
machine does falls on both.

Then the same word is searched for in Django admin's changelist over the same million rows, installed into a throw-away
environment (bench/django_list.py). Target: ours is at least 50 times as fast.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from auth.admin import user_list
from auth.admin.actor import OPERATOR
from auth.admin.user_list import COLUMNS, Filter, PeoplePage, Sort, list_people
from auth.settings import get_settings
from bench.people import fill
from models import database
from models.people import Edge, Order, Place
from models.user import User
from tests.support import databases

FEW, MANY = 1_000, 1_000_000
ROUNDS, TIMES = 5, 8
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


class Taken(NamedTuple):
    """Milliseconds of each answer, and the last of them."""

    times: list[float]
    page: PeoplePage

    def at(self, hundredth: int) -> float:
        return sorted(self.times)[min(len(self.times) * hundredth // 100, len(self.times) - 1)]


async def middle(case: Case, people: int) -> str:
    """A cursor half-way through the list."""
    sort = case.options.get('sort', Sort.EMAIL)
    user = await User.all().order_by(COLUMNS[sort], 'id').offset(people // 2).first()
    assert user is not None
    return str(user_list._closed(Edge(Place(getattr(user, COLUMNS[sort]), user.id)), Order(COLUMNS[sort])))


async def ask(cases: Sequence[Case], people: int, cursors: dict[str, str]) -> dict[str, Taken]:
    taken = {}
    for case in cases:
        if case.middle and case.name not in cursors:
            cursors[case.name] = await middle(case, people)
        times = []
        for number in range(-2, TIMES):
            began = time.perf_counter()
            page = await list_people(OPERATOR, case.filter, at=cursors.get(case.name, ''), **case.options)
            if number >= 0:  # the first ones warm up
                times.append((time.perf_counter() - began) * 1000)
        taken[case.name] = Taken(times, page)
    return taken


async def rounds(urls: dict[int, str]) -> dict[int, dict[str, Taken]]:
    """Every case at every size, in turns."""
    cursors: dict[int, dict[str, str]] = {people: {} for people in urls}
    all_: dict[int, dict[str, Taken]] = {people: {} for people in urls}
    for _ in range(ROUNDS):
        for people, url in urls.items():
            await database.connect(url)
            for name, taken in (await ask([*SELECTIVE, *OTHERS], people, cursors[people])).items():
                before = all_[people].get(name)
                all_[people][name] = Taken((before.times if before else []) + taken.times, taken.page)
            await database.close()
    return all_


def report(kind: str, few: dict[str, Taken], many: dict[str, Taken]) -> None:
    line = '{:34} {:>7} {:>7}   {:>7} {:>7}   {:>5} {:>5}   {}'
    print(f'{kind}\n' + line.format('ms', 'p50', 'p95', 'p50', 'p95', 'p50', 'p95', 'found'))
    for case in [*SELECTIVE, *OTHERS]:
        one, other = few[case.name], many[case.name]
        page = other.page
        met = other.at(95) / one.at(95) <= RATIO if case in SELECTIVE else other.at(95) <= UNSELECTIVE
        said = f'{page.count}{"+" * page.capped}'
        if page.looked_through is not None:
            said += f', {len(page.people)} of them among the first {page.looked_through}'
        figures = [f'{taken.at(hundredth):.1f}' for taken in (one, other) for hundredth in (50, 95)]
        ratios = [f'{other.at(hundredth) / one.at(hundredth):.2f}' for hundredth in (50, 95)]
        print(line.format(case.name, *figures, *ratios, said + ('' if met else '   NOT MET')))
    whole = [sorted(t for case in SELECTIVE for t in all_[case.name].times) for all_ in (few, many)]
    for hundredth in (50, 95):
        one, other = (times[len(times) * hundredth // 100] for times in whole)
        print(f'all selective together: p{hundredth} {one:.1f} and {other:.1f} ms, ratio {other / one:.2f}; {RATIO}')


def install(folder: Path) -> str:
    """Make the throw-away environment; its Python."""
    subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
    python = str(folder / 'bin' / 'python')
    subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
    return python


async def against_django(python: str, url: str) -> None:
    """The same word, ours before and after Django's, on a machine that does nothing else of ours meanwhile."""
    parts = urlsplit(url)
    where = ('sqlite3', url.removeprefix('sqlite:///')) if parts.scheme == 'sqlite' else ('postgresql', parts.path[1:])
    search = [case for case in SELECTIVE if case.name == 'search finds 200']
    await database.connect(url)
    times = (await ask(search, MANY, {}))[search[0].name].times
    script = Path(__file__).with_name('django_list.py')
    child = await asyncio.create_subprocess_exec(
        python, str(script), *where, WORD, str(DJANGO_TIMES), stdout=subprocess.PIPE
    )
    out, _ = await child.communicate()
    times += (await ask(search, MANY, {}))[search[0].name].times
    await database.close()
    viewed, rendered = (statistics.median(json.loads(text)) * 1000 for text in out.decode().splitlines())
    ours = statistics.median(times)
    print(
        f'"{WORD}" among a million: ours {ours:.1f} ms, Django admin {viewed:.0f} ms and {rendered:.0f} ms to render: '
        f'{viewed / ours:.0f} times as fast without what Django renders; target {FASTER}'
    )


async def measure(kind: str, many: int, folder: Path, python: Callable[[], str]) -> None:
    async with AsyncExitStack() as stack:
        urls = {}
        for people in (FEW, many):
            urls[people] = await stack.enter_async_context(databases.migrated(kind, folder))
            began = time.monotonic()
            await fill(urls[people], people)
            print(f'{kind}: {people:,} people in {time.monotonic() - began:.0f} s', flush=True)
        all_ = await rounds(urls)
        report(kind, all_[FEW], all_[many])
        await against_django(await asyncio.to_thread(python), urls[many])


async def main() -> None:
    kinds = sys.argv[1:2] or databases.available()
    many = int(sys.argv[2]) if len(sys.argv) > 2 else MANY
    with tempfile.TemporaryDirectory() as name:
        get_settings().data_dir = Path(name)  # the key that cursors are sealed with
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
    asyncio.run(main())
