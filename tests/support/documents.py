"""Documents as the suite reads them: their fenced blocks, their commands, their links.

A block says after its language what it is, as in ```python file=my_pages.py; the browser shows nothing of that.

| ```python file=NAME | a whole file: pages when they are loaded, or a test (`test_….py`) that pytest runs |
| ```python file=NAME more | the same file goes on: a reader adds it at the end |
| ```python part | a piece that is shown for itself: it has to be Python, and no more |
| ```sh | commands, one a line |
| ```ini, ```text | settings for `.env`; what a terminal prints |
"""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests.support.server import ROOT

_FENCE = re.compile(r'^```(?P<language>\w*)[ ]?(?P<words>[^\n`]*)\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
TOOLS = ('git', 'cd', 'mkdir', 'cp', 'curl')
"""Other programs that a document may call."""


class Block(NamedTuple):
    language: str
    file: str
    is_more: bool
    text: str


@dataclass(frozen=True)
class Document:
    path: Path

    def __str__(self) -> str:
        return self.path.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def blocks(self) -> list[Block]:
        if '```' in self.prose:
            raise ValueError(f'{self}: a block is not closed, or does not start at the left edge')
        return [self._block(match) for match in _FENCE.finditer(self.text)]

    @cached_property
    def prose(self) -> str:
        return _FENCE.sub('', self.text)

    def _block(self, match: re.Match[str]) -> Block:
        language, text = match['language'], match['text']
        words = match['words'].split()
        file = next((word.removeprefix('file=') for word in words if word.startswith('file=')), '')
        known = {'python': [[f'file={file}'], [f'file={file}', 'more'], ['part']]}.get(language, [[]])
        if language not in ('python', 'sh', 'ini', 'text') or words not in known:
            raise ValueError(f'{self}: "```{language} {match["words"]}": write it as tests/support/documents.py says')
        if language == 'python':
            compile(text, file or 'part', 'exec', flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return Block(language, file, 'more' in words, text)

    def files(self) -> Iterator[tuple[str, str]]:
        """Each state of each file, as a reader comes to it: (name, text)."""
        written: dict[str, str] = {}
        for block in self.blocks:
            if block.file:
                written[block.file] = written[block.file] + '\n\n' + block.text if block.is_more else block.text
                yield block.file, written[block.file]

    def pages(self) -> list[str]:
        """The files that declare pages."""
        return [name for name, text in dict(self.files()).items() if '@page(' in text]

    def commands(self) -> Iterator[list[str]]:
        """The words of each command: of the shell, and of ours within the text when it has arguments."""
        for block in self.blocks:
            if block.language == 'sh':
                yield from filter(None, (shlex.split(line, comments=True) for line in block.text.splitlines()))
        for code in re.findall(r'`([^`\n]+)`', self.prose):
            if re.match(r'(\./run|[a-z-]+) \S', code) and '…' not in code:
                yield ['', *shlex.split(code)]

    def links(self) -> Iterator[str]:
        """Where its links and images lead, without those to the web."""
        return (link for link in re.findall(r'\]\(([^)\s#]+)', self.prose) if '://' not in link)


def documents() -> list[Document]:
    return [Document(ROOT / 'README.md'), *map(Document, sorted((ROOT / 'docs').glob('*.md')))]
