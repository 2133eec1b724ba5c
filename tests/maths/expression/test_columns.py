"""Whole columns against a literal evaluation, record by record, of random conditions."""

import operator
import random
import time
from math import isfinite, isnan, nan

import pytest

from sel.errors import UsageError
from sel.maths.expression import (
    MISSING,
    Unjudged,
    compiled,
    gathered,
    numeric,
    parsed,
)

SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CALLS = {
    "abs": 1,
    "len": 1,
    "lower": 1,
    "round": 1,
    "max": 2,
    "min": 2,
} | dict.fromkeys(("contains", "startswith", "endswith"), 2)
FIELDS = ["n", "q", "s", "b", "m.q", "m.l[0]", 'field("a b")', "deep", "l"]
PATHS = {
    "m.q": ("m", "q"),
    "m.l[0]": ("m", "l", 0),
    'field("a b")': ("a b",),
}
HUGE = 10**5000
DEEP = [0]
for _ in range(3000):
    DEEP = [DEEP]


class Wrong(Exception):
    pass


def wrong(message):
    raise Wrong("field-type", message)


def shown(value):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    try:
        text = repr(value)
    except ValueError:
        return "a huge number"
    except RecursionError:
        return {list: "a deep list", dict: "a deep object"}[type(value)]
    return text if len(text) <= 40 else text[:37] + "..."


def number(value):
    if type(value) not in (int, float):
        raise Wrong("field-type", f"{shown(value)} is not a number", value is None)
    return value


def string(value):
    if type(value) is not str:
        wrong(f"{shown(value)} is not a string")
    return value


def found(field, record):
    value = record
    for part in PATHS.get(field, (field,)):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def depth(value):
    """How deep such a value as DEEP is."""
    levels = 0
    while isinstance(value, list):
        (value,) = value
        levels += 1
    return levels


def same(a, b):
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    try:
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(same, a, b))
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
        return a == b
    except RecursionError:
        return depth(a) == depth(b)


def inside(a, b):
    if type(b) is str:
        return string(a) in b
    if not isinstance(b, list | dict):
        wrong(f"{shown(b)} is not a string, list or object")
    return any(same(a, one) for one in b)


def compared(sign, a, b):
    if sign in ("==", "!="):
        return same(a, b) is (sign == "==")
    if sign in ("in", "not in"):
        return inside(a, b) is (sign == "in")
    if type(a) is type(b) is str:
        return SIGNS[sign](a, b)
    return SIGNS[sign](number(a), number(b))


def arithmetic(sign, a, b):
    try:
        result = SIGNS[sign](a, b)
    except ZeroDivisionError:
        wrong(f"{shown(a)} {sign} 0 divides by zero")
    except OverflowError:
        result = float("inf")
    if type(result) is float and not isfinite(result):
        wrong(f"{shown(a)} {sign} {shown(b)} is not a finite number")
    return result


def called(name, args):
    if name == "len":
        if not isinstance(args[0], str | list | dict):
            wrong(f"{shown(args[0])} has no length")
        return len(args[0])
    if name == "lower":
        return string(args[0]).lower()
    if name == "contains":
        return string(args[1]) in string(args[0])
    if name in ("startswith", "endswith"):
        return getattr(string(args[0]), name)(string(args[1]))
    work = {"abs": abs, "round": round, "max": max, "min": min}[name]
    try:
        return work(*map(number, args))
    except (OverflowError, ValueError):
        wrong(f"{shown(args[0])} cannot be rounded")


def truth(value, text):
    if not isinstance(value, bool):
        wrong(f"{text!r} gives {shown(value)}, not true or false")
    return value


def there(field, record):
    value = found(field, record)
    if value is MISSING:
        path = ".".join(map(str, PATHS.get(field, (field,))))
        words = f"field {path!r} is missing. Try: has({path}) or get({path}, 0)"
        raise Wrong("field-missing", words)
    return value


def got(field, other, record, of):
    value = found(field, record)
    return of(other) if value is MISSING else value


def chained(of, first, *others):
    left = of(first)
    for sign, part in zip(others[::2], others[1::2], strict=True):
        right = of(part)
        if not compared(sign, left, right):
            return False
        left = right
    return True


def evaluate(tree, record, text):
    kind, *parts = tree

    def of(part):
        return evaluate(part, record, text)

    ways = {
        "value": lambda: parts[1],
        "field": lambda: there(parts[0], record),
        "has": lambda: found(parts[0], record) is not MISSING,
        "get": lambda: got(*parts, record, of),
        "list": lambda: [of(part) for part in parts],
        "and": lambda: all(truth(of(part), text) for part in parts),
        "or": lambda: any(truth(of(part), text) for part in parts),
        "not": lambda: not truth(of(parts[0]), text),
        "-": lambda: -number(of(parts[0])),
        "sum": lambda: arithmetic(parts[0], number(of(parts[1])), number(of(parts[2]))),
        "call": lambda: called(parts[0], [of(part) for part in parts[1:]]),
        "compare": lambda: chained(of, *parts),
    }
    return ways[kind]()


def written(tree):
    kind, *parts = tree
    if kind in ("value", "field"):
        return parts[0]
    if kind in ("and", "or"):
        return "(" + f" {kind} ".join(map(written, parts)) + ")"
    if kind in ("not", "-"):
        return f"({kind} {written(parts[0])})"
    if kind == "sum":
        return f"({written(parts[1])} {parts[0]} {written(parts[2])})"
    if kind == "list":
        return "[" + ", ".join(map(written, parts)) + "]"
    if kind == "has":
        return f"has({parts[0]})"
    if kind == "get":
        return f"get({parts[0]}, {written(parts[1])})"
    if kind == "call":
        return f"{parts[0]}({', '.join(map(written, parts[1:]))})"
    pieces = (p if isinstance(p, str) else written(p) for p in parts)
    return "(" + " ".join(pieces) + ")"


CONSTANTS = [
    ("true", True),
    ("false", False),
    ("null", None),
    *((text, eval(text)) for text in ("0", "1", "2.0", "0.5", "1e308", "'a'", "'B'")),
    (str(2**53 + 1), 2**53 + 1),
]


def grown(rng, depth, kind="any"):
    """A random expression, mostly of the kind that is asked for."""
    if rng.random() < 0.07:
        kind = "any"
    if kind == "any":
        kind = rng.choice(["truth", "number", "string", "leaf"])
    if depth <= 0 or kind == "leaf" or rng.random() < 0.1:
        field, constant = (
            ("field", rng.choice(FIELDS)),
            ("value", *rng.choice(CONSTANTS)),
        )
        by_kind = {
            "truth": ("field", "b"),
            "number": ("field", "q"),
            "string": ("field", "s"),
        }
        return rng.choice([field, constant, by_kind.get(kind, field)])

    def some(kind="any"):
        return grown(rng, depth - 1, kind)

    if rng.random() < 0.1:
        return ("get", rng.choice(FIELDS), some(kind))
    if kind == "number":
        sign = rng.choice(list(SIGNS)[:6])
        name = rng.choice(["abs", "round", "max", "min"])
        numbers = [some(kind) for _ in range(CALLS[name])]
        return rng.choice(
            [
                ("sum", sign, some(kind), some(kind)),
                ("call", name, *numbers),
                ("-", some(kind)),
                ("call", "len", some("string")),
            ]
        )
    if kind == "string":
        return ("call", "lower", some(kind))
    return truthy(rng, some)


def truthy(rng, some):
    how = rng.randrange(8)
    if how < 3:
        terms = [some("truth") for _ in range(rng.choice([2, 2, 3]))]
        return (rng.choice(["and", "or"]), *terms)
    if how == 3:
        return ("not", some("truth"))
    if how == 4:
        return ("has", rng.choice(FIELDS))
    if how == 5:
        name = rng.choice(["contains", "startswith", "endswith"])
        return ("call", name, some("string"), some("string"))
    if how == 6:
        listed = ("list", *(some("leaf") for _ in range(rng.randrange(3))))
        right = rng.choice([listed, some("string"), ("field", "l")])
        return ("compare", some("leaf"), rng.choice(["in", "not in"]), right)
    kind = rng.choice(["number", "number", "string", "any"])
    signs = ["==", "!=", *list(SIGNS)[6:]]
    chain = [some(kind)]
    for _ in range(rng.choice([1, 1, 2])):
        chain += [rng.choice(signs), some(kind)]
    return ("compare", *chain)


USUAL = {
    "n": [0, 1, 2, 3, -4],
    "q": [0.5, 1.0, 2.5, -0.0],
    "s": ["a", "B", "", "ab"],
    "b": [True, False],
    "a b": [1, "a"],
    "deep": [DEEP, list(DEEP)],
    "l": [[1, "a"], [], {"a": 1}, "ab"],
}
ODD = [None, True, 1, 0.5, "a", [], {}, [True], 2**53, 2**53 + 1, 2**64, HUGE, 1e308]


def record(rng, odd):
    """A random record; the more `odd`, the less is as usual."""
    one = {}
    for name, values in USUAL.items():
        if rng.random() >= odd / 2:
            one[name] = rng.choice(ODD if rng.random() < odd else values)
    if rng.random() >= odd / 2:
        one["m"] = rng.choice(
            [{"q": 2, "l": ["a"]}, {"q": 0.5, "l": []}] if rng.random() >= odd else ODD
        )
    return one


def expected(tree, one, text, finish):
    try:
        return finish(evaluate(tree, one, text)), None
    except Wrong as why:
        return None, why.args


def as_number(value):
    try:
        return float(number(value))
    except OverflowError:
        return wrong(f"{shown(value)} is too large for a float")


def number_expected(tree, one, text):
    value, why = expected(tree, one, text, as_number)
    return (nan, None) if why and why[2:] == (True,) else (value, why)


def shortened(why):
    return why and why[:2]


def told(why):
    return why and (why.reason, str(why))


def check_truth(records, tree):
    text = written(tree)
    wanted = [expected(tree, one, text, lambda v: truth(v, text)) for one in records]
    expression = parsed(text)
    columns = gathered(records, expression.paths)
    judged = expression.judge(columns, len(records))
    assert judged.holds == [bool(holds) for holds, _ in wanted], text
    assert all(type(holds) is bool for holds in judged.holds)
    for i, (_, why) in enumerate(wanted):
        assert told(judged.why.get(i)) == shortened(why), text


def check_number(records, tree):
    text = written(tree)
    wanted = [number_expected(tree, one, text) for one in records]
    expression = parsed(text)
    columns = gathered(records, expression.paths)
    valued = expression.values(columns, len(records))
    for i, (value, why) in enumerate(wanted):
        assert told(valued.why.get(i)) == shortened(why), text
        given = valued.values[i]
        assert isnan(given) if value is None or isnan(value) else given == value


@pytest.mark.parametrize("seed", range(4))
def test_columns_give_what_each_record_gives_alone(seed):
    rng = random.Random(seed)
    until = time.process_time() + 1
    rounds = 0
    while rounds < 20 or (rounds < 2000 and time.process_time() < until):
        rounds += 1
        odd = rng.choice([0, 0, 0.05, 0.5])
        records = [record(rng, odd) for _ in range(rng.choice([0, 1, 5, 12]))]
        check_truth(records, grown(rng, 4, "truth"))
        check_number(records, grown(rng, 3, "number"))


def test_one_record_is_a_block_of_one():
    with pytest.raises(Unjudged) as error:
        compiled("a > b")({"a": 1})
    assert (error.value.reason, error.value.path) == ("field-missing", ("b",))
    assert compiled("a > 1 or b")({"a": 2})
    assert numeric("a + 1")({"a": 1}) == 2.0
    assert isnan(numeric("a + 1")({"a": None}))


@pytest.mark.parametrize(
    "text,needs",
    [
        ("a > 1", {("a",): "needed"}),
        ("has(a)", {("a",): "present"}),
        ("has(a) and get(a, 1) > 1", {("a",): "optional"}),
        ("get(a, 1) > 1 or a > 2", {("a",): "needed"}),
        ("a or has(a)", {("a",): "needed"}),
        (
            'm.q[0]["x"] == field("a b")',
            {("m", "q", 0, "x"): "needed", ("a b",): "needed"},
        ),
        ('field("a b").c == 1', {("a b", "c"): "needed"}),
        (
            "get(a, b) == get(true, 1)",
            {("a",): "optional", ("b",): "needed", ("true",): "optional"},
        ),
        ("1 == 1", {}),
    ],
)
def test_says_what_it_reads(text, needs):
    expression = parsed(text)
    assert dict(expression.needs) == needs
    assert expression.paths == tuple(needs)
    assert expression.text == text


def test_the_right_side_is_asked_only_where_the_left_leaves_it_open():
    columns = {("a",): [True, False, True], ("b",): [False, MISSING, MISSING]}
    found = parsed("a and b").judge(columns, 3)
    assert found.holds == [False, False, False]
    assert list(found.why) == [2]
    found = parsed("a or b").judge(columns, 3)
    assert found.holds == [True, False, True]
    assert list(found.why) == [1]


def test_no_records():
    assert parsed("a > 1").judge({("a",): []}, 0).holds == []
    assert parsed("true").judge({}, 3).holds == [True] * 3


@pytest.mark.parametrize(
    "text,one",
    [
        ("round(1e308 * 10) > 1", {}),
        ("round(1e999) > 1", {}),
        ("q * 10 > 1", {"q": 1e308}),
        ("q - q * 2 < 1", {"q": -1.7e308}),
        ("n / 1 > 1", {"n": HUGE}),
        ("n * 0.5 > 1", {"n": HUGE}),
        ("n", {"n": HUGE}),
        ("n and true", {"n": HUGE}),
        ("lower(n) == 'a'", {"n": HUGE}),
        ("len(n) > 1", {"n": HUGE}),
        ("d", {"d": DEEP}),
        ("1 in n", {"n": HUGE}),
    ],
)
def test_what_cannot_be_computed_is_no_crash(text, one):
    with pytest.raises(Unjudged) as error:
        compiled(text)(one)
    assert error.value.reason == "field-type"


def test_a_number_too_large_for_a_float_is_none():
    with pytest.raises(Unjudged, match="too large"):
        numeric("n")({"n": HUGE})


def test_whole_numbers_are_exact():
    assert compiled("n == 9007199254740993")({"n": 2**53 + 1})
    assert not compiled("n == 9007199254740993")({"n": 2**53})
    assert compiled("n > 9007199254740992")({"n": 2**53 + 1})
    assert compiled("n < q")({"n": 2**53 - 1, "q": 2.0**53})
    assert compiled("n + 1 == m")({"n": 2**64, "m": 2**64 + 1})
    columns = {("n",): [2**53, 2**53 + 1, HUGE, 0.5]}
    assert parsed("n > 9007199254740992").judge(columns, 4).holds == [
        False,
        True,
        True,
        False,
    ]


def test_values_nested_too_deep_for_python_are_compared():
    def nested(inner, wrap):
        for _ in range(5000):
            inner = wrap(inner)
        return inner

    for wrap in (lambda v: [v], lambda v: {"a": v}):
        one, two, other = nested(1, wrap), nested(1, wrap), nested(2, wrap)
        assert compiled("a == b")({"a": one, "b": two})
        assert compiled("a != b")({"a": one, "b": other})
        assert compiled("a in b")({"a": one, "b": [two]})


def test_true_is_no_index():
    with pytest.raises(UsageError, match="not a field"):
        parsed("a[True] == 1")
    with pytest.raises(UsageError, match="must have 1"):
        parsed("field().a == 1")


ODD_VALUES = [*ODD, MISSING, nan, -0.0, "x" * 50, {"a": [None]}, [[]], DEEP, -HUGE]
PIECES = [
    *FIELDS,
    *CALLS,
    *SIGNS,
    *"()[],",
    *("matches(s, '(a|b)+c')", "has(n)", "get(n, s)", "and", "or", "not", "in"),
    *("==", "'a'", "1e999", "7", "null"),
]


def test_nothing_but_the_two_errors_comes_out():
    rng = random.Random(5)
    until = time.process_time() + 1
    while time.process_time() < until:
        text = " ".join(rng.choices(PIECES, k=rng.randrange(1, 9)))
        if rng.random() < 0.7:
            text = written(grown(rng, 4))
        try:
            expression = parsed(text)
        except UsageError:
            continue
        n = rng.choice([1, 6])
        columns = {path: rng.choices(ODD_VALUES, k=n) for path in expression.paths}
        judged = expression.judge(columns, n)
        assert len(judged.holds) == n
        valued = expression.values(columns, n)
        assert all(type(value) is float for value in valued.values)
        reasons = {why.reason for why in (judged.why | valued.why).values()}
        assert reasons <= {"field-type", "field-missing"}
