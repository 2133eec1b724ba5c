"""Conditions over percentiles, beside counts of what is lower."""

import random

import pytest

from tests.conftest import lines


def kept(sel, condition, pool, more=(), **options):
    return sel(["pick", "where", "--percentile", condition, *more], pool, **options)


def test_a_percentile_is_the_share_that_is_lower(sel):
    draw = random.Random(3)
    pool = [{"i": i, "l": draw.choice("abc"), "s": draw.random()} for i in range(500)]
    for group, more in ((None, ()), ("l", ("--per", "l"))):
        wanted = []
        for one in pool:
            others = [o["s"] for o in pool if group is None or o["l"] == one["l"]]
            share = 100 * sum(s < one["s"] for s in others) / len(others)
            wanted += [one["i"]] if 30 <= share < 60 else []
        run = kept(sel, "30 <= s < 60", pool, more)
        assert [one["i"] for one in run.records] == wanted
    assert "groups 3" in run.err


def test_shares_of_ten_are_whole(sel):
    pool = [{"s": s} for s in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]
    for share in range(0, 101, 10):
        assert len(kept(sel, f"s < {share}", pool).records) == share // 10


def test_equal_values_go_together(sel):
    pool = [{"s": 1}] * 5 + [{"s": 2}] * 5
    assert len(kept(sel, "s < 20", pool).records) == 5
    assert kept(sel, "s == 50", pool).records == [{"s": 2}] * 5


def test_several_fields(sel):
    pool = [{"m": {"a": i}, "b": -i} for i in range(10)]
    assert kept(sel, "m.a >= 50 and b >= 30", pool).records == pool[5:7]


def test_records_without_a_number_or_a_group_are_dropped(sel):
    pool = [{"s": 1, "l": "a"}, {"s": None, "l": "a"}, {"s": 1, "l": None}]
    run = kept(sel, "s >= 0", pool, ("--per", "l"))
    assert run.records == pool[:1]
    assert "2 dropped" in run.err
    assert "1 without a score, 1 without a group" in run.err
    assert kept(sel, "s < 50", [{"s": None}, {"s": None}]).records == []


def test_bad_records(sel):
    assert "is a string, not a number" in kept(sel, "s < 5", [{"s": "x"}], code=3).err
    skip = ("--on-error", "skip")
    assert kept(sel, "s < 5", [{"s": "x"}, {}, {"s": 1}], skip).records == [{"s": 1}]
    assert kept(sel, "s < 5", b"").records == []


@pytest.mark.parametrize(
    "words",
    [
        ["--percentile", "s <"],
        ["--percentile", "1 < 2"],
        ["--percentile", "s < 'x'"],
        ["--percentile", "s"],
        ["--percentile", "s < 5", "--preset", "c4"],
        ["s < 5", "--per", "l"],
    ],
)
def test_wrong_conditions(sel, words):
    run = sel(["pick", "where", *words], lines([{"s": 1, "text": ""}]), code=2)
    assert run.err.count("\n") <= 2


def test_files_and_ends(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines([{"s": 1}, {"s": 2}]))
    (tmp_path / "b.jsonl").write_bytes(lines([{"s": 3}, {"s": 4}]))
    run = sel(["pick", "where", "a.jsonl", "b.jsonl", "--percentile", "s >= 50"])
    assert run.records == [{"s": 3}, {"s": 4}]
    run = sel(
        [
            "pick",
            "where",
            "--percentile",
            "s >= 0",
            "--limit",
            "3",
            "a.jsonl",
            "b.jsonl",
        ]
    )
    assert len(run.records) == 3
