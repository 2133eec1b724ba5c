from xml.etree import ElementTree

import orjson
import pytest

from sel.eval._rules import Outcome
from sel.report import checks
from tests.conftest import lines

DATA = [{"text": f"some words {i}", "lang": "en" if i % 4 else "de"} for i in range(40)]
GOOD = '[profile]\nby = ["lang"]\n[[rule]]\nmeasure = "records"\nmin = 40\n'
BAD = '[[rule]]\nname = "a|b <c>, d: 5%"\nmeasure = "groups.lang.shares.*"\nmax = 0.5\n'
DRIFT = '[[rule]]\nmeasure = "records"\ndrift = 0.1\n'


@pytest.fixture
def place(tmp_path):
    (tmp_path / "data.jsonl").write_bytes(lines(DATA))
    for name, words in (("good", GOOD), ("bad", GOOD + BAD), ("drift", GOOD + DRIFT)):
        (tmp_path / f"{name}.toml").write_text(words)
    return tmp_path


def test_exit_status_says_whether_rules_hold(sel, place):
    good = sel("eval check good.toml data.jsonl")
    assert good.out == b"ok      records is 40: must be at least 40\n"
    bad = sel("eval check bad.toml data.jsonl", code=1)
    assert b"FAILS   a|b <c>, d: 5%: groups.lang.shares.en is 0.75" in bad.out
    assert "rules 2; failed 1" in bad.err
    assert sel("eval check good.toml -", DATA).out == good.out


def test_a_baseline_is_what_an_earlier_run_saved(sel, place):
    first = sel("eval check drift.toml data.jsonl --save last.json")
    assert b"skipped records is 40: there is not a baseline" in first.out
    second = sel("eval check drift.toml data.jsonl --baseline last.json")
    assert b"skipped" not in second.out
    (place / "data.jsonl").write_bytes(lines(DATA + DATA[:5]))
    run = sel("eval check drift.toml data.jsonl --baseline last.json", code=1)
    assert (
        b"FAILS   records is 45: it was 40; may change by at most 0.1 of it" in run.out
    )
    sel("eval profile data.jsonl -o last.json")
    sel("eval check drift.toml data.jsonl --baseline last.json")


def test_results_of_other_measures_are_judged(sel, place):
    (place / "rules.toml").write_text(
        '[[rule]]\nmeasure = "match.*.kl_reduction"\nmin = 0.1\n'
        '[[rule]]\nmeasure = "one.recall"\nmin = 0.9\n'
    )
    rows = [
        {"selection": f"{n}.jsonl", "kl_reduction": v}
        for n, v in (("a", 0.2), ("b", 0.0))
    ]
    (place / "match.jsonl").write_bytes(lines(rows))
    (place / "one.json").write_bytes(lines([{"recall": 0.95}]))
    run = sel("eval check rules.toml --results match.jsonl --results one.json", code=1)
    assert run.out.splitlines() == [
        b"ok      match.*.kl_reduction: match.a.jsonl.kl_reduction is 0.2: must be at least 0.1",
        b"FAILS   match.*.kl_reduction: match.b.jsonl.kl_reduction is 0: must be at least 0.1",
        b"ok      one.recall is 0.95: must be at least 0.9",
    ]


def test_formats(sel, place):
    command = "eval check bad.toml data.jsonl --format junit=c.xml,json=c.json,markdown=c.md,github"
    run = sel(command, code=1)
    assert run.out == (
        b"::error title=a|b <c>%2C d%3A 5%25::"
        b"groups.lang.shares.en is 0.75: must be at most 0.5\n"
    )
    root = ElementTree.parse(place / "c.xml").getroot()
    assert root.attrib == {"tests": "3", "failures": "1", "errors": "0", "skipped": "0"}
    (failure,) = root.findall("testsuite/testcase/failure")
    assert failure.text == "groups.lang.shares.en is 0.75: must be at most 0.5"
    found = orjson.loads((place / "c.json").read_bytes())
    assert found["holds"] is False
    assert [one["status"] for one in found["checks"]] == ["holds", "fails", "holds"]
    head, _, _, _, first, *_ = (place / "c.md").read_text().splitlines()
    assert head == "### 1 of 3 checks fail"
    assert first == (
        "| **FAILS** | a\\|b &lt;c>, d: 5% | "
        "groups.lang.shares.en is 0.75: must be at most 0.5 |"
    )


def test_github_obeys_nothing_in_a_name_or_a_message():
    rule = Outcome(
        "a%\r\n:,\x1b[2J\x85", "m", "", None, None, "fails", "1%\n::error::\0\u2028"
    )
    assert checks.github([rule]) == (
        "::error title=a%25%0D%0A%3A%2C\\u001b[2J\\u0085::1%25%0A::error::\\u0000\\u2028\n"
    )


def test_names_that_xml_cannot_have(sel, place):
    (place / "data.jsonl").write_bytes(lines([{"text": "a", "lang": "\x00\x1b<&\n"}]))
    (place / "bad.toml").write_text('[profile]\nby = ["lang"]\n' + BAD)
    run = sel("eval check bad.toml data.jsonl --format junit,text", code=1)
    xml, _, text = run.out.partition(b"</testsuites>\n")
    assert ElementTree.fromstring(xml + b"</testsuites>") is not None
    assert text.count(b"\n") == 1 and b"\x1b" not in text


@pytest.mark.parametrize(
    "rules,words",
    [
        ("", "has no rules"),
        ("rule = 3", "has no rules"),
        ("[[rule]", "is not TOML"),
        ("[[rules]]\nmeasure = 'a'", "tables are [[rule]]"),
        (DRIFT + "[[rule]]\nmeasure = 'a'\nmim = 1", "rule 2: 'mim' is unknown"),
        ("[profile]\nbye = 'a'\n" + DRIFT, "'bye' is unknown"),
        ("[profile]\nby = 'lang'\n" + DRIFT, "by has a wrong value"),
        ("[profile]\nby = [3]\n" + DRIFT, "by is a list of fields"),
    ],
)
def test_bad_rules_end_with_2(sel, place, rules, words):
    (place / "rules.toml").write_text(rules)
    assert words in sel("eval check rules.toml data.jsonl", code=2).err


@pytest.mark.parametrize(
    "command,code,words",
    [
        ("", 2, "give a file of rules"),
        ("none.toml data.jsonl", 2, "none.toml: No such file"),
        ("data.jsonl good.toml", 2, "Try: the rules first"),
        ("good.toml none.jsonl", 3, "none.jsonl cannot be read: No such file"),
        ("good.toml good.toml", 3, "not JSON"),
        ("good.toml data.jsonl --baseline none.json", 3, "cannot be read"),
        ("good.toml data.jsonl --baseline good.toml", 3, "has no results"),
        ("good.toml data.jsonl --baseline data.jsonl", 3, "is not a baseline"),
        ("good.toml --results good.toml", 3, "has no results"),
        ("good.toml data.jsonl --format xml", 2, "--format must be of"),
        ("good.toml data.jsonl --format junit=", 2, "--format must be of"),
    ],
)
def test_what_cannot_be_read(sel, place, command, code, words):
    assert words in sel(f"eval check {command}", code=code).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"", "has no rules"),
        (b"x=" + b"[" * 1000 + b"]" * 1000, "is not TOML: it is nested too deep"),
        (b"x=" + b"{a=" * 2000 + b"1" + b"}" * 2000, "it is nested too deep"),
        (b"# \xe4\n", "is not TOML: 'utf-8' codec"),
        (b"\0", "is not TOML: Invalid statement"),
        (GOOD.encode() + b"max = 1" + b"0" * 400, "rule 1: max must be a number"),
        (GOOD.encode() + b"max = 1" + b"0" * 5000, "is not TOML: Exceeds the limit"),
        (GOOD.encode() + b"max = inf", "rule 1: max must be a number, got inf"),
    ],
)
def test_rules_that_cannot_be(sel, place, words, said):
    (place / "odd.toml").write_bytes(words)
    run = sel("eval check odd.toml data.jsonl", code=2)
    assert said in run.err
    assert run.err.count("\n") == 1


def test_rules_in_a_folder_a_pipe_or_after_a_mark(sel, place):
    assert "Is a directory" in sel(["eval", "check", place, "-"], code=2).err
    (place / "mark.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    sel("eval check mark.toml data.jsonl")
    sel("eval check /dev/stdin data.jsonl", GOOD.encode())


def test_a_number_that_no_float_can_hold_equals_nothing(sel, place):
    huge = f'[[rule]]\nmeasure = "records"\nequals = 1{"0" * 400}\n'
    (place / "odd.toml").write_text(huge)
    sel("eval check odd.toml data.jsonl", code=1)


SIGNALS = [
    {"text": "a b", "language": "de", "pii_email": 0, "n_words": 60},
    {"text": "c d", "language": "de", "pii_email": 2, "n_words": 40},
    {"text": "", "language": None, "pii_email": 0, "n_words": None},
    {"text": "e", "language": "en", "pii_email": 0, "n_words": 70},
]


def judged(sel, place, rule, code, records=SIGNALS):
    (place / "one.toml").write_text(f"rules = ['{rule}']\n")
    return sel("eval check one.toml -", lines(records), code=code)


@pytest.mark.parametrize(
    "rule,code,said",
    [
        ("language.de >= 0.5", 0, "ok      language.de is 0.5: must be at least 0.5"),
        ("language.de > 0.5", 1, "FAILS   language.de is 0.5: must be above 0.5"),
        ("language.fr <= 0", 0, "language.fr is 0"),
        ("pii.email_rate < 0.25", 1, "pii.email_rate is 0.25: must be below 0.25"),
        ("where n_words >= 50 keeps >= 0.5", 0, "where n_words >= 50 keeps is 0.5"),
        ("preset gopher-dclm keeps == 0", 0, "preset gopher-dclm keeps is 0"),
        (
            "lang.de >= 0.1",
            1,
            "lang.de cannot be said: 4 of the records cannot be judged, as field 'lang' "
            "is missing",
        ),
        ("where language > 3 keeps > 0", 1, "3 of the records cannot be judged"),
    ],
)
def test_rules_over_signals(sel, place, rule, code, said):
    assert said in judged(sel, place, rule, code).out.decode()


def test_a_preset_keeps_what_pick_where_keeps(sel, place):
    good = "The cat and the dog have been with it. " * 6
    records = [{"text": good}, {"text": "no"}, {"text": good + "\n{ a b c."}]
    run = judged(sel, place, "preset c4 keeps == 0.5", 1, records)
    assert b"preset c4 keeps is 0.3333" in run.out
    assert len(sel("pick where --preset c4", records).records) == 1


@pytest.mark.parametrize(
    "rule,said",
    [
        ("preset nope keeps > 0.1", "--rules nope: No such file"),
        ("where n >> 2 keeps > 0.1", "is not understood"),
        ("language", "is no rule"),
        ("lingua >= 1", "names no measure"),
    ],
)
def test_rules_that_are_none_are_told(sel, place, rule, said):
    run = judged(sel, place, rule, 2)
    assert said in run.err and not run.out


def test_rules_over_signals_are_the_same_on_two_processes(sel, place):
    (place / "many.toml").write_text(
        'rules = ["language.de > 0.9", "preset c4 keeps > 0.9", "records > 1"]\n'
    )
    data = lines(SIGNALS * 9000)
    one, two = (sel(f"eval check many.toml - -j {j}", data, code=1) for j in (1, 2))
    assert one.out == two.out and b"language.de is 0.5" in one.out
