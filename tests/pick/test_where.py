import json

import pytest


def test_keeps_what_fits(sel):
    run = sel(
        ["pick", "where", 'n >= 2 and t != "c"'],
        [{"n": 1, "t": "a"}, {"n": 2, "t": "b"}, {"n": 3, "t": "c"}],
    )
    assert run.records == [{"n": 2, "t": "b"}]


def test_a_missing_field_is_a_bad_line(sel):
    run = sel(["pick", "where", "n > 1"], [{"n": 2}, {}], code=3)
    assert "standard input:2: field 'n' is missing. Try: has(n)" in run.err
    assert sel(
        ["pick", "where", "n > 1", "--on-error", "skip"], [{"n": 2}, {}]
    ).records == [{"n": 2}]


def test_no_condition(sel):
    assert "give a condition" in sel("pick where", code=2).err


def test_limit_stops_reading(sel):
    assert len(sel(["pick", "where", "true", "--limit", "3"], [{}] * 100).records) == 3


HOSTILE = {"x": 1e308, "z": 0, "n": None, "b": True, "s": "5", "big": 10**30}
HOSTILE |= {"text": "a" * 40 + "!", "l": [1, [True]], "o": {"a": [1.0]}}


def written(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    "condition,said",
    [
        ("round(x*10) > 3", "1e+308 * 10 is not a finite number"),
        ("round(x*10 - x*10) > 3", "1e+308 * 10 is not a finite number"),
        ("x // 1e-320 > 0", "1e+308 // 1e-320 is not a finite number"),
        ("round(1e999) > 3", "inf cannot be rounded"),
        ("x / z > 1", "1e+308 / 0 divides by zero"),
        ("big // z > 1", "0 divides by zero"),
        ("5 % z == 1", "5 % 0 divides by zero"),
        (f"x * 1{'0' * 400} > 1", "is not a finite number"),
        ("big", "'big' gives 1000000000000000000000000000000, not true or false"),
        ("not big", "not true or false"),
        ("s > 3", "'5' is not a number"),
        ("n > 3", "null is not a number"),
        ("b > 0", "true is not a number"),
        ("l > 1", "[1, [True]] is not a number"),
        ("l * 2 == l", "is not a number"),
        ("x < s", "'5' is not a number"),
        ("o in s", "is not a string"),
    ],
)
def test_a_record_that_cannot_be_judged_is_a_bad_line(sel, condition, said):
    pool = written(HOSTILE, HOSTILE | {"keep": 1})
    run = sel(["pick", "where", condition], pool, code=3)
    assert "standard input:1: " in run.err and said in run.err
    assert run.err.count("\n") == 1 and run.out == b""
    run = sel(
        ["pick", "where", condition, "--on-error", "skip", "--max-errors", "9"], pool
    )
    assert "0 kept, 0 dropped, 2 rejected" in run.err


@pytest.mark.parametrize(
    "condition,holds",
    [
        ("big == 1e30", False),
        ("9007199254740993 == 9007199254740992.0", False),
        ("big + 1 > big", True),
        ("l == [1, [true]]", True),
        ("l == [1, [1]]", False),
        ("l == [true, [true]]", False),
        ("l != [1.0, [1]]", True),
        ("l == [1.0, [true]]", True),
        ("[true] in l", True),
        ("[1] in l", False),
        ("o.a == [true]", False),
        ("o.a == [1]", True),
        ("o == l", False),
        ("x < 1e999", True),
    ],
)
def test_equality_at_any_depth_and_numbers_of_any_size(sel, condition, holds):
    other = written(HOSTILE | {"l": {"q": 1}, "o": {"a": 1}})
    for more in (b"", other):  # all of one type, and not
        run = sel(["pick", "where", condition], written(HOSTILE) + more)
        assert run.out.startswith(written(HOSTILE)) is holds


@pytest.mark.parametrize("pattern", ["[[a]", "[a&&b]", "[a||b]", "[a~~b]"])
def test_a_pattern_that_python_warns_of_is_silent(sel, pattern):
    run = sel(["pick", "where", f"matches(text, '{pattern}')"], written(HOSTILE))
    assert run.out == written(HOSTILE)
    assert "Warning" not in run.err and run.err.count("\n") == 1


@pytest.mark.parametrize(
    "pattern", ["a{1,99999999999}", "a{4294967295}", "(", "(?=(a+))*b", "(?<=a+)b", "*"]
)
def test_a_pattern_that_cannot_be_used_is_a_wrong_command_line(sel, pattern):
    run = sel(
        ["pick", "where", f"matches(text, '{pattern}')"], written(HOSTILE), code=2
    )
    assert "has a bad pattern" in run.err and run.err.count("\n") == 1
