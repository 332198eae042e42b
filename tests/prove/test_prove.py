"""`main.py prove` on pages as developers write them: it touches nothing of theirs, and says what was found."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.server import FOREIGN, ROOT

TRAP = 'NICEGATE_DATABASE_URL=sqlite:///trap.sqlite3\nNICEGATE_SECRET_KEY=short\nNICEGATE_DATA_DIR=trap\n'


async def prove(folder: Path, *options: str) -> tuple[int, str, str]:
    """Exit status, output and errors. The settings that stand in the folder's `.env` would stop a start."""
    (folder / '.env').write_text(TRAP.replace('NICEGATE_SECRET_KEY=short\n', '') if not options else TRAP)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / 'main.py'), 'prove', *options),
        cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert {name for name in os.listdir(folder) if not name.endswith('.py')} == {'.env'}  # noqa: PTH208 - one word
    return process.returncode or 0, out.decode(), err.decode()


def row(text: str, page: str, persona: str) -> list[str]:
    """The cells of a line of the table."""
    block = text.partition(f'\n{page}  ')[2].partition('\n\n')[0]
    line = next(line for line in block.splitlines() if line[2:].startswith(f'{persona}  '))
    return re.split(r'\s{2,}|(?<=shut) |(?<=open) |(?<=access) ', line[2:].strip())


async def test_the_example_is_proved(tmp_path: Path):
    status, out, err = await prove(tmp_path)
    assert (status, err) == (0, ''), out + err
    assert '7 pages, 9 people: every combination of 3 roles, and signed out' in out
    assert re.search(r'^[\d,]+ checks, 0 differ, slowest revocation \d+ ms, \d+\.\d s$', out.splitlines()[-1])
    assert max(map(len, out.splitlines())) <= 100
    cells = row(out, '/premium', 'Premium')
    assert cells[:-1] == ['Premium', 'open', 'open', 'shut', 'open', 'open', 'shut', 'shut', 'shut', '-']
    assert re.fullmatch(r'\d+ ms', cells[-1])
    shut = ['shut'] * 5 + ['-'] * 3
    assert row(out, '/premium', 'Admin') == ['Admin', 'no access', 'no access', *shut]
    assert row(out, '/premium', 'signed out') == ['signed out', 'sign in', 'sign in', *shut]
    for act in ('/premium, without Premium', '/staff, without Admin', '/staff/fleet, without', '/admin, without'):
        assert f'  {act}' in out
    assert int(re.findall(r'slowest revocation (\d+) ms', out)[0]) < 5000


async def test_pages_of_every_kind_are_proved_and_what_fails_says_why(tmp_path: Path):
    status, out, err = await prove(tmp_path, '--pages', str(Path(__file__).with_name('rich_pages.py')))
    differing = [line for line in out.splitlines() if line.startswith('! /')]
    assert len(differing) == 2, out
    assert "! /broken, address (rich_pages.py:82: KeyError: 'no such car'): expected open, seen failed" in out
    assert '! /pattern/{code}, address (no values were found for its parameters)' in out
    assert status == 1
    assert re.fullmatch(r'nicegate: 2 of [\d,]+ checks differ: see above\n', err)
    assert row(out, '/broken', 'Key holder')[:3] == ['Key holder', 'no access', 'no access']  # it is shut all the same
    assert '  Key holder + Night shift of the airport\n' in out
    assert '  moves on to another page' in out
    assert re.search(r'^/orders/\{number\} \(route\)$', out, re.MULTILINE)


@pytest.mark.parametrize(('pages', 'said'), [
    ('no-such-file.py', 'there is no such pages file'),
    ("from ui.gate import page\n@page('/a', groups=['Premum'])\ndef a() -> None: ...\n", 'there is no group "Premum"'),
    ('import sys\nsys.exit(3)\n', 'my_pages.py:2: SystemExit: 3'),
], ids=['missing', 'group', 'exit'])  # fmt: skip
async def test_pages_that_cannot_be_served_are_one_line(tmp_path: Path, pages: str, said: str):
    if '\n' in pages:
        (tmp_path / 'my_pages.py').write_text(pages)
    status, out, err = await prove(tmp_path, '--pages', 'my_pages.py' if '\n' in pages else pages)
    assert (status, out) == (1, '')
    assert said in err
    assert len(err.splitlines()) == 1
