"""A small language of conditions over the fields of a record.

Python's own parser reads it; only what is listed here is understood, and nothing of
it is ever run as Python: each piece becomes a function of the record.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from math import nan
from typing import Any

from sel.errors import UsageError

Record = Mapping[str, Any]
Term = Callable[[Record], Any]

LONGEST = 10_000
DEEPEST = 60


class Unjudged(ValueError):
    """A record that the condition cannot judge.

    Args:
        reason: field-missing or field-type.
        message: which field, and what is wrong with it.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Null(Unjudged):
    """A null where a number was needed."""


def compiled(text: str) -> Callable[[Record], bool]:
    """The condition as a function of a record.

    Raises:
        UsageError: the text is no condition.
    """
    term = _term(text)
    return lambda record: _truth(term(record), text)


def numeric(text: str) -> Callable[[Record], float]:
    """A field, or a sum or the like of fields, as a number; NaN where one is null.

    Raises:
        UsageError: the text is no expression.
    """
    term = _term(text)

    def value(record: Record) -> float:
        try:
            return float(_number(term(record)))
        except Null:
            return nan

    return value


def _term(text: str) -> Term:
    if len(text) > LONGEST:
        msg = f"the condition is longer than {LONGEST:,} characters"
        raise UsageError(msg)
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _Reader(text).term(tree.body, 0)
    except SyntaxError as error:
        raise UsageError(_advice(text, error.offset or 1)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, UsageError):
            raise
        msg = "the condition cannot be read: it is nested too deep, or has a NUL"
        raise UsageError(msg) from None


class _Reader:
    """Turns a parsed condition into functions."""

    def __init__(self, text: str) -> None:
        self._text = text

    def term(self, node: ast.expr, depth: int) -> Term:
        if depth > DEEPEST:
            msg = f"the condition is nested deeper than {DEEPEST} levels"
            raise UsageError(msg)
        read = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read is None:
            raise self._wrong(node, "is not understood")
        term: Term = read(node, depth + 1)
        return term

    def _wrong(self, node: ast.expr, what: str) -> UsageError:
        piece = ast.get_source_segment(self._text.strip(), node) or "it"
        return UsageError(f"{piece!r} (column {node.col_offset + 1}) {what}")

    def _constant(self, node: ast.Constant, depth: int) -> Term:
        value = node.value
        if not isinstance(value, str | int | float | bool | None):
            raise self._wrong(node, "is not understood")
        return lambda record: value

    def _name(self, node: ast.Name, depth: int) -> Term:
        words = {"true": True, "false": False, "null": None}
        if node.id in words:
            value = words[node.id]
            return lambda record: value
        return _field([node.id])

    def _attribute(self, node: ast.Attribute, depth: int) -> Term:
        return _field(self._path(node))

    def _subscript(self, node: ast.Subscript, depth: int) -> Term:
        return _field(self._path(node))

    def _path(self, node: ast.expr) -> list[str | int]:
        if isinstance(node, ast.Name):
            return [node.id]
        if isinstance(node, ast.Attribute):
            return [*self._path(node.value), node.attr]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            part = node.slice.value
            if isinstance(part, str | int):
                return [*self._path(node.value), part]
        if isinstance(node, ast.Call) and self._called(node) == "field":
            return [_string(self, node.args[0])]
        raise self._wrong(node, "is no field. Try: meta.name, list[0], field('a b')")

    def _list(self, node: ast.List, depth: int) -> Term:
        terms = [self.term(element, depth) for element in node.elts]
        return lambda record: [term(record) for term in terms]

    _tuple = _list

    def _boolop(self, node: ast.BoolOp, depth: int) -> Term:
        terms = [self.term(value, depth) for value in node.values]
        stop = isinstance(node.op, ast.Or)
        text = self._text

        def judge(record: Record) -> bool:
            return next(
                (stop for t in terms if _truth(t(record), text) is stop), not stop
            )

        return judge

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Term:
        term = self.term(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda record: not _truth(term(record), self._text)
        if isinstance(node.op, ast.USub):
            return lambda record: -_number(term(record))
        raise self._wrong(node, "is not understood")

    def _binop(self, node: ast.BinOp, depth: int) -> Term:
        work = _ARITHMETIC.get(type(node.op))
        if work is None:
            raise self._wrong(node, "is not understood; there are + - * / // %")
        left, right = self.term(node.left, depth), self.term(node.right, depth)

        def compute(record: Record) -> float:
            try:
                result: float = work(_number(left(record)), _number(right(record)))
            except (ZeroDivisionError, OverflowError) as error:
                raise Unjudged("field-type", str(error)) from None
            return result

        return compute

    def _compare(self, node: ast.Compare, depth: int) -> Term:
        terms = [self.term(t, depth) for t in (node.left, *node.comparators)]
        tests = [_COMPARISONS.get(type(op)) for op in node.ops]
        if None in tests:
            raise self._wrong(node, "is not understood. Try: == null")

        def judge(record: Record) -> bool:
            left = terms[0](record)
            for test, term in zip(tests, terms[1:], strict=True):
                right = term(record)
                if test is None or not test(left, right):
                    return False
                left = right
            return True

        return judge

    def _called(self, node: ast.Call) -> str:
        return node.func.id if isinstance(node.func, ast.Name) else ""

    def _call(self, node: ast.Call, depth: int) -> Term:
        name = self._called(node)
        if name not in FUNCTIONS:
            near = get_close_matches(name, FUNCTIONS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {_KNOWN}"
            raise self._wrong(node, f"calls no known function; {hint}")
        if node.keywords or len(node.args) != FUNCTIONS[name][0]:
            raise self._wrong(node, f"must have {FUNCTIONS[name][0]} arguments")
        if name == "field":
            return _field([_string(self, node.args[0])])
        if name in ("has", "get"):
            find = _field(self._path(node.args[0]))
            other = self.term(node.args[1], depth) if name == "get" else None
            return _has(find) if other is None else _get(find, other)
        terms = [self.term(argument, depth) for argument in node.args]
        work = FUNCTIONS[name][1]
        if name == "matches":
            try:
                work = re.compile(_string(self, node.args[1])).search
            except re.error as error:
                raise self._wrong(node, f"has a bad pattern: {error}") from None
            return lambda record: work(_text(terms[0](record))) is not None
        return lambda record: work(*[term(record) for term in terms])


def _string(reader: _Reader, node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise reader._wrong(node, "must be a string in quotes")


def _field(path: list[Any]) -> Term:
    shown = ".".join(map(str, path))

    def find(record: Record) -> Any:
        value: Any = record
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                msg = (
                    f"field {shown!r} is missing. Try: has({shown}) or get({shown}, 0)"
                )
                raise Unjudged("field-missing", msg) from None
        return value

    return find


def _has(find: Term) -> Term:
    def there(record: Record) -> bool:
        try:
            find(record)
        except Unjudged:
            return False
        return True

    return there


def _get(find: Term, other: Term) -> Term:
    def value(record: Record) -> Any:
        try:
            return find(record)
        except Unjudged:
            return other(record)

    return value


def _truth(value: Any, text: str) -> bool:
    if value is True or value is False:
        return value
    msg = f"{text!r} gives {_word(value)}, not true or false"
    raise Unjudged("field-type", msg)


def _number(value: Any) -> Any:
    if type(value) is int or type(value) is float:
        return value
    kind = Null if value is None else Unjudged
    raise kind("field-type", f"{_word(value)} is no number")


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise Unjudged("field-type", f"{_word(value)} is no string")


def _word(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def judge(left: Any, right: Any) -> bool:
        if type(left) is str and type(right) is str:
            return test(left, right)
        return test(_number(left), _number(right))

    return judge


def _equal(left: Any, right: Any) -> bool:
    if (left is True or left is False) is not (right is True or right is False):
        return False  # true is not 1
    return bool(left == right)


def _inside(left: Any, right: Any) -> bool:
    if type(right) is str:
        return _text(left) in right
    if isinstance(right, list | dict):
        return any(_equal(left, element) for element in right)
    raise Unjudged("field-type", f"{_word(right)} is no string, list or object")


def _sized(value: Any) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise Unjudged("field-type", f"{_word(value)} has no length")


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _inside,
    ast.NotIn: lambda left, right: not _inside(left, right),
}
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, lambda value: abs(_number(value))),
    "contains": (2, lambda value, part: _text(part) in _text(value)),
    "endswith": (2, lambda value, part: _text(value).endswith(_text(part))),
    "field": (1, _text),
    "get": (2, _text),
    "has": (1, _text),
    "len": (1, _sized),
    "lower": (1, lambda value: _text(value).lower()),
    "matches": (2, _text),
    "max": (2, lambda a, b: max(_number(a), _number(b))),
    "min": (2, lambda a, b: min(_number(a), _number(b))),
    "round": (1, lambda value: round(_number(value))),
    "startswith": (2, lambda value, part: _text(value).startswith(_text(part))),
}
"""The functions, with the number of their arguments."""
_KNOWN = ", ".join(FUNCTIONS)


def _advice(text: str, column: int) -> str:
    """What to type instead, where the condition is not even an expression."""
    if re.search(r"&&|\|\||!(?!=)", text):
        hint = "Try: and, or, not"
    elif re.search(r"(?<![=<>!])=(?!=)", text):
        hint = "Try: == to compare"
    else:
        hint = "Try: 'lang == \"de\" and len(text) > 200'"
    return f"the condition {_word(text)} cannot be read at column {column}. {hint}"
