"""`check` lists the gates and ends with a status: for a developer at a terminal, and for CI."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import databases, sql
from tests.support.server import ROOT, Server, free_port

PAGES = """
from ui.gate import gated, group, page, section

group('Premium', roles=['Premium'])
section('/staff', groups=['Premium'])

@page('/cars', access='public')
def cars() -> None: ...

@page('/staff/desk')
def desk() -> None: ...

@gated(groups=['Premium'])
def offers() -> None: ...
"""

Declare = Callable[[str], object]
MINE = ('--pages', 'my_pages.py')


@pytest.fixture
async def desk(tmp_path: Path):
    """A command line over an empty database, in a folder of its own, where no server runs."""
    async with databases.migrated('sqlite', tmp_path) as url:
        yield Server(url, tmp_path)


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """`declare(code)`: from now on that stands in my_pages.py."""
    return (tmp_path / 'my_pages.py').write_text


@pytest.mark.parametrize('example', sorted((ROOT / 'examples').glob('*.py')), ids=lambda file: file.name)
async def test_the_examples_are_in_order_and_their_gates_committed(desk: Server, example: Path):
    assert f'{example.with_name("gates.lock")} is up to date.' in await desk.cli('check', '--pages', str(example))


async def test_everything_with_a_gate_is_listed_once_and_aligned(desk: Server, declare: Declare):
    declare(PAGES)
    said = await desk.cli('check', *MINE)
    for row in (
        '/cars        public',
        '/staff/desk  Premium',
        'offers  Premium',
        'Premium      a member holds Premium',
    ):
        assert said.count(f'  {row}\n') == 1, said
    assert said.index('Sections and handlers') < said.index('Groups') < said.index("Nicegate's own pages")
    assert said.endswith(
        'No gates.lock yet: "check --write" makes it. Once it is committed, "check" says who gains what.\n'
    )
    assert not (desk.folder / 'gates.lock').exists()


async def test_check_fails_for_a_page_without_a_gate_and_for_a_group_that_exists_nowhere(
    desk: Server, declare: Declare
):
    declare(PAGES.replace(", access='public'", ''))
    assert '/cars' in await desk.cli('check', *MINE, refused=True)
    for whose in ("section('/staff', ", '@gated('):
        declare(PAGES.replace(f"{whose}groups=['Premium']", f"{whose}groups=['Premum']"))
        assert 'did you mean "Premium"' in await desk.cli('check', *MINE, refused=True)


async def test_groups_of_the_database_count_and_one_without_roles_admits_nobody(desk: Server, declare: Declare):
    await desk.cli(
        'create-user', 'ann@cars.example', '--role', 'Premium', '--password-stdin', typed='nine quiet lanterns'
    )
    declare("from ui.gate import page\n\n@page('/best', groups=['Premium'])\ndef best() -> None: ...\n")
    assert 'Premium        a member holds Premium' in await desk.cli('check', *MINE)
    await sql.rows(
        desk.database_url, "DELETE FROM group_role WHERE group_id = (SELECT id FROM access_group WHERE key = 'Premium')"
    )
    assert 'nobody can open "/best"' in await desk.cli('check', *MINE, refused=True)


async def test_check_refuses_what_the_start_would_refuse(desk: Server, declare: Declare):
    declare("from nicegui import ui\n\n\n@ui.page('/plain')\ndef plain() -> None: ...\n")
    for verb in (('run', '--port', str(free_port())), ('check',)):
        assert '/plain' in await desk.cli(*verb, *MINE, refused=True)


async def test_a_pull_request_shows_who_gains_what_until_it_is_written_down(desk: Server, declare: Declare):
    declare(PAGES)
    assert 'gates.lock was written: commit it.\n' in await desk.cli('check', '--write', *MINE)
    await desk.cli('check', *MINE)
    declare(PAGES.replace("section('/staff', groups=['Premium'])", "section('/staff', access='signed-in')"))
    said = await desk.cli('check', *MINE, refused=True)
    assert said == 'nicegate: gates.lock lacks 1 change, see above: run "check --write" and commit it'
    assert (
        'gates.lock was written: commit it.\n  Everybody who is signed in gains /staff/desk (now signed-in)\n'
    ) in await desk.cli('check', '--write', *MINE)
    assert (desk.folder / 'gates.lock').read_text().split('\n')[2:] == [
        'file "my_pages.py"', 'page /cars: public', 'page /staff/desk: signed-in', 'part "offers": "Premium"',
        'group "Premium": "Premium"', '',
    ]  # fmt: skip


async def test_a_lock_needs_no_database(desk: Server, declare: Declare):
    declare(PAGES)
    desk.environment['NICEGATE_DATABASE_URL'] = 'postgresql://nobody@127.0.0.1:1/nothing'
    await desk.cli('check', '--write', *MINE, refused=True)
    declare(PAGES.replace('public', 'signed-in'))
    said = await desk.cli('check', *MINE, refused=True)
    assert '127.0.0.1:1' in said
    assert 'page /cars: public' in (desk.folder / 'gates.lock').read_text()
