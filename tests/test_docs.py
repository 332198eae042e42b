"""What the documents show works: examples can be served, commands exist with their options, links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import typer

from auth.declared import FIXED
from auth.settings import Settings
from main import cli
from tests.conftest import Serve
from tests.support.declared import alone
from tests.support.documents import TOOLS, Document, documents
from tests.support.people import Person, new_email, post
from tests.support.server import ROOT
from ui.gate import checks, loading, registry
from ui.gate.gates import Gates, declared

COMMANDS = typer.main.get_group(cli).commands
PYTHON = ('python', '.venv/bin/python')
each_document = pytest.mark.parametrize('document', documents(), ids=str)
SETTINGS = {name.upper() for name in Settings.model_fields}


def unpack(document: Document, folder: Path) -> None:
    """Make what a reader has at the end: the folders that commands make, and the files."""
    for made in (words[1] for words in document.commands() if words[0] == 'mkdir'):
        (folder / made).mkdir()
    for name, text in document.files():
        (folder / name).write_text(text)


@each_document
def test_each_example_can_be_declared_at_each_step(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    unpack(document, tmp_path)
    for name, text in document.files():
        if not name.startswith('test_'):
            (tmp_path / name).write_text(text)
            with alone(beside_ours=True):
                loading.load(tmp_path / name)
                assert not checks.report(declared(), Gates(), FIXED).problems


@pytest.mark.parametrize('database', ['sqlite'], indirect=True)
@pytest.mark.parametrize(('document', 'name'), [(one, name) for one in documents() for name in one.pages()], ids=str)
async def test_each_page_of_an_example_opens(
    serve: Serve,
    http: httpx.AsyncClient,
    document: Document,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    unpack(document, tmp_path)
    with alone():
        loading.load(tmp_path / name)
        paths = [re.sub(r'{\w+}', '1', page.path) for page in registry.pages()]
        roles = {role for group in registry.groups() for role in group.roles}
    site = await serve(pages=tmp_path / name)
    ann = Person(new_email())
    options = [word for role in roles for word in ('--role', role)]
    await site.cli('create-user', ann.email, *options, '--password-stdin', typed=f'{ann.password}\n')
    assert (await post(http, site, 'sign-in', email=ann.email, password=ann.password)).status_code == 200
    for path in paths:
        assert (await http.get(f'{site.url}{path}')).status_code == 200, path


@each_document
def test_each_example_of_a_test_passes(document: Document, tmp_path: Path):
    unpack(document, tmp_path)
    if tests := sorted(file.name for file in tmp_path.glob('test_*.py')):
        run = [sys.executable, '-m', 'pytest', '-q', *tests]
        environment = {'PATH': os.environ['PATH'], 'PYTHONPATH': str(ROOT)}
        done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@each_document
def test_each_command_can_be_given(document: Document):
    for command in document.commands():
        words = list(command)
        while words and (assigned := re.fullmatch(r'NICEGATE_(\w+)=.*', words[0])):
            assert assigned[1] in SETTINGS, command
            del words[0]
        if words[0] in TOOLS or [word for word in words if word][:2] == ['./run', 'test']:
            continue
        if words[0] == '' and words[1] not in ('./run', *COMMANDS):
            continue  # code in the text that is no command
        assert_can_be_given(words)


def assert_can_be_given(words: list[str]) -> None:
    """`./run …` and `main.py …`; after an empty word also a command by itself."""
    program, *arguments = words
    if program == '':
        program, *arguments = arguments if arguments[0] == './run' else ['main.py', *arguments]
    elif program in PYTHON:
        program, *arguments = arguments
    assert program in ('./run', 'main.py'), words
    name, *rest = ['run', *arguments] if program == './run' else arguments
    assert name in COMMANDS, words
    given = COMMANDS[name].make_context(name, rest).params  # raises at an option that it does not have
    pages = str(given.get('pages') or 'README.md')
    assert (ROOT / pages).exists() or pages in {name for document in documents() for name, _ in document.files()}, words


@each_document
def test_each_link_leads_somewhere(document: Document):
    for link in document.links():
        assert (document.path.parent / link).exists(), link


@each_document
def test_each_setting_exists(document: Document):
    assert set(re.findall(r'NICEGATE_([A-Z_]*[A-Z])\b', document.text)) <= SETTINGS
    for block in document.blocks:
        if block.language == 'ini':
            Settings(**{name.lower(): value for name, value in re.findall(r'^NICEGATE_(\w+)=(.*)$', block.text, re.M)})


def test_the_readme_lists_every_setting():
    readme = documents()[0].text
    table = readme[readme.index('| `NICEGATE_…`') :].partition('\n\n')[0]
    assert {name for row in table.splitlines()[2:] for name in re.findall(r'`(\w+)`', row.split('|')[1])} == SETTINGS
