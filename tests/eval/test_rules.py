import pytest

from sel.errors import UsageError
from sel.eval._rules import LIMITS, Rule, find, judge, parsed, sentence

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


@pytest.mark.parametrize(
    "words,measure,limits,asked",
    [
        ("records >= 3", "records", {"min": 3}, {}),
        ("lengths.words.p50<1.5", "lengths.words.p50", {"below": 1.5}, {}),
        ("match.*.kl > 0", "match.*.kl", {"above": 0}, {}),
        (
            "language.de >= 0.9",
            'where.language == "de".share',
            {"min": 0.9},
            {"where": ['language == "de"']},
        ),
        (
            "meta.n.1 == 0.5",
            'where.meta.n == "1" or meta.n == 1.share',
            {"equals": 0.5},
            {"where": ['meta.n == "1" or meta.n == 1']},
        ),
        (
            "pii.email_rate <= 1e-3",
            "where.get(pii.email, pii_email) > 0.share",
            {"max": 0.001},
            {"where": ["get(pii.email, pii_email) > 0"]},
        ),
        (
            "spam_rate < 1",
            "where.spam > 0.share",
            {"below": 1},
            {"where": ["spam > 0"]},
        ),
        (
            "preset fineweb keeps >= 0.6",
            "rules.fineweb.kept_share",
            {"min": 0.6},
            {"rules": ["fineweb"]},
        ),
        (
            "where n >= 50 and m < 2 keeps > 0.1",
            "where.n >= 50 and m < 2.share",
            {"above": 0.1},
            {"where": ["n >= 50 and m < 2"]},
        ),
    ],
)
def test_a_rule_in_one_line(words, measure, limits, asked):
    rule, found = sentence(words, {"match"})
    assert (rule.measure, found) == (measure, asked)
    given = {name: getattr(rule, name) for name in LIMITS}
    assert {name: one for name, one in given.items() if one is not None} == limits


@pytest.mark.parametrize(
    "words",
    [
        "",
        "records",
        "records >=",
        ">= 3",
        "a >= b",
        "a.b >= nan",
        "a.b > 1e999",
        "a > 1",
    ],
)
def test_a_line_that_is_no_rule(words):
    with pytest.raises(UsageError, match="preset fineweb keeps"):
        sentence(words, ())


@pytest.mark.parametrize(
    "limits,status",
    [
        ({"above": 89}, "holds"),
        ({"above": 90}, "fails"),
        ({"below": 91}, "holds"),
        ({"below": 90}, "fails"),
    ],
)
def test_limits_that_must_be_passed(limits, status):
    assert outcome({"measure": "records", **limits}) == status


def test_what_lines_ask_for_is_asked_of_the_profile():
    rules, how = parsed(
        "r.toml",
        'rules = ["preset c4 keeps > 0.1", "preset c4 keeps < 0.9", "a.b > 0"]\n'
        '[profile]\nrules = ["fineweb"]\nwhere = ["n > 1"]\n'
        '[[rule]]\nmeasure = "records"\nmin = 1\n',
    )
    assert how == {"rules": ["fineweb", "c4"], "where": ["n > 1", 'a == "b"']}
    assert [rule.measure for rule in rules][2:] == ['where.a == "b".share', "records"]


@pytest.mark.parametrize(
    "words,said",
    [
        ('rules = "records > 1"', "list of strings"),
        ("rules = [1]", "list of strings"),
        ("rules = []", "has no rules"),
        ('rules = ["x"]', "'x' is no rule"),
        ('rules = ["records > 1"]\n[profile]\nwhere = [1]', "list of conditions"),
        ('rules = ["records > 1"]\n[profile]\nrules = "c4"', "wrong value"),
    ],
)
def test_lines_that_are_wrong_are_told(words, said):
    with pytest.raises(UsageError, match=said) as raised:
        parsed("r.toml", words)
    assert "r.toml" in str(raised.value)
