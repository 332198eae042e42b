"""What a developer declares wrongly is one line with file, line and cure, and never opens anything."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest
from nicegui import app, core

from tests.support.declared import alone
from ui.gate import loading, registry, ways_in
from ui.gate import visit as visits
from ui.gate.registry import DeclarationError

HEAD = (
    'from nicegui import app, ui\nfrom ui.gate import account_pages, files, gated, group, needs, page, route, section\n'
)
MAIN = Path(__file__).parents[2] / 'main.py'


@pytest.fixture(autouse=True)
def _nothing_else():
    with alone():
        yield


@pytest.fixture
def refused(tmp_path):
    """`refused(code)`: the line that a pages file of this code is refused with, checked for its file and line."""

    def load(code: str, line: int = 3, **options: bool) -> str:
        file = tmp_path / 'my_pages.py'
        file.write_text(HEAD + code, encoding='utf-8', errors='surrogatepass')
        with pytest.raises(DeclarationError) as caught:
            loading.load(file, **options)
        said = str(caught.value)
        assert said.startswith(f'{file}:{line}: '), said
        assert '\n' not in said
        return said

    return load


def page(path: str) -> str:
    return f"@page({path!r}, access='public')\ndef anything(): pass\n"


def page_with(path: str, name: str) -> str:
    return f"@page({path!r}, access='public')\ndef anything({name}): pass\n"


VAULT = "files('/vault', '.', groups=['Premium'])\n"
REPORT = "@route('/rep/a', groups=['Premium'])\ndef report(): pass\n"


@pytest.mark.parametrize(('one', 'other'), [
    (VAULT, page_with('/vault/{name}', 'name')), (VAULT, page('/vault/a')), (VAULT, page_with('/{x}/a', 'x')),
    (VAULT, "@route('/vault/a', access='public')\ndef f(): pass\n"),
    (VAULT, "files('/vault/a', '.', access='public')\n"),
    (VAULT, "files('/vault', '.', access='public')\n"),
    (REPORT, page('/rep/a')), (REPORT, page_with('/rep/{x}', 'x')), (REPORT, page_with('/{x}/a', 'x')),
    (REPORT, "@route('/rep/{x}', access='public')\ndef f(x): pass\n"),
    (REPORT, "files('/rep', '.', access='public')\n"),
])  # fmt: skip
def test_one_address_has_one_gate_in_whatever_order(refused, monkeypatch, one, other):
    for first, second in ((one, other), (other, one)):
        line = 3 + first.count('\n')
        said = refused(first + second, line)
        assert 'my_pages.py:3: change one path' in said
        for name, empty in (('_pages', {}), ('_routes', [])):
            monkeypatch.setattr(registry, name, empty)


@pytest.mark.parametrize('code', [
    page('/vault') + VAULT, VAULT + page('/other'), page_with('/{x}', 'x') + VAULT, page_with('/rep/{x}', 'x') + VAULT,
    page_with('/rep/{x}', 'x') + page('/rep/a'), VAULT + "files('/vault/a', '.', groups=['Premium'])\n",
    REPORT + REPORT.replace(', groups', ", methods=['POST'], groups"), REPORT + page('/rep'), REPORT + page('/rep/b'),
])  # fmt: skip
def test_what_shares_no_address_or_has_the_same_gate_may_stand(tmp_path, code):
    file = tmp_path / 'my_pages.py'
    file.write_text(HEAD + code)
    loading.load(file)


@pytest.mark.parametrize(('code', 'line', 'cure'), [
    ("group('Premium', roles=['A'])\ngroup('premium', roles=['B'])", 4, 'spell it in one way'),
    ("group('A', roles=['Vip', 'VIP'])", 3, 'spell it in one way'),
    ("group('A', roles=['Vip'])\ngroup('B', roles=['VIP'])", 4, 'spell it in one way'),
    ("group('A', roles=['site admin'])", 3, 'choose other names'),
    ("group('A', roles=['x' * 101])", 3, '1 to 100 printable'),
    ("group('A', roles=['a\\0b'])", 3, '1 to 100 printable'),
    ("group('A', roles=['\\ud800'])", 3, '1 to 100 printable'),
    ("group('A', roles=[' '])", 3, '1 to 100 printable'),
    ("group(5, roles=['A'])", 3, '1 to 100 printable'),
    ("group('', roles=['A'])", 3, '1 to 100 printable'),
    ("group('A', roles=None)", 3, 'roles is a list'),
    ("group('A', roles=[])", 3, 'at least one name'),
    ("page('/a', groups=5)", 3, 'groups is a list'),
    ("page('/a', groups=[5])", 3, '1 to 100 printable'),
    ("page('/a', groups='Premium')", 3, "write groups=['Premium']"),
    ("page('/a', access=['public'])", 3, "'public' or 'signed-in'"),
    ("page('/a', order='first')", 3, 'order is a number'),
    ("page('/a', order=float('nan'))", 3, 'order is a number'),
    ("page('/a', title='\\ud800')", 3, 'printable'),
    ("page('/a', title='x' * 201)", 3, 'at most 200'),
    ("page('/a', title=5)", 3, 'title is a text'),
    ("page('/a', icon=object())", 3, 'icon is the name'),
    ("page('/a', nav='x')", 3, 'nav is True or False'),
    ("page('/a', locked=1)", 3, 'locked is True or False'),
    ('page(None)', 3, "such as '/cars'"),
    ('page(5)', 3, "such as '/cars'"),
    ('@page\ndef a(): pass', 3, "write @page('/cars', …)"),
    ('@route\ndef a(): pass', 3, "write @route('/cars', …)"),
    ("@page('/a')\nclass A: pass", 3, 'a page is a function'),
    ("page('/a')(5)", 3, 'a page is a function'),
    ("@page('/a')\ndef a(): yield", 3, 'yield'),
    ("@page('/a')\nasync def a(): yield", 3, 'yield'),
    ("@page('/a')\ndef a(x: 'int['): pass", 3, 'a type of a'),
    ("class A:\n    @page('/a')\n    def a(self): pass", 4, 'a page is a function, not a method'),
    ("@page('/{y}')\ndef x(): pass", 3, 'x does not take y of its path: write def x(y: str)'),
    ("@page('/{y}/{z}')\ndef x(a: int = 1): pass", 3, 'does not take y, z of its path: write def x(y: str, z: str, …)'),
    ("route('/a', access='public', methods='GET')", 3, "methods=['GET']"),
    ('@gated\ndef a(): pass', 3, "write @gated(groups=['Premium'])"),
    ('gated()', 3, "write @gated(groups=['Premium'])"),
    ("gated(access='public', groups=['A'])", 3, 'not both'),
    ("gated(groups=['A'], otherwise='no')", 3, 'otherwise is a function'),
    ("@gated(groups=['A'])\nclass B: pass", 3, 'a section is a function'),
    ("@gated(groups=['A'])\ndef a(): yield", 3, 'a section builds as it runs'),
    ("@gated(groups=['A'])\n@gated(groups=['B'])\ndef a(): pass", 3, 'has a gate already'),
    ("@page('/a', access='public')\n@gated(groups=['B'])\ndef a(): pass", 3, 'has a gate already'),
    ("@gated(groups=['B'])\n@page('/a', access='public')\ndef a(): pass", 3, 'has a gate already'),
    ("needs('A')(needs('B')(print))", 3, 'has a gate already'),
    ('needs()', 3, "write needs('Premium')(reserve)"),
    ('needs(print)', 3, "@needs says who may: write @needs('Premium')"),
    ("needs(['Sailor'])", 3, "needs takes names: write needs('Sailor')"),
    ("needs(groups=['A', 'B'])", 3, "needs takes names: write needs('A', 'B')"),
    ("@gated('Sailor')\ndef a(): pass", 3, "write @gated(groups=['Sailor'])"),
    ("gated(group='Sailor')", 3, "write groups=['Sailor'], not group="),
    ("page('/a', group='Sailor')", 3, "write groups=['Sailor'], not group="),
    ("section('/a', group='Sailor')", 3, "write groups=['Sailor'], not group="),
    ("route('/a', group='Sailor')", 3, "write groups=['Sailor'], not group="),
    ("files('/a', '.', group='Sailor')", 3, "write groups=['Sailor'], not group="),
    ("page('/a', roles=['Sailor'])", 3, "declare group('Sailor', roles=['Sailor']) and write groups=['Sailor']"),
    ("route('/a', roles=[])", 3, "route takes groups=['…'], not roles: declare group('…', roles=['…'])"),
    ("page('/a', titel='x')", 3, 'page does not take titel=: did you mean "title"?'),
    ("route('/a', acess='public')", 3, 'route does not take acess=: did you mean "access"?'),
    ("group('Empty')", 3, "group needs its roles: write group('Empty', roles=['…'])"),
    ("group('A', role='B')", 3, "write roles=['B'], not role="),
    ("needs('A')(5)", 3, "write needs('Premium')(reserve)"),
    ("section('/a')", 3, 'what its pages inherit'),
    ("section('a', groups=['A'])", 3, 'must start with'),
    ("section('/a', groups=['A'], access='public')", 3, 'not both'),
    ("section('/a', groups=['A'])\nsection('/a', groups=['B'])", 4, 'keep one of the two'),
    ("section('/a', layout=5)", 3, 'one "yield"'),
    ("def around(x): yield\nsection('/a', layout=around)", 4, 'cannot be given "x"'),
    ("async def around(): yield\npage('/a', access='public', layout=around)", 4, 'one "yield"'),
    ("page('/a', access='public', layout=print)", 3, 'one "yield"'),
    ("files('/a', None, access='public')", 3, 'no folder'),
    ("files('/a/{x}', '.', access='public')", 3, 'no parameters'),
])  # fmt: skip
def test_a_wrong_declaration_names_its_cure(refused, code, line, cure):
    assert cure in refused(code, line)


@pytest.mark.parametrize(('code', 'cure'), [
    ('ui.run()', 'remove ui.run()'),
    ('ui.run_with(app)', 'remove ui.run_with()'),
    ("ui.label('x')", 'outside of a page'),
    ('ui.timer(1, print)', 'outside of a page'),
    ("ui.add_head_html('<p>')", 'outside of a page'),
    ("@ui.page('/x')\ndef x(): pass", 'page(…)'),
    ("@app.get('/x')\ndef x(): pass", 'route(…)'),
    ("@app.post('/x')\ndef x(): pass", 'route(…)'),
    ("@app.websocket('/x')\ndef x(): pass", 'route(…)'),
    ("app.add_static_files('/x', '.')", 'files(…)'),
    ("app.add_static_file(local_file=__file__, url_path='/x')", 'files(…)'),
    ('app.add_static_file(local_file=__file__)', 'files(…)'),
    ("app.add_media_files('/x', '.')", 'files(…)'),
    ("app.mount('/x', app)", 'files(…)'),
    ('app.add_middleware(object)', 'a middleware would stand before the gate'),
    ("@app.middleware('http')\ndef x(): pass", 'a middleware would stand before the gate'),
    ("try: ui.label('x')\nexcept Exception: pass", 'outside of a page'),
])  # fmt: skip
def test_what_answers_beside_the_gate_is_refused_at_its_line(refused, code, cure):
    assert cure in refused(code)
    assert not app.user_middleware


@pytest.mark.parametrize('code', [
    'raise GeneratorExit', "raise BaseException('mine')", "raise BaseExceptionGroup('mine', [GeneratorExit()])",
    'raise SystemExit', 'int(', "eval('1 +')",
])  # fmt: skip
def test_whatever_the_file_raises_is_one_line(refused, code):
    refused(code)


@pytest.mark.parametrize(('code', 'cure'), [
    ('import tabulat', '"tabulat": install it into Nicegate\'s environment, or serve with --reload and a requirements'),
    ('from ui.gates import page', 'there is no module "ui.gates" in Nicegate: did you mean "ui.gate"?'),
    ('from ui.gate import pagee', 'there is no "pagee" in ui.gate: did you mean "page"?'),
    ('from auth.current_user import CurentUser', 'did you mean "CurrentUser"?'),
    ('from nicegui import uii', "ImportError: cannot import name 'uii'"),
    ('import nicegui.uii', "ModuleNotFoundError: No module named 'nicegui.uii'"),
])  # fmt: skip
def test_an_import_that_finds_nothing_names_its_cure(refused, code, cure):
    assert cure in refused(code)


def test_a_package_that_is_missing_can_be_had_while_one_writes(refused):
    said = refused('import tabulat', reloads=True)
    assert said.endswith('"tabulat": write its package into requirements.txt beside my_pages.py and save')


@pytest.mark.parametrize('content', [b'x = 1\0', b'x = "\xff"'])
def test_a_file_that_is_no_text_is_named(tmp_path, content):
    file = tmp_path / 'my_pages.py'
    file.write_bytes(content)
    with pytest.raises(DeclarationError) as caught:
        loading.load(file)
    assert str(caught.value).startswith(f'{file}:')
    assert 'None' not in str(caught.value)


def test_once_the_file_is_loaded_nicegui_is_as_it_was(tmp_path):
    from nicegui import Client, ui

    def hooks():
        return [ui.run, ui.run_with, Client.__init__, app.add_middleware, app.router.add_api_route]

    before = hooks()
    (tmp_path / 'my_pages.py').write_text('x = 1')
    loading.load(tmp_path / 'my_pages.py')
    assert hooks() == before


def test_to_ask_which_page_this_is_makes_no_page():
    assert visits.current() is None
    assert not core.script_mode


@pytest.mark.parametrize('command', ['check', 'run'])
@pytest.mark.parametrize('code', [
    'ui.run()', "group('A', roles=['Vip', 'VIP'])", "ui.label('x')",
    "@page('/login')\ndef f(): pass", "@route('/profile', access='public')\ndef f(): pass",  # our own pages count, too
])  # fmt: skip
def test_a_wrong_file_ends_both_commands_with_one_line(tmp_path, command, code):
    file = tmp_path / 'my_pages.py'
    file.write_text(HEAD + code)
    with closing(create_server(('127.0.0.1', 0))) as free:
        port = free.getsockname()[1]
    environment = {'PATH': os.environ['PATH'], 'NICEGATE_DATA_DIR': str(tmp_path), 'NICEGATE_PORT': str(port)}
    done = subprocess.run(
        [sys.executable, MAIN, command, '--pages', file],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ''
    assert len(done.stderr.splitlines()) == 1
    assert 'my_pages.py:' in done.stderr
    if '/login' in code:
        assert "change one path, or for your own sign-in page: account_pages(login='/enter')" in done.stderr


@pytest.mark.parametrize(('parameters', 'cure'), [
    ('user', 'give it the type CurrentUser'), ('user: str', 'give it the type CurrentUser'),
    ("session=''", 'give it the type CurrentUser'), ('sort', 'give "sort" a type'), ('sort=1', 'give "sort" a type'),
])  # fmt: skip
def test_who_somebody_is_never_comes_from_the_address(refused, parameters, cure):
    assert cure in refused(f"@page('/who', access='signed-in')\ndef who({parameters}): pass\n")


WHO = 'from auth.current_user import CurrentUser\n'


@pytest.mark.parametrize(('before', 'page'), [
    ("section('/a', access='public')", "@page('/a/b')\ndef b(user: CurrentUser): pass"),
    ('def around(user: CurrentUser): yield', "@page('/a', access='public', layout=around)\ndef a(): pass"),
    ('', "@page('/a', access='public')\ndef a(user: CurrentUser): pass"),
])  # fmt: skip
def test_a_public_page_counts_on_nobody(refused, before, page):
    assert 'write "CurrentUser | None"' in refused(f'{WHO}{before}\n{page}', 5)


def test_pages_inherit_from_the_nearest_section_whichever_is_declared_first(tmp_path):
    file = tmp_path / 'my_pages.py'
    paths = ['/staff', '/staff/a', '/staff/a/b', '/staffroom']
    file.write_text(HEAD + '\n'.join([
        *(f"@page('{path}')\ndef f{n}(): pass" for n, path in enumerate(paths)),
        "section('/staff', groups=['Admin'])",
        "section('/staff/a', access='signed-in')",
        "@page('/staff/own', groups=['Premium'])\ndef own(): pass",
    ]))  # fmt: skip
    loading.load(file)
    gates = {page.path: str(page.gate) for page in registry.pages()}
    assert gates == {
        '/staff': 'Admin', '/staff/a': 'signed-in', '/staff/a/b': 'signed-in', '/staffroom': 'None',
        '/staff/own': 'Premium',
    }  # fmt: skip


@pytest.mark.parametrize('code', [
    "section('/a', groups=['Premuim'])", "@gated(groups=['Premuim'])\ndef a(): pass", "needs('Premuim')(print)",
])  # fmt: skip
def test_a_group_that_exists_nowhere_is_found_before_anybody_is_served(tmp_path, code):
    file = tmp_path / 'my_pages.py'
    file.write_text(HEAD + code)
    loading.load(file)
    [line] = loading.unknown_groups(['Premium'])
    assert line == f'{file}:3: there is no group "Premuim": did you mean "Premium"?'


@pytest.mark.parametrize(
    ('code', 'line', 'said'),
    [
        ('account_pages()', 3, "names a page: write account_pages(login='/enter')"),
        ('account_pages(login=7)', 3, "login is the path of a page such as '/enter', not 7"),
        ("account_pages(signup=['/join'])", 3, "signup is the path of a page such as '/enter', not ['/join']"),
        ("account_pages(login='/enter')\naccount_pages(signup='/join')", 4, 'my_pages.py:3: keep one of the two'),
    ],
)
def test_account_pages_that_cannot_be_named_are_refused(refused, code, line, said):
    assert refused(code, line).endswith(said)


ENTER = "@page('/enter', {})\ndef enter({}): pass\n"


@pytest.mark.parametrize(
    ('code', 'said'),
    [
        (ENTER.format("access='public'", ''), None),
        (ENTER.format("access='public'", "next: str = '/'"), None),
        ('', 'there is no page "/enter" for login: there is none yet'),
        (page('/entre'), 'there is no page "/enter" for login: did you mean "/entre"?'),
        (ENTER.format("access='signed-in'", ''), "my_pages.py:4: declare it with access='public'"),
        (ENTER.format("groups=['Admin']", ''), "my_pages.py:4: declare it with access='public'"),
        (ENTER.format("title='Enter'", ''), "my_pages.py:4: declare it with access='public'"),
        (ENTER.format("access='public'", 'next: str'), 'cannot open without "next": give that a default'),
    ],
)
def test_account_pages_that_would_let_nobody_in_are_refused(tmp_path, code, said):
    file = tmp_path / 'my_pages.py'
    file.write_text(f"{HEAD}account_pages(login='/enter')\n{code}")
    loading.load(file)
    if said is None:
        ways_in.check()
        assert (ways_in.sign_in_location('/a?b=c'), ways_in.sign_up_location()) == ('/enter?next=/a%3Fb%3Dc', '/signup')
        return
    with pytest.raises(DeclarationError) as caught:
        ways_in.check()
    assert str(caught.value).startswith(f'{file}:3: ') and str(caught.value).endswith(said)


def test_a_layout_around_the_whole_site_leaves_our_own_pages_alone(tmp_path):
    """They are the way in when a developer's code is broken, and some are there for nobody in particular."""
    file = tmp_path / 'my_pages.py'
    file.write_text(
        HEAD
        + 'from auth.current_user import CurrentUser\n'
        + "def around(user: CurrentUser):\n    yield\nsection('/', access='signed-in', layout=around)\n"
        + "@page('/')\ndef home():\n    pass\n"
    )
    with alone(beside_ours=True):
        loading.load(file)
        registry.refuse_contradictions()
        assert {page.path for page in registry.pages() if page.layout is not page.own_layout} == {'/'}
        assert all(page.gate for page in registry.pages())


def test_a_folder_is_looked_for_beside_the_file_that_names_it(tmp_path, refused):
    (tmp_path / 'photos').mkdir()
    file = tmp_path / 'my_pages.py'
    file.write_text(f"{HEAD}files('/photos', 'photos', access='public')")
    loading.load(file)
    assert [route.template.path for route in registry.routes()] == ['/photos']
    assert f'there is no folder {tmp_path / "videos"}' in refused("files('/videos', 'videos', access='public')")


def test_a_group_that_nobody_declared_is_to_be_declared(tmp_path):
    file = tmp_path / 'my_pages.py'
    file.write_text(f"{HEAD}section('/a', groups=['Sailor'])")
    loading.load(file)
    [line] = loading.unknown_groups(['Site admins'])
    assert line.endswith("""there is no group "Sailor": declare it with group('Sailor', roles=['…'])""")


@pytest.mark.parametrize(('code', 'said'), [
    ("gated(groups=['A'])(lambda: None)()", 'the section <lambda> is called outside of a page'),
    ("needs('A')(print)()", 'print, which has a gate, is called outside of a page'),
    ('current_session()', 'current_session() is called outside of a page'),
])  # fmt: skip
def test_what_needs_a_page_says_so_where_it_is_called_without_one(refused, code, said):
    assert said in refused(f'from ui.gate import current_session\n{code}', 4)
