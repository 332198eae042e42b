"""The part of Jinja2 that a mail may be written in: variables, a few filters, if, and the frame around all mails.

There is no loop, no call, no attribute and no arithmetic but joining texts. So what a template costs grows with its
length alone, nothing of Python can be reached from it, and it can be judged before it is ever rendered.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

DEPTH: Final = 30
"""Levels of nesting."""
PIECES: Final = 2_000
"""Pieces of one template: ours have fifty."""
FILTERS: Final = frozenset(
    {'string', 'upper', 'lower', 'capitalize', 'title', 'trim', 'default', 'd', 'length', 'truncate', 'e', 'escape'}
)
"""None of them makes more of a text than its length, or HTML of it."""
TESTS: Final = frozenset({'defined', 'undefined', 'none'})

_WORDS: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.Test, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Add,
)  # fmt: skip
_NAMES: Final = {
    'Call': '( )', 'Getattr': '.', 'Getitem': '[ ]', 'Assign': 'set', 'AssignBlock': 'set', 'Scope': 'autoescape',
    'FilterBlock': 'filter', 'FromImport': 'import', 'Mul': '*', 'Pow': '**', 'Sub': '-', 'Div': '/', 'Mod': '%',
}  # fmt: skip


class Problem(StrEnum):
    """What can be wrong with what somebody wrote."""

    SYNTAX = 'syntax'
    VARIABLE = 'variable'
    FILTER = 'filter'
    WORD = 'word'
    FRAME = 'frame'
    DEEP = 'deep'
    LONG = 'long'
    EMPTY = 'empty'
    LINES = 'lines'
    SECRET = 'secret'  # noqa: S105 - a problem
    SECRET_SHOWN = 'secret shown'  # noqa: S105 - a problem
    FAILED = 'failed'
    HEAVY = 'heavy'


class WrittenWrongError(ValueError):
    """`line` is 0 where it is about all of it; `what` names what is meant."""

    def __init__(self, problem: Problem, line: int = 0, what: str = '') -> None:
        super().__init__(problem.value)
        self.problem, self.line, self.what = problem, line, what


def check(environment: Environment, source: str, names: Collection[str], *, frame: str = '') -> None:
    """Refuse what is no template of this language, uses a variable that is not one of `names`, or stands in another
    frame than `frame`. Nothing of it is run.

    Raises:
        WrittenWrongError
    """
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise WrittenWrongError(Problem.SYNTAX, error.lineno, error.message or '') from error
    except RecursionError as error:
        raise WrittenWrongError(Problem.DEEP) from error
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    pieces = 0
    while waiting:
        node, depth = waiting.pop()
        pieces += 1
        if depth > DEPTH:
            raise WrittenWrongError(Problem.DEEP, _line(node))
        if pieces > PIECES:
            raise WrittenWrongError(Problem.LONG)
        _check_node(node, names, frame)
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]


def _check_node(node: nodes.Node, names: Collection[str], frame: str) -> None:
    if isinstance(node, nodes.Name | nodes.Filter | nodes.Test):
        _check_name(node, names)
    elif isinstance(node, nodes.Extends):
        if not frame or not isinstance(node.template, nodes.Const) or node.template.value != frame:
            raise WrittenWrongError(Problem.FRAME, node.lineno, frame)
    elif not isinstance(node, (*_WORDS, nodes.Block) if frame else _WORDS):
        raise WrittenWrongError(Problem.WORD, _line(node), _called(node))


def _check_name(node: nodes.Name | nodes.Filter | nodes.Test, names: Collection[str]) -> None:
    """What is named is a variable, a filter or a test that a mail has; nothing is given a name."""
    if isinstance(node, nodes.Name):
        if node.ctx != 'load' or node.name not in names:
            raise WrittenWrongError(Problem.VARIABLE, node.lineno, node.name)
    elif node.name not in (FILTERS if isinstance(node, nodes.Filter) else TESTS):
        raise WrittenWrongError(Problem.FILTER, node.lineno, node.name)


def _line(node: nodes.Node) -> int:
    """Where a node stands; the parser leaves that to its first child in a few."""
    return node.lineno or next((child.lineno for child in node.iter_child_nodes() if child.lineno), 0)


def _called(node: nodes.Node) -> str:
    """A part of the language as people who write it know it."""
    name = type(node).__name__
    return _NAMES.get(name, name.lower())
