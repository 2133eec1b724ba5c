"""Targets of S3FT, against the decisions that are recorded, and by hand."""

import sys

import orjson
import pytest

import sel as library
from sel.errors import MachineError, OptionError, SelError, UsageError
from sel.pick import _judges
from tests.conftest import GOLDEN, lines

PAIRS = [
    orjson.loads(line)
    for line in (GOLDEN / "s3ft/expected.jsonl").read_bytes().splitlines()
]
MULTI = orjson.loads((GOLDEN / "s3ft/multi_sample.json").read_bytes())
EXEC = """
import json, sys
for line in sys.stdin:
    asked, space = json.loads(line), {}
    try:
        exec(asked["answer"], space)
        for test in asked["record"]["tests"]:
            exec(test, space)
        ok = True
    except Exception:
        ok = False
    print(json.dumps({"id": asked["id"], "ok": ok}))
"""
"""Runs the code of the fixture, which is known."""


def targets(records, **options):
    return list(library.pick("target", records, **options))


def of_judge(name):
    return [
        {k: one[k] for k in ("id", "prompt", "gold", "own", "paraphrase", "tests")}
        for one in PAIRS
        if one["judge"] == name
    ]


def check(made, wanted):
    assert len(made) == len(wanted) > 2
    for one, other in zip(made, wanted, strict=True):
        assert one["target"] == other["target"], one["id"]
        assert one["target_source"] == other["source"]
        assert one["target_own"] == other["own_ok"]
        assert bool(one["target_paraphrase"]) == bool(other["paraphrase_ok"])


@pytest.mark.parametrize("name,judge", [("number", "loose-number"), ("contains",) * 2])
def test_decisions_that_are_recorded(name, judge):
    wanted = [one for one in PAIRS if one["judge"] == name]
    check(targets(of_judge(name), judge=judge, parts=True), wanted)


def test_a_number_with_commas_at_odd_places_is_none():
    """Of the recorded decisions only that on m2 changes, which is a false accept."""
    loose, strict = (
        targets(of_judge("number"), judge=judge) for judge in ("loose-number", "number")
    )
    changed = [a["id"] for a, b in zip(loose, strict, strict=True) if a != b]
    assert changed == ["m2"]
    assert strict[2]["target"] == "#### 999"


def test_another_program_judges(tmp_path):
    (tmp_path / "judge.py").write_text(EXEC)
    command = f"{sys.executable} {tmp_path}/judge.py"
    wanted = [one for one in PAIRS if one["judge"] == "exec"]
    check(targets(of_judge("exec"), judge_cmd=command, parts=True), wanted)


def test_verdicts_that_are_there():
    verdicts = {"own_ok": "own_ok", "paraphrase_ok": "paraphrase_ok"}
    check(targets(PAIRS, **verdicts, parts=True, overwrite=True), PAIRS)


def test_several_samples():
    record = {"gold": MULTI["gold"], "own": MULTI["samples"]}
    names = {"shortest": "shortest", "likeliest": "highest_logprob", "first": "first"}
    for rule, name in names.items():
        (made,) = targets([record], judge="number", rule=rule, parts=True)
        assert made["target"] == MULTI["samples"][MULTI["pick"][name]]["text"]
        assert made["target_pass_rate"] == MULTI["pick"]["pass_rate"]
    own = ["7 it is", "the sum is 7, as 3 + 4 is", "3 plus 4 is 7"]
    near = {"gold": "3 plus 4 makes 7", "own": own}
    (made,) = targets([near], judge="number", rule="nearest")
    assert made["target"] == own[2]
    right = [[False, True, True], [None, None, True]]
    for verdicts in right:  # what nobody judges is not known to be right
        (made,) = targets([near | {"v": verdicts}], own_ok="v")
        assert made["target"] == own[verdicts.index(True)]
    (made,) = targets([near | {"v": right[1]}], own_ok="v", judge="number")
    assert made["target"] == own[0]


RIGHT = [
    ("number", "It costs $1,234.50.", "1234.5"),
    ("number", r"so \boxed{\frac{7}{2}}", "3.5"),
    ("number", "20-3=17", "17"),
    ("number", "x = -5", "\u22125"),
    ("number", "1.5e3 metres", "1500"),
    ("number", "3{,}000", "3,000"),
    ("loose-number", "9,99", "999"),
    ("exact", " a\n", "a"),
    ("contains", "It was the U.S. army", "US Army"),
    ("contains", "\u9996\u90fd\u662f\u5df4\u9ece\u3002", "\u5df4\u9ece"),
    ("contains", "It is 3,000 m", "3000"),
    ("contains", "N/A", "unanswerable"),
    ("choice", "I think the answer is (B), not A.", "B"),
    ("choice", "b", "(B)"),
    ("choice", "A: no. B: no. So \\boxed{C}", "C. Rome"),
    ("json", '```json\n{"a": [1.0], "b": null}\n```', '{"b":null,"a":[1]}'),
]
WRONG = [
    ("number", "9,99", "999"),
    ("number", "9,99", "99"),
    ("number", "it is 9/2", "7/2"),
    ("number", "5", "-5"),
    ("number", "1/0", "1/0"),
    ("number", "none", "none"),
    ("number", "1" * 5000, "1" * 5000),
    ("number", "1e999999999", "1e999999999"),
    ("loose-number", "1" * 5000, "1" * 5000),
    ("exact", "A", "a"),
    ("contains", "I know", "no"),
    ("contains", "-5", "5"),
    ("contains", "3.5", "35"),
    ("contains", "3,000", "3"),
    ("contains", "3.5", "5"),
    ("contains", "unanswerable", "answer"),
    ("contains", "Rome", "unanswerable"),
    ("choice", "A good question", "A"),
    ("choice", "", ""),
    ("json", "```json" + "\n" * 200_000, "1"),
    ("number", "1," * 100_000, "1"),
    ("choice", "answer" + " " * 200_000, "B"),
    ("contains", "a " * 200_000, "b"),
    ("json", "true", "1"),
    ("json", "NaN", "NaN"),
    ("json", "[" * 5000, "[" * 5000),
    ("json", "[" * 900 + "]" * 900 + "x", "[]"),
]


@pytest.mark.parametrize("name,answer,gold", RIGHT)
def test_what_is_right(name, answer, gold):
    assert _judges.judge(name, None)(answer, gold)


@pytest.mark.parametrize("name,answer,gold", WRONG, ids=range(len(WRONG)))
def test_what_is_not(name, answer, gold):
    assert not _judges.judge(name, None)(answer, gold)


def test_a_pattern():
    by = _judges.judge("regex", r"Answer: (\w+)")
    assert by("Answer: a\nAnswer: b", "Answer: b")
    assert not by("Answer: a", "Answer: b")
    assert not by("b", "b")
    assert _judges.judge("regex", r"\d+")("1 or 2", "2")
    assert not _judges.judge("regex", r"(a)|b")("b", "b")
    with pytest.raises(OptionError, match="regular expression"):
        _judges.judge("regex", "(")


def test_requests_and_replies(tmp_path):
    pool = [
        {"prompt": "1+1?", "gold": "2", "own": "3"},
        {"prompt": "2+2?", "gold": "4", "own": "4"},
        {"prompt": "{gold}?", "gold": "6", "own": "7"},
        {"prompt": "1+1?", "gold": "2", "own": "5"},
        {"prompt": "9?", "gold": "9", "own": "0", "paraphrase": "Nine is 9."},
    ]
    asked, replies = tmp_path / "asked.jsonl", tmp_path / "replies.jsonl"
    made = targets(pool, judge="number", requests=asked)
    assert [one["target_source"] for one in made] == [
        *("gold", "own", "gold", "gold", "paraphrase")
    ]
    requests = [orjson.loads(line) for line in asked.read_bytes().splitlines()]
    assert len(requests) == 2  # what is asked twice is written once
    first, second = (one["messages"][0]["content"] for one in requests)
    assert first.endswith("Question:\n1+1?\n\nCorrect answer:\n2")
    assert "Question:\n{gold}?\n" in second
    told = [
        {"id": requests[0]["id"], "text": "That makes 2."},
        {"id": requests[1]["id"], "text": " "},
        {"id": 7, "text": "no request has a number for a name"},
    ]
    replies.write_bytes(lines(told) + b"not JSON\n")
    made = targets(pool, judge="number", replies=replies, requests=asked)
    assert [one["target"] for one in made] == [
        *("That makes 2.", "4", "6", "That makes 2.", "Nine is 9.")
    ]
    assert len(asked.read_bytes().splitlines()) == 1


def test_both_targets_and_the_closing_line(sel):
    pool = [{"prompt": "1+1?", "gold": 2, "own": "It is 2."}]
    run = sel("pick target --judge number --gold gold --as completion --both", pool)
    (made,) = run.records
    assert made["completion"] == "It is 2."
    assert made["completion_gold"] == "2"
    assert "targets own 1" in run.err


def test_bad_input(sel, tmp_path):
    odd = [
        {"gold": None, "own": "1"},
        {"gold": "1", "own": None},
        {"gold": "1", "own": []},
        {"gold": "", "own": ""},
        {"gold": "a\0", "own": ["\0", "a\0"]},
        {"gold": [1, {"a": None}], "own": [[7], 7]},
    ]
    made = targets(odd, judge="contains", parts=True)
    assert [one["target_source"] for one in made] == [
        *(None, "gold", "gold", "gold", "own", "gold")
    ]
    assert made[0]["target"] is None
    assert [one["target_own"] for one in made] == [
        False,
        None,
        None,
        False,
        True,
        False,
    ]
    half = b'{"gold":"\\ud800","own":"1"}\n'
    assert "half of a surrogate" in sel("pick target --judge exact", half, 3).err
    bad = [
        ({"own": "1"}, {}, "'gold' is missing"),
        ({"gold": "1"}, {}, "'own' is missing"),
        ({"gold": "1", "own": ["1", None]}, {}, "null among its answers"),
        ({"gold": "1", "own": "1", "v": 1}, {"own_ok": "v"}, "true, false or null"),
        ({"gold": "1", "own": "1", "v": []}, {"own_ok": "v"}, "true, false or null"),
        ({"gold": "1", "own": ["1", "2"]}, {"rule": "likeliest"}, "without logprob"),
        ({"gold": "1", "own": {"text": "", "logprob": "x"}}, {}, "not a number"),
        ({"gold": "1", "own": [{"content": "1"}]}, {}, "object without a text"),
        ({"gold": "1", "own": {"text": None}}, {}, "object without a text"),
        ({"gold": "1", "own": "", "paraphrase": {"a": "1"}}, {}, "without a text"),
    ]
    for record, options, said in bad:
        with pytest.raises(SelError, match=said):
            targets([record], judge="exact", **options)
    for options, said in [
        ({}, "say who judges"),
        ({"judge": "number", "judge_cmd": "cat"}, "two judges"),
        ({"judge": "regex"}, "go together"),
        ({"judge": "exact", "pattern": "a"}, "go together"),
        ({"judge_cmd": "a 'b"}, "a program and its arguments"),
        ({"judge_cmd": "  "}, "a program and its arguments"),
        ({"judge_cmd": "cat", "judge_timeout": 0}, "above 0"),
    ]:
        with pytest.raises(UsageError, match=said):
            targets([{"gold": "1", "own": "1"}], **options)


@pytest.mark.parametrize(
    "program,said",
    [
        (None, "there is no such program"),
        ("import sys; sys.exit('cannot\\nbe \\033[31mdone')", "status 1: be "),
        ("import time; print(1, flush=True); time.sleep(60)", "took more than 0.5 s"),
        ("print('yes')", "wrote 'yes', not a verdict"),
        ('print(\'{"id":0,"ok":1}\')', "not a verdict"),
        ('print(\'{"id":"0","ok":true}\')', "not a verdict"),
        ("", "gave 0 verdicts on 1 answers"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "not a verdict"),
        ('print(\'{"id":0,"ok":true}\\n{"id":0,"ok":null}\')', "right, and not"),
    ],
)
def test_programs_that_fail_are_one_line(program, said, tmp_path):
    (tmp_path / "judge.py").write_text(program or "")
    command = (
        f"{sys.executable} {tmp_path}/judge.py" if program is not None else "nope!"
    )
    with pytest.raises(MachineError, match=said) as caught:
        targets([{"gold": "1", "own": "1"}], judge_cmd=command, judge_timeout=0.5)
    assert str(caught.value).isprintable()


def test_a_program_that_writes_without_end_is_ended():
    with pytest.raises(MachineError, match="yes: wrote more than 64 MB"):
        targets([{"gold": "1", "own": "1"}], judge_cmd="yes", judge_timeout=60)


def test_a_program_may_say_much_and_read_nothing_of_a_lot(tmp_path):
    (tmp_path / "judge.py").write_text(
        "import sys\n"
        "sys.stderr.write('x' * 1_000_000)\n"
        "print('{\"id\":0,\"ok\":true}\\n' * 2, end='')\n"
    )
    command = f"{sys.executable} {tmp_path}/judge.py"
    pool = [{"gold": "g" * 1_000_000, "own": "a"}]
    (made,) = targets(pool, judge_cmd=command)
    assert made["target"] == "a"
