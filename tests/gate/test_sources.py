"""Where a developer's pages are, and which names of modules they may not have."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ui.dev.watch import Watch
from ui.gate import loading
from ui.gate.declarations import DeclarationError


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """`load('my.py', {'my.py': code, …})`: run those pages; their folder. Nothing of it stays in Python."""
    before, path = set(sys.modules), list(sys.path)

    def write_and_load(pages: str, files: dict[str, str]) -> Path:
        for name, code in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(code)
        loading.load(tmp_path / pages)
        return tmp_path

    yield write_and_load
    sys.path[:] = path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def refused(load, tmp_path):
    """`refused('my.py', {…})`: the one line they are refused with, from the name of their folder on."""

    def refuse(pages: str, files: dict[str, str]) -> str:
        with pytest.raises(DeclarationError) as caught:
            load(pages, files)
        said = str(caught.value)
        assert '\n' not in said
        return said.removeprefix(f'{tmp_path}/')

    return refuse


OWN = "finds Python's own module, not"


@pytest.mark.parametrize(('pages', 'files', 'said'), [
    ('my.py', {'my.py': '\nimport random', 'random.py': ''},
     f'my.py:2: `import random` {OWN} random.py beside it: rename it, to my_random.py say'),
    ('my.py', {'my.py': 'from email.mime import text', 'email/__init__.py': ''},
     f'my.py:1: `from email.mime import …` {OWN} email beside it: rename it, to my_email say'),
    ('my.py', {'my.py': 'def later():\n  import typer', 'typer.py': ''},
     'my.py:2: `import typer` finds an installed module, not typer.py beside it: rename it, to my_typer.py say'),
    ('shop', {'shop/__init__.py': 'from . import views', 'shop/views.py': 'import calendar', 'shop/calendar.py': ''},
     f'shop/views.py:1: `import calendar` {OWN} calendar.py beside it: rename it, to my_calendar.py say'),
    ('shop', {'shop/__init__.py': 'import random', 'random.py': ''},
     f'shop/__init__.py:1: `import random` {OWN} random.py beside it: rename it, to my_random.py say'),
    ('shop', {'shop/__init__.py': 'from models import Car', 'shop/models.py': ''},
     'shop/__init__.py:1: `from models import …` finds a module of Nicegate, not models.py beside it: '
     'rename it, to my_models.py say'),
])  # fmt: skip
def test_an_import_that_would_find_another_module_is_named_with_its_line(refused, pages, files, said):
    assert refused(pages, files) == said


@pytest.mark.parametrize(('name', 'owner'), [
    ('random', "Python's own module"), ('httpx', 'an installed module'), ('models', 'a module of Nicegate'),
    ('ui', 'a module of Nicegate'),
])  # fmt: skip
def test_a_package_hides_no_other_module(refused, name, owner):
    assert refused(name, {f'{name}/__init__.py': ''}) == (
        f'{name}: a package of this name would hide {owner}: rename it, to "my_{name}" say'
    )


@pytest.mark.parametrize('name', ['auth', 'main', 'models', 'ui'])
def test_our_names_beside_a_pages_file_are_refused(refused, name):
    assert f'rename it, to "my_{name}" say' in refused('my.py', {'my.py': '', f'{name}.py': ''})


@pytest.mark.parametrize(('pages', 'files', 'said'), [
    ('shop', {'shop/views.py': ''}, 'shop is a folder: name a .py file in it, or make it a package'),
    ('my-shop', {'my-shop/__init__.py': ''}, 'rename the folder, to "my_shop" say'),
    ('nowhere.py', {}, 'there is no such pages file'),
    ('my.txt', {'my.txt': ''}, 'a pages file is Python and ends in .py'),
    ('x' * 300 + '.py', {}, 'cannot be read, file name too long'),
    ('my.py/x', {'my.py': ''}, 'there is no such pages file'),
])  # fmt: skip
def test_what_is_no_pages_file_and_no_package_is_refused(refused, pages, files, said):
    assert said in refused(pages, files)


@pytest.mark.parametrize('views', ['from . import words', 'from shop import words', 'import shop.words as words'])
@pytest.mark.parametrize('pages', ['shop', 'shop/__init__.py'])
def test_a_package_finds_its_modules_and_those_beside_it(load, pages, views):
    load(pages, {
        'shop/__init__.py': 'import random, beside\nfrom shop.views import words\nassert words.WORD == "x"',
        'shop/views.py': views, 'shop/words.py': 'WORD = "x"', 'beside.py': '', 'calendar.py': 'unused = True',
    })  # fmt: skip


@pytest.mark.parametrize('code', ['1 / 0', 'int(', 'raise BaseException'])
def test_what_is_wrong_in_a_helper_is_named_with_the_line_there(refused, code):
    files = {'shop/__init__.py': 'from shop import words', 'shop/words.py': f'\n{code}'}
    assert refused('shop', files).startswith('shop/words.py:2: ')


def test_files_that_python_could_import_are_watched_and_no_others(tmp_path: Path):
    (tmp_path / 'parts').mkdir()
    for folder in ('.venv', 'environment/lib', 'node_modules'):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / 'deep').mkdir()
        (tmp_path / folder / 'deep' / 'x.py').touch()
    (tmp_path / 'my.py').touch()
    (tmp_path / 'up').symlink_to(tmp_path)
    watch = Watch(tmp_path, (tmp_path / 'requirements.txt',))

    def change(name: str, text: str | None) -> set[str]:
        if text is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_text(text)
        return {str(file.relative_to(tmp_path)) for file in watch.changes()} - {f'up/{name}'}

    for name in ('my.py', 'parts/words.py', 'requirements.txt'):
        assert change(name, 'x = 1') == {name}
        assert change(name, 'x = 12') == {name}
        assert change(name, None) == {name}
        assert watch.changes() == set()
    for name in ('notes.txt', '.my.py.swp', '.#my.py', 'environment/lib/deep/x.py', '.venv/deep/x.py'):
        assert change(name, 'x = 1') == set()


def test_a_file_that_comes_in_the_same_tick_of_the_clock_as_the_last_look_is_seen(tmp_path: Path):
    watch, tick = Watch(tmp_path), time.time_ns() + 10**10
    for name in ('one.py', 'two.py'):
        (tmp_path / name).touch()
        os.utime(tmp_path, ns=(tick, tick))
        assert watch.changes() == {tmp_path / name}
