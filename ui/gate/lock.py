"""gates.lock: what pages files declare, as a text to commit, so that a pull request shows who gains and who loses what.

A line for each page, route, folder, part and group, sorted and not aligned, so that two branches seldom touch the same
one. Names stand in JSON's quotes, because they may hold any printable character. Each pages file of a folder has a
block of its own.
"""

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from auth.access import Access, Gate
from ui.gate.difference import difference
from ui.gate.gates import NO_GATE, Door, Gates
from ui.gate.registry import DeclarationError

Key = TypeVar('Key')
Value = TypeVar('Value')

NAME: Final = 'gates.lock'
HEAD: Final = (
    f'# {NAME}: who may open what, as "check --write" wrote it. Commit it: "check" says who gains and who loses.'
)

_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_FILE: Final = re.compile(rf'file ({_QUOTED})')
_LINE: Final = re.compile(rf'(?:(page|route|folder) (/\S*)|(part|group) ({_QUOTED})): (.+)')
_KINDS: Final = ('page', 'route', 'folder', 'part')
_MERGE_MARKS: Final = ('<<<<<<<', '|||||||', '=======', '>>>>>>>')


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about a gates.lock: lines to print, and the reason to fail, if there is one."""

    lines: tuple[str, ...]
    failure: str = ''


def place(pages: Path) -> tuple[Path, str]:
    """The gates.lock that a pages file belongs to, and its name in there. A package is named by its `__init__.py`.

    Raises:
        DeclarationError: the name could not stand there
    """
    file = pages / '__init__.py' if pages.is_dir() else pages
    if not file.name.isprintable():
        raise DeclarationError(f'{file}: the name has characters that cannot be seen: rename the file')
    lock = file.with_name(NAME)
    with suppress(ValueError):  # it is elsewhere: then its whole path says where
        lock = lock.relative_to(Path.cwd())
    return lock, file.name


# ------------------------------------------------------------------ the two things that check does with it


def compare(pages: Path, gates: Gates) -> Verdict:
    """Say how gates.lock differs from what the pages file declares.

    Raises:
        DeclarationError: it cannot be read, or is damaged; one line
    """
    file, name = place(pages)
    text = _read(file)
    if text is None:
        return Verdict(
            (f'No {file} yet: "check --write" makes it. Once it is committed, "check" says who gains what.',)
        )
    if not (lines := _differences(parse(text, str(file)), file, name, gates)):
        return Verdict((f'{file} is up to date.',))
    count = '1 change' if len(lines) == 1 else f'{len(lines)} changes'
    failure = f'{file} lacks {count}, see above: run "check --write" and commit it'
    return Verdict((f'Since {file} was written:', *_indented(lines)), failure)


def write(pages: Path, gates: Gates) -> Verdict:
    """Bring gates.lock up to date, and say what that changed.

    Raises:
        DeclarationError: it cannot be read or written, or is not ours; one line
    """
    file, name = place(pages)
    text = _read(file)
    if text and f'# {NAME}:' not in text:
        raise DeclarationError(f'{file}:1: "check --write" did not write this file: move it away')
    new = _with_block(text or '', name, gates, file.parent)
    if new == text:
        return Verdict((f'{file} is up to date.',))
    lines: list[str] = []
    if text:
        try:
            lines = _differences(parse(text, str(file)), file, name, gates)
        except DeclarationError as error:
            lines = [str(error)]
    _write(file, new)
    return Verdict((f'{file} was written: commit it.', *_indented(lines)))


def _indented(lines: list[str]) -> Iterator[str]:
    return (f'  {line}' for line in lines)


def _differences(blocks: Mapping[str, Gates], file: Path, name: str, gates: Gates) -> list[str]:
    gone = [f'The pages file {other} is gone, with its gates' for other in blocks if not _is_there(file.parent, other)]
    return difference(blocks.get(name, Gates()), gates) + gone


# ------------------------------------------------------------------ the text


def render(blocks: Mapping[str, Gates]) -> str:
    """The text for {pages file: its gates}; `parse` reads the same back."""
    return _joined({name: _lines(gates) for name, gates in blocks.items()})


def _joined(blocks: Mapping[str, list[str]]) -> str:
    written = ['\n'.join([f'file {_quoted(name)}', *lines]) for name, lines in sorted(blocks.items())]
    return '\n\n'.join([HEAD, *written]) + '\n'


def _lines(gates: Gates) -> list[str]:
    doors = sorted(gates.doors.items(), key=lambda item: (_KINDS.index(item[0].kind), item[0].name))
    lines = [f'{door.kind} {_key(door)}: {_gate(gate)}' for door, gate in doors]
    return lines + [f'group {_quoted(key)}: {_names(roles, "and")}' for key, roles in sorted(gates.groups.items())]


def _key(door: Door) -> str:
    return _quoted(door.name) if door.kind == 'part' else door.name


def _gate(gate: Gate | None) -> str:
    if gate is None:
        return NO_GATE
    return _names(gate.groups, 'or') if gate.access is Access.GROUPS else gate.access.value


def _names(names: frozenset[str], word: str) -> str:
    return f' {word} '.join(_quoted(name) for name in sorted(names))


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def parse(text: str, where: str = NAME) -> dict[str, Gates]:
    """Read what `render` wrote: {pages file: its gates}.

    Raises:
        DeclarationError: a line is none of ours, or stands there twice; `where` names the file in the message
    """
    blocks: dict[str, Gates] = {}
    doors: dict[Door, Gate | None] = {}
    groups: dict[str, frozenset[str]] = {}
    for number, line in enumerate(text.split('\n'), 1):
        if not line or line.startswith('#'):
            continue
        try:
            if header := _FILE.fullmatch(line):
                doors, groups = {}, {}
                _add(blocks, _unquoted(header[1]), Gates(doors, groups))
            elif (entry := _LINE.fullmatch(line)) and blocks:
                kind, name = entry[1] or entry[3], entry[2] or _unquoted(entry[4])
                if kind == 'group':
                    _add(groups, name, _read_names(entry[5], 'and'))
                else:
                    _add(doors, Door(kind, name), _read_gate(entry[5]))
            else:
                raise ValueError('a merge left its marks here' if line.startswith(_MERGE_MARKS) else 'this is damaged')
        except ValueError as error:
            whose = ''.join(f' for {name}' for name in list(blocks)[-1:])
            raise DeclarationError(
                f'{where}:{number}: {error}: run "check --write"{whose}, and look at the diff'
            ) from error
    return blocks


def _add(table: dict[Key, Value], key: Key, value: Value) -> None:
    if key in table:
        raise ValueError('this stands here twice')
    table[key] = value


def _read_gate(text: str) -> Gate | None:
    if text in (Access.PUBLIC, Access.SIGNED_IN):
        return Gate(Access(text))
    return None if text == NO_GATE else Gate(Access.GROUPS, _read_names(text, 'or'))


def _read_names(text: str, word: str) -> frozenset[str]:
    if not re.fullmatch(f'{_QUOTED}(?: {word} {_QUOTED})*', text):
        raise ValueError('this is damaged')
    return frozenset(_unquoted(name) for name in re.findall(_QUOTED, text))


def _unquoted(text: str) -> str:
    with suppress(ValueError):
        name = str(json.loads(text))
        if name.isprintable():  # what was written by hand may be meant for a reader's terminal
            return name
    raise ValueError('this is damaged')


def _with_block(text: str, name: str, gates: Gates, folder: Path) -> str:
    """The text with the block of one pages file written anew, and without those of files that are gone.

    The others' stay as they are, damaged or not: what is in them, only their own pages file can tell.
    """
    kept: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.split('\n'):
        if header := _FILE.fullmatch(line):
            with suppress(ValueError):
                lines = kept.setdefault(_unquoted(header[1]), [])
                continue
        if line:
            lines.append(line)
    return _joined({other: lines for other, lines in kept.items() if _is_there(folder, other)} | {name: _lines(gates)})


# ------------------------------------------------------------------ the file


def _read(file: Path) -> str | None:
    """The text; None when there is no such file."""
    try:
        if file.exists() and not file.is_file():
            raise DeclarationError(f'{file} is not a file: move it away')
        return file.read_text('utf-8')
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b'\n') + 1
        raise DeclarationError(f'{file}:{line}: this is not UTF-8: delete it, then run "check --write"') from error
    except OSError as error:
        raise DeclarationError(f'{file} cannot be read ({error.strerror}): make it readable') from error


def _is_there(folder: Path, name: str) -> bool:
    try:
        return (folder / name).exists()
    except OSError:  # a name longer than any file has
        return False


def _write(file: Path, text: str) -> None:
    """Write it whole before it gets its name: whoever reads meanwhile sees the old one or the new one."""
    draft = file.with_name(f'.{NAME}.{secrets.token_hex(8)}')
    try:
        try:
            with draft.open('x', encoding='utf-8', newline='\n') as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise DeclarationError(
            f'{file} cannot be written ({error.strerror}): make its folder {file.parent} writable'
        ) from error
