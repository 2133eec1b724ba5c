import pytest

from sel.errors import UsageError
from sel.eval._rules import Rule, find, judge, parsed

TREE = {"records": 90, "fields": {"a.b": {"null": 0.5}, "c": {"null": 0.0}}, "x": None}


def outcome(rule, baseline=None, tree=TREE):
    (found,) = judge(Rule.read(1, rule), tree, baseline)
    return found.status


@pytest.mark.parametrize(
    "path,wanted",
    [
        ("records", [("records", 90)]),
        ("fields.a.b.null", [("fields.a.b.null", 0.5)]),
        ("fields.*.null", [("fields.a.b.null", 0.5), ("fields.c.null", 0.0)]),
        ("fields.d.null", []),
        ("records.null", []),
    ],
)
def test_paths(path, wanted):
    assert list(find(TREE, path)) == wanted


@pytest.mark.parametrize(
    "limits,before,status",
    [
        ({"min": 90}, None, "holds"),
        ({"min": 90.5}, None, "fails"),
        ({"max": 90}, None, "holds"),
        ({"max": 89}, None, "fails"),
        ({"equals": 90}, None, "holds"),
        ({"equals": "90"}, None, "fails"),
        ({"min_ratio": 0.9}, 100, "holds"),
        ({"min_ratio": 0.91}, 100, "fails"),
        ({"max_ratio": 0.8}, 100, "fails"),
        ({"drift": 0.1}, 100, "holds"),
        ({"drift": 0.05}, 100, "fails"),
        ({"drift": 0.05}, 85, "fails"),
        ({"change": 10}, 100, "holds"),
        ({"change": 9}, 81, "holds"),
        ({"change": 8}, 81, "fails"),
        ({"drift": 0.1}, None, "skipped"),
        ({"drift": 0.1}, "not a number", "fails"),
    ],
)
def test_limits(limits, before, status):
    baseline = None if before is None else {"records": before}
    assert outcome({"measure": "records", **limits}, baseline) == status


def test_what_is_not_there_does_not_hold():
    assert outcome({"measure": "nothing", "min": 0}) == "fails"
    assert outcome({"measure": "x", "min": 0}) == "fails"
    assert outcome({"measure": "records", "drift": 0.1}, {}) == "fails"


@pytest.mark.parametrize(
    "raw,words",
    [
        ({}, "names no measure"),
        ({"measure": "a"}, "has no limit"),
        ({"measure": "a", "mim": 1}, "'mim' is unknown"),
        ({"measure": "a", "min": "1"}, "min must be a number"),
        ({"measure": "a", "min": True}, "min must be a number"),
        ({"measure": "a", "min": 1, "name": 3}, "name must be a string"),
        ("records", "names no measure"),
    ],
)
def test_bad_rules_are_named(raw, words):
    with pytest.raises(UsageError, match=f"rule 7.*{words}"):
        Rule.read(7, raw)


@pytest.mark.parametrize("text", ["a=" + "[" * 2000 + "]" * 2000, "a=" + "{b=" * 2000])
def test_rules_that_are_nested_too_deep_are_refused(text):
    with pytest.raises(UsageError, match="it is nested too deep"):
        parsed("r.toml", text)
