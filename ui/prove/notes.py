"""What the observed site writes down, a line of JSON a note, and how those who try its doors read it as it grows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auth.access import Gate
from ui.prove.facts import Facts, read_gate

Shown = tuple[str, tuple[Gate | None, ...]]
"""The path of a page, and the gates of the page and of the sections in it that show a local file."""


class Pen:
    """Writes notes; each is one of those that `Report` takes in."""

    def __init__(self, file: Path) -> None:
        self._file = file.open('a', buffering=1, encoding='utf-8')

    def note(self, what: str, **values: Any) -> None:
        self._file.write(json.dumps({'what': what, **values}) + '\n')


@dataclass(slots=True)
class SectionSeen:
    """A section that the code of an open page has called: who may see it, and whether it was drawn there."""

    marker: str
    name: str
    gate: Gate | None
    is_drawn: bool = False


class Report:
    """All notes so far, under the number of what they are about."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._position = 0
        self.facts: Facts | None = None
        self.built: set[tuple[int, str]] = set()
        """(number of a request or move, path of the page that it had built)"""
        self.handled: set[int] = set()
        """Frames that the socket's door has done with."""
        self.ran: dict[int, str] = {}
        """{number of a frame: listener that it was let through to}"""
        self.shells: set[int] = set()
        """Frames for a listener of the shell."""
        self.guards: dict[int, Gate | None] = {}
        """{number of a frame: gate of the handler that it went to}"""
        self.admitted: set[int] = set()
        """Frames that such a gate let through."""
        self.listening_in: dict[str, str] = {}
        """{listener: marker of the section that it is in}"""
        self.sections: dict[str, dict[str, SectionSeen]] = {}
        """{client id: {marker: section}}"""
        self.files: dict[str, set[Shown]] = {}
        """{address of a local file: where it was shown}"""
        self.reached: set[int] = set()
        """Requests that a developer's route would have answered."""
        self.uploaded: list[tuple[str, int]] = []
        """(client id, element) of each upload that was taken."""
        self.failures: dict[str, str] = {}
        """{path of a page or marker of a section: why its own code failed}"""
        self._take_in: dict[str, Callable[..., None]] = {
            'facts': self._facts,
            'built': self._built,
            'handled': self._handled,
            'ran': self._ran,
            'shells': self._shells,
            'guard': self._guard,
            'section': self._section,
            'file': self._shown,
            'reached': self._reached,
            'uploaded': self._uploaded,
            'failed': self._failed,
        }

    def read(self) -> None:
        """Take in what was written since."""
        with self._file.open('rb') as file:
            file.seek(self._position)
            lines = file.read()
        whole = lines[: lines.rfind(b'\n') + 1]
        self._position += len(whole)
        for line in whole.splitlines():
            values = json.loads(line)
            self._take_in[values.pop('what')](**values)

    def _facts(self, facts: dict[str, Any]) -> None:
        self.facts = Facts.from_json(facts)

    def _built(self, path: str, number: int | None) -> None:
        if number is not None:
            self.built.add((number, path))

    def _handled(self, number: int) -> None:
        self.handled.add(number)

    def _ran(self, listener: str, section: str | None, number: int | None) -> None:
        if number is not None:
            self.ran[number] = listener
        if section is not None:
            self.listening_in[listener] = section

    def _shells(self, number: int | None) -> None:
        if number is not None:
            self.shells.add(number)

    def _guard(self, gate: dict[str, Any], admitted: bool, number: int | None) -> None:
        if number is not None:
            self.guards[number] = read_gate(gate)
            if admitted:
                self.admitted.add(number)

    def _section(self, client: str, marker: str, name: str, gate: dict[str, Any], drawn: bool) -> None:
        seen = self.sections.setdefault(client, {}).setdefault(marker, SectionSeen(marker, name, read_gate(gate)))
        seen.is_drawn = seen.is_drawn or drawn

    def _shown(self, address: str, page: str, gates: list[dict[str, Any] | None]) -> None:
        self.files.setdefault(address, set()).add((page, tuple(read_gate(gate) for gate in gates)))

    def _reached(self, number: int | None) -> None:
        if number is not None:
            self.reached.add(number)

    def _uploaded(self, client: str, element: int) -> None:
        self.uploaded.append((client, element))

    def _failed(self, what_of: str, why: str) -> None:
        self.failures[what_of] = why
