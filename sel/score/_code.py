"""Measures of Python source: cyclomatic, Halstead, maintainability, cognitive.

All are taken of one tree; numbers of lines come from one scan of the text. The rules
are those of radon 6.0 and of cognitive_complexity 1.3, by which PET-Select is measured.
"""

import ast
import io
import math
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.While, ast.AsyncFor)
SKIPPED = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr, ast.For, ast.AugAssign)
"""Statements that do not begin what is measured for its cognitive complexity."""

_WORD = re.compile(
    r"""(?P<string>[A-Za-z]{0,2}(?:'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}
        |'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<comment>\#[^\n]*)|(?P<open>[(\[{])|(?P<shut>[)\]}])|(?P<line>\n)
    |(?P<joined>\\\n)|(?P<colon>:(?!=))|(?P<semicolon>;)|(?P<more>[^'"\#()\[\]{}:;\\\n]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = {"ctx", "op", "ops", "attr", "arg", "name", "names", "rest", "kwd_attrs"}
"""Fields of nodes in which no expression stands."""
_LEAVES = {type(None), int, str, ast.Name, ast.Constant, ast.MatchSingleton, ast.alias}
_NAMED = {"Name": "id", "Attribute": "attr", "Constant": "value"}


class Measures(NamedTuple):
    """What is measured of a text."""

    line: float
    """Lines that are not blank."""
    cyclomatic: float
    """The mean complexity of functions, methods and classes; 0 if there are none."""
    halstead: float
    """The vocabulary: distinct operators and operands."""
    maintainability: float
    """100 less the maintainability index."""
    cognitive: float
    """Of the first statement that is no import, assignment, expression or loop."""

    @property
    def total(self) -> float:
        """Their sum."""
        return math.fsum(self)


def measured(code: str) -> Measures | None:
    """The measures of a text; None if it is not Python."""
    lines = list(map(str.strip, code.splitlines()))
    try:
        tree = ast.parse(code)
        counted = _lines("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    decisions, blocks, within = _cyclomatic(tree.body)
    operators, operands = _halstead(tree)
    vocabulary = operators[1] + operands[1]
    length = operators[0] + operands[0]
    volume = length * math.log(vocabulary, 2) if vocabulary else 0.0
    return Measures(
        len(list(filter(None, lines))),
        sum(blocks) / len(blocks) if blocks else 0.0,
        vocabulary,
        100 - _maintainability(volume, 1 + decisions + within, counted),
        _cognitive(tree, code),
    )


def _children(node: Any) -> list[ast.AST]:
    """What stands in a node but names and constants; kept, as it is asked for again."""
    held = vars(node)
    known: list[ast.AST] | None = held.get("_children")
    if known is None:
        known = []
        own: Any = type(node)
        for name in _fields(own):
            value = held.get(name)
            kind = type(value)
            if kind is list:
                known += [one for one in value if type(one) not in _LEAVES]
            elif kind not in _LEAVES:
                known.append(value)
        node._children = known
    return known


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in kind._fields if name not in _PLAIN)


def _within(node: ast.AST) -> Iterator[Any]:
    """A node and all in it."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += _children(node)


def _cyclomatic(body: Iterable[ast.AST]) -> tuple[int, list[int], int]:
    """Decisions in some statements, complexities of blocks in them, and their excess.

    The excess of a function is its decisions; of a class those of its methods, and one
    for each method. Functions in functions count for nothing.
    """
    decisions, blocks, excess = 0, [], 0
    stack = list(body)
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in FUNCTIONS:
            inside = _cyclomatic(node.body)[0]  # type: ignore[attr-defined]
            blocks.append(inside + 1)
            excess += inside
        elif kind is ast.ClassDef:
            own, of_class = _of_class(node)  # type: ignore[arg-type]
            blocks += of_class
            excess += own
        elif kind is ast.Assert:
            decisions += 1
        else:
            if count := _DECISIONS.get(kind):
                decisions += count(node)
            stack += _children(node)
    return decisions, blocks, excess


def _of_class(node: ast.ClassDef) -> tuple[int, list[int]]:
    """The excess of a class, and the complexities of it and of its methods."""
    real, methods = 1, []
    for child in node.body:
        decisions, blocks, _ = _cyclomatic([child])
        if type(child) is ast.ClassDef:
            continue
        methods += blocks
        real += decisions + sum(blocks)
    shown = real // len(methods) + (len(methods) > 1) if methods else real
    return real - 1, [shown, *methods]


def _match(node: Any) -> int:
    names = any(getattr(case.pattern, "pattern", False) is None for case in node.cases)
    return max(0, len(node.cases) - names)


_DECISIONS: dict[type, Callable[[Any], int]] = {
    ast.Try: lambda node: len(node.handlers) + bool(node.orelse),
    ast.BoolOp: lambda node: len(node.values) - 1,
    ast.If: lambda _: 1,
    ast.IfExp: lambda _: 1,
    ast.Match: _match,
    **dict.fromkeys(LOOPS, lambda node: bool(node.orelse) + 1),
    ast.comprehension: lambda node: len(node.ifs) + 1,
}


def _halstead(tree: ast.AST) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many operators there are, and how many distinct ones; the same of operands.

    An operand is known by its name or value in its function; one that is an expression
    is always another.
    """
    counts = [0, 0]
    operators: set[type] = set()
    operands: set[tuple[str | None, Any]] = set()
    stack: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while stack:
        node, context = stack.pop()
        kind = type(node)
        if kind in FUNCTIONS:
            stack += [(one, node.name) for one in node.body]  # type: ignore[attr-defined]
            continue
        if parts := _OPERATIONS.get(kind):
            operations, taken = parts(node)
            counts[0] += len(operations)
            counts[1] += len(taken)
            operators.update(map(type, operations))
            for one in taken:
                name = _NAMED.get(type(one).__name__, "")
                operands.add((context, getattr(one, name, one)))
        stack += [(one, context) for one in _children(node)]
    return (counts[0], len(operators)), (counts[1], len(operands))


_OPERATIONS: dict[type, Callable[[Any], tuple[list[Any], list[Any]]]] = {
    ast.BinOp: lambda node: ([node.op], [node.left, node.right]),
    ast.UnaryOp: lambda node: ([node.op], [node.operand]),
    ast.BoolOp: lambda node: ([node.op], node.values),
    ast.AugAssign: lambda node: ([node.op], [node.target, node.value]),
    ast.Compare: lambda node: (node.ops, [*node.comparators, node.left]),
}


class Lines(NamedTuple):
    """Lines of a text, as radon counts them."""

    logical: int
    source: int
    comments: int
    """Comments, and lines of strings of several lines that stand alone."""


def _maintainability(volume: float, cyclomatic: float, lines: Lines) -> float:
    """The index of maintainability, from 0 to 100."""
    if volume <= 0 or lines.logical <= 0:
        return 100.0
    percent = lines.comments / lines.source * 100 if lines.source else 0
    index = 171 - 5.2 * math.log(volume) - 0.23 * cyclomatic
    index -= 16.2 * math.log(lines.logical)
    index += 50 * math.sin(math.sqrt(2.46 * math.radians(percent)))
    return min(max(0.0, index * 100 / 171), 100.0)


def _lines(code: str) -> Lines:
    """Count the lines of a text that is Python, and whose lines are stripped.

    A statement of several physical lines is a group. It is two logical lines if
    anything stands behind its last colon, be that one of a slice or of a dictionary.
    """
    logical = source = comments = depth = start = 0
    words: list[str] = []
    for found in _WORD.finditer(code + "\n"):
        kind = found.lastgroup or ""
        if kind == "line" and depth <= 0:
            group = code[start : found.start()]
            start = found.end()
            counted = _group(group, words)
            logical, source = logical + counted.logical, source + counted.source
            comments += counted.comments
            words = []
            continue
        depth += (kind == "open") - (kind == "shut")
        if kind not in ("line", "joined") and (kind != "more" or found[0].strip()):
            words.append(kind)
    return Lines(logical, source, comments)


def _group(group: str, words: list[str]) -> Lines:
    """The lines of one group."""
    there = sum(1 for line in group.split("\n") if line)
    comments = words.count("comment")
    if words in (["comment"], ["string"]):
        several = "\n" in group
        return Lines(words == ["string"], 0, there if several else comments)
    if "semicolon" in words:
        return Lines(sum(_logical(group)), there, comments)
    code = [word for word in words if word != "comment"]
    two = "colon" in code and code[-1] != "colon"
    return Lines(bool(code) + two, there, comments)


def _logical(group: str) -> Iterator[int]:
    """The logical lines of the statements of a group that semicolons divide.

    Of all but the last, one token may stand behind the colon.
    """
    ignored = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE)
    parts: list[list[str]] = [[]]
    for token in tokenize.generate_tokens(io.StringIO(group).readline):
        if token.type == tokenize.OP and token.string == ";":
            parts.append([])
        elif token.type not in ignored:
            operator = token.type == tokenize.OP
            parts[-1].append(token.string if operator else f" {token.string}")
    for number, part in enumerate(parts, 1):
        behind = part[::-1].index(":") if ":" in part else -1
        empty = not part or (number == len(parts) and len(part) == 1)
        yield 0 if empty and behind < 0 else 1 + (behind not in (-1, 1))


def _cognitive(tree: ast.Module, code: str) -> int:
    """The cognitive complexity of what a text defines first."""
    first: Any = next((one for one in tree.body if type(one) not in SKIPPED), None)
    body = getattr(first, "body", None)
    if not body:
        return 0
    inner = body[0]
    while _decorates(first):
        first, body, inner = inner, inner.body, inner.body[0]
    name, recursive = getattr(first, "name", None), False
    if name and code.count(name) > 1:
        calls = (node.func for node in _within(first) if type(node) is ast.Call)
        recursive = name in {one.id for one in calls if type(one) is ast.Name}
    return recursive + sum(map(_thought, body))


def _decorates(node: Any) -> bool:
    """Whether a function only defines another and returns."""
    kinds = [type(one) for one in getattr(node, "body", ())]
    return type(node) is ast.FunctionDef and kinds == [ast.FunctionDef, ast.Return]


def _thought(statement: ast.AST) -> int:
    """What a statement adds to the cognitive complexity."""
    total = 0
    stack = [(statement, 0)]
    while stack:
        node, depth = stack.pop()
        kind = type(node)
        if kind is ast.BoolOp:
            total += sum(type(one) is ast.BoolOp for one in _within(node))
            continue
        if kind in (*FUNCTIONS, ast.Lambda):
            depth += 1
        elif kind in (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler):
            otherwise = getattr(node, "orelse", None)
            otherwise = otherwise if isinstance(otherwise, list) else []
            elif_ = kind is ast.If and [type(one) for one in otherwise] == [ast.If]
            depth += not elif_
            total += max(1, depth) + (bool(otherwise) and not elif_)
        stack += [(one, depth) for one in _children(node)]
    return total
