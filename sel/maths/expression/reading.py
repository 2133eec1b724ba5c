"""From the text of an expression to its pieces."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from sel.errors import UsageError
from sel.maths.expression import columns as work
from sel.maths.expression import nodes
from sel.maths.expression.columns import Work, checking
from sel.maths.expression.nodes import Node
from sel.maths.expression.values import Path, string, truth, word

LONGEST = 10_000
DEEPEST = 60

Need = Literal["present", "optional", "needed"]
"""How a field is asked for, from the mildest on."""
_NEEDS: tuple[Need, ...] = ("present", "optional", "needed")

FUNCTIONS = {
    "abs": 1,
    "contains": 2,
    "endswith": 2,
    "field": 1,
    "get": 2,
    "has": 1,
    "len": 1,
    "lower": 1,
    "matches": 2,
    "max": 2,
    "min": 2,
    "round": 1,
    "startswith": 2,
}
"""The functions, with the number of their arguments."""
_KNOWN = ", ".join(FUNCTIONS)
_WORDS = {"true": True, "false": False, "null": None}


def read(text: str) -> tuple[Node, dict[Path, Need]]:
    """The expression as a tree, and the fields it reads.

    Raises:
        UsageError: the text is not an expression.
    """
    if len(text) > LONGEST:
        msg = f"the condition is longer than {LONGEST:,} characters"
        raise UsageError(msg)
    reader = _Reader(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
            return reader.term(tree.body, 0), reader.needs
    except SyntaxError as error:
        raise UsageError(_advice(text, error.offset or 1)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, UsageError):
            raise
        msg = "the condition cannot be read: it is nested too deep, or has a NUL"
        raise UsageError(msg) from None


@dataclass
class _Reader:
    """Turns what Python's parser found into pieces that give columns."""

    text: str
    needs: dict[Path, Need] = field(default_factory=dict)

    def term(self, node: ast.expr, depth: int) -> Node:
        """The piece for a node of the tree."""
        if depth > DEEPEST:
            msg = f"the condition is nested deeper than {DEEPEST} levels"
            raise UsageError(msg)
        read = _READERS.get(type(node))
        if read is None:
            raise self.wrong(node, "is not understood")
        return read(self, node, depth + 1)

    def terms(self, found: list[ast.expr], depth: int) -> tuple[Node, ...]:
        """The pieces for some nodes."""
        return tuple(self.term(node, depth) for node in found)

    def wrong(self, node: ast.expr, what: str) -> UsageError:
        """What is said of a node that cannot be."""
        piece = ast.get_source_segment(self.text.strip(), node) or "it"
        return UsageError(f"{piece!r} (column {node.col_offset + 1}) {what}")

    def truth(self) -> Work:
        """What refuses values that are not true or false."""
        return checking(lambda value: truth(value, self.text), {bool})

    def asked(self, path: Path, need: Need) -> Path:
        """Note that a field is read."""
        known = self.needs.get(path, "present")
        self.needs[path] = max(known, need, key=_NEEDS.index)
        return path

    def path(self, node: ast.expr) -> Path:
        """The path that a node spells."""
        if isinstance(node, ast.Name):
            return (node.id,)
        if isinstance(node, ast.Attribute):
            return (*self.path(node.value), node.attr)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            part = node.slice.value
            if type(part) is str or type(part) is int:
                return (*self.path(node.value), part)
        if isinstance(node, ast.Call) and _called(node) == "field":
            self.counted(node, "field")
            return (self.string(node.args[0]),)
        raise self.wrong(node, "is not a field. Try: meta.name, list[0], field('a b')")

    def counted(self, node: ast.Call, name: str) -> None:
        """Check how many arguments a function is given."""
        if node.keywords or len(node.args) != FUNCTIONS[name]:
            raise self.wrong(node, f"must have {FUNCTIONS[name]} arguments")

    def string(self, node: ast.expr) -> str:
        """The string that a node spells."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise self.wrong(node, "must be a string in quotes")


def _constant(reader: _Reader, node: ast.Constant, depth: int) -> Node:
    del depth
    if not isinstance(node.value, str | int | float | bool | None):
        raise reader.wrong(node, "is not understood")
    return nodes.Constant(node.value)


def _field(reader: _Reader, node: ast.expr, depth: int) -> Node:
    del depth
    if isinstance(node, ast.Name) and node.id in _WORDS:
        return nodes.Constant(_WORDS[node.id])
    return nodes.Field(reader.asked(reader.path(node), "needed"))


def _list(reader: _Reader, node: ast.List | ast.Tuple, depth: int) -> Node:
    terms = reader.terms(node.elts, depth)
    known = [term.value for term in terms if isinstance(term, nodes.Constant)]
    return nodes.Constant(known) if len(known) == len(terms) else nodes.Listed(terms)


def _boolop(reader: _Reader, node: ast.BoolOp, depth: int) -> Node:
    terms = reader.terms(node.values, depth)
    return nodes.Either(terms, isinstance(node.op, ast.Or), reader.truth())


def _unaryop(reader: _Reader, node: ast.UnaryOp, depth: int) -> Node:
    term = reader.term(node.operand, depth)
    if isinstance(node.op, ast.Not):
        return nodes.Not(term, reader.truth())
    if not isinstance(node.op, ast.USub):
        raise reader.wrong(node, "is not understood")
    if isinstance(term, nodes.Constant) and type(term.value) in work.NUMBERS:
        return nodes.Constant(-term.value)
    return nodes.Call((term,), work.NEGATIVE)


def _binop(reader: _Reader, node: ast.BinOp, depth: int) -> Node:
    done = work.ARITHMETIC.get(type(node.op).__name__)
    if done is None:
        raise reader.wrong(node, "is not understood; there are + - * / // %")
    left = reader.term(node.left, depth)
    return nodes.Sum(left, reader.term(node.right, depth), done)


def _compare(reader: _Reader, node: ast.Compare, depth: int) -> Node:
    first, *others = reader.terms([node.left, *node.comparators], depth)
    tests = [work.COMPARISONS.get(type(op).__name__) for op in node.ops]
    if len(others) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        there = isinstance(node.ops[0], ast.In)
        known = others[0].value if isinstance(others[0], nodes.Constant) else None
        if isinstance(known, list) and set(map(type, known)) <= work.PLAIN:
            return nodes.Call((first,), work.among(known, there=there))
    pairs = [(test, other) for test, other in zip(tests, others) if test]
    if len(pairs) < len(tests):
        raise reader.wrong(node, "is not understood. Try: == null")
    return nodes.Chain(first, tuple(pairs))


def _call(reader: _Reader, node: ast.Call, depth: int) -> Node:
    name = _called(node)
    if name not in FUNCTIONS:
        near = get_close_matches(name, FUNCTIONS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {_KNOWN}"
        raise reader.wrong(node, f"calls no known function; {hint}")
    reader.counted(node, name)
    if name == "field":
        return _field(reader, node, depth)
    if name == "has":
        return nodes.Has(reader.asked(reader.path(node.args[0]), "present"))
    if name == "get":
        path = reader.asked(reader.path(node.args[0]), "optional")
        return nodes.Get(path, reader.term(node.args[1], depth))
    if name == "matches":
        return _matches(reader, node, depth)
    return nodes.Call(reader.terms(node.args, depth), work.CALLS[name])


def _matches(reader: _Reader, node: ast.Call, depth: int) -> Node:
    from sel.maths.expression import patterns

    term = reader.term(node.args[0], depth)
    try:
        search = patterns.searcher(reader.string(node.args[1]))
    except patterns.BadPattern as error:
        raise reader.wrong(node, f"has a bad pattern: {error}") from None
    done = Work(lambda v: search(string(v)), search, work.taking({str}, work.BOOL))
    return nodes.Call((term,), done)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


_READERS: dict[type, Callable[[_Reader, Any, int], Node]] = {
    ast.Attribute: _field,
    ast.BinOp: _binop,
    ast.BoolOp: _boolop,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.List: _list,
    ast.Name: _field,
    ast.Subscript: _field,
    ast.Tuple: _list,
    ast.UnaryOp: _unaryop,
}


def _advice(text: str, column: int) -> str:
    """What to type instead, where the condition is not even an expression."""
    if re.search(r"&&|\|\||!(?!=)", text):
        hint = "Try: and, or, not"
    elif re.search(r"(?<![=<>!])=(?!=)", text):
        hint = "Try: == to compare"
    else:
        hint = "Try: 'lang == \"de\" and len(text) > 200'"
    return f"the condition {word(text)} cannot be read at column {column}. {hint}"
