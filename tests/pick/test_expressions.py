"""--by and the like take an expression over fields: that of `pick where`."""

import random

import pytest

from tests.conftest import lines
from tests.runs.sharded import call

RNG = random.Random(4)
RECORDS = [
    {
        "i": i,
        "v": RNG.choice([None, RNG.random(), RNG.randint(1, 9)]),
        "cost": RNG.randint(1, 5),
        "meta": {"q": RNG.random()},
        "a-b": RNG.random(),
        "a/b": RNG.random(),
        "g": RNG.choice("xy"),
    }
    for i in range(60)
]


def quotient(one):
    return None if one["v"] is None else one["v"] / one["cost"]


EXPRESSIONS = {
    "v/cost": quotient,
    "-v // cost": lambda one: None if one["v"] is None else -one["v"] // one["cost"],
    "max(meta.q, 0.5) - cost": lambda one: max(one["meta"]["q"], 0.5) - one["cost"],
    'field("a-b")*2': lambda one: one["a-b"] * 2,
    "get(absent, 0) + cost": lambda one: one["cost"],
    "a-b": lambda one: one["a-b"],
    '"a/b"': lambda one: one["a/b"],
    "/a~1b": lambda one: one["a/b"],
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_ranks_by_what_it_gives(sel, text):
    value = EXPRESSIONS[text]
    there = [one for one in RECORDS if value(one) is not None]
    best = sorted(there, key=lambda one: (-value(one), one["i"]))[:20]
    run = sel(["pick", "top", "-k", "20", "--order", "score", f"--by={text}"], RECORDS)
    assert run.records == best
    lacking = len(RECORDS) - len(there)
    assert (f"{lacking} without a score" in run.err) == (lacking > 0)


PLAIN = [{**one, "x": quotient(one)} for one in RECORDS]


@pytest.mark.parametrize(
    "command",
    [
        "pick top -k 9 --by {} --lowest",
        "pick top --by {} --threshold 0.5",
        "pick top --by {} --budget 20 --cost cost",
        "pick top -k 9 --by {},meta.q",
        "pick sample -k 9 --by {}",
        "pick turns -k 9 --by {},cost",
        "pick fuse -k 9 --rank {}:2,-cost",
        "pick committee -k 9 --rank {},cost",
        "pick mix -k 9 --by {} --per g --alpha 1",
        "diversify strata -k 9 --by {}",
    ],
)
def test_is_a_field_wherever_one_is_ranked_by(sel, command):
    words = command.format("x").split(), command.format("max(v/cost,0)").split()
    field, expression = (sel(some, PLAIN) for some in words)
    assert expression.out == field.out
    assert field.records


@pytest.mark.parametrize(
    "text,said",
    [
        ("v/(cost", "cannot be read at column 3"),
        ("v ** 2", "is not understood"),
        ("sin(v)", "calls no known function"),
    ],
)
def test_what_is_no_expression_is_refused(sel, text, said):
    assert said in sel(["pick", "top", "-k", "1", f"--by={text}"], RECORDS, 2).err


@pytest.mark.parametrize(
    "record,said",
    [
        ({"v": 1, "cost": 0}, "1 / 0 divides by zero"),
        ({"v": 1}, "field 'cost' is missing"),
        ({"v": "1", "cost": 1}, "'1' is not a number"),
        ({"v": 1e308, "cost": 1e-9}, "is not a finite number"),
        ({"v": True, "cost": 1}, "true is not a number"),
    ],
)
def test_a_record_without_a_result_is_a_bad_line(sel, record, said):
    run = sel("pick top -k 2 --by v/cost", [*RECORDS, record], 3)
    assert said in run.err
    good = sel("pick top -k 2 --by v/cost --on-error skip", [*RECORDS, record])
    assert "1 rejected" in good.err
    assert good.out == sel("pick top -k 2 --by v/cost", RECORDS).out


def test_an_engine_gives_the_bytes_of_one_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(lines(RECORDS))
    call("pick top -k 20 --by v/cost -q -o one.jsonl in.jsonl")
    call("pick top -k 20 --by v/cost -q -o many.jsonl in.jsonl --engine local")
    one = (tmp_path / "one.jsonl").read_bytes()
    assert one
    assert (tmp_path / "many.jsonl").read_bytes() == one


def test_a_direction_for_an_expression(sel):
    records = [{"ok": True, "v": 2, "t": 90}, {"ok": True, "v": 3, "t": 40}]
    records.append({"ok": False, "v": 9, "t": 1})
    chosen = sel("pick top -k 1 --by ok:desc,v/t:asc -q", records)
    assert chosen.records == records[:1]
