"""`./run` on machines that are not ready for it, and what the locks promise."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = ('sh', 'dirname', 'cmp', 'rm', 'cp', 'id')
"""What the script takes from the system besides Python."""


def _copy(folder: Path, *programs: str) -> tuple[Path, dict[str, str]]:
    """The script in a folder of its own, with a PATH that has nothing else."""
    home, path = folder / 'a folder with spaces', folder / 'bin'
    home.mkdir()
    path.mkdir()
    for name in ('run', 'requirements.txt', 'requirements-dev.txt'):
        shutil.copy2(ROOT / name, home)
    for name in NEEDED:
        found = shutil.which(name)
        assert found
        (path / name).symlink_to(found)
    for program in programs:
        (path / program.partition('\n')[0]).write_text(program.partition('\n')[2])
        (path / program.partition('\n')[0]).chmod(0o755)
    return home, {'PATH': str(path)}


OLD = 'python3\n#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit\nexit 1\n'


@pytest.mark.parametrize(
    ('programs', 'said'), [((OLD,), 'python3 is Python 3.9.2'), ((), 'Python 3.11 or newer is needed')]
)
def test_a_machine_without_a_recent_python_is_told_in_one_line(tmp_path: Path, programs: tuple[str, ...], said: str):
    home, environment = _copy(tmp_path, *programs)
    ended = subprocess.run(['./run'], cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (home / '.venv').exists()


PYTHON = """#!/bin/sh
[ "$1" = -c ] || printf '%s\\n' "$@" "${NICEGATE_PAGES-}"
"""


@pytest.mark.parametrize(('given', 'setting', 'passed'), [
    (('--pages', 'my pages.py', '--port', '1'), '', ('--pages', '{}/my pages.py', '--port', '1', '')),
    (('--pages=my pages.py',), '', ('--pages={}/my pages.py', '')),
    (('--pages', 'nowhere.py'), '', ('--pages', 'nowhere.py', '')),
    (('--pages', '/my pages.py'), '', ('--pages', '/my pages.py', '')),
    (('my pages.py', '--pages'), 'my pages.py', ('my pages.py', '--pages', '{}/my pages.py')),
])  # fmt: skip
def test_a_pages_file_is_named_from_where_the_caller_stands(
    tmp_path: Path, given: tuple[str, ...], setting: str, passed: tuple[str, ...]
):
    home, environment = _copy(tmp_path)
    (home / '.venv' / 'bin').mkdir(parents=True)
    (home / '.venv' / 'bin' / 'python').write_text(PYTHON)
    (home / '.venv' / 'bin' / 'python').chmod(0o755)
    shutil.copy2(home / 'requirements-dev.txt', home / '.venv' / 'installed')
    caller = tmp_path / 'elsewhere'
    caller.mkdir()
    (caller / 'my pages.py').touch()
    ended = subprocess.run(
        [home / 'run', *given],
        cwd=caller,
        env=environment | {'NICEGATE_PAGES': setting, 'PWD': str(caller)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines() == ['main.py', 'run', *(word.format(caller) for word in passed)]


@pytest.mark.parametrize('lock', ['requirements.txt', 'requirements-dev.txt'])
def test_a_lock_pins_every_package_by_hash_and_names_no_address(lock: str):
    text = (ROOT / lock).read_text()
    packages = re.findall(r'^(\S.*?)(?: \\)?\n((?:    .*\n)*)', text, re.MULTILINE)
    assert packages
    assert all('==' in name and '--hash=sha256:' in hashes for name, hashes in packages)
    assert '://' not in text
