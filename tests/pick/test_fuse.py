from collections import Counter

import numpy as np
import orjson
import pytest

from sel.maths.ranking.ranks import ranks, shared_weights
from sel.pick import fuse
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "select2reason"
EXPECTED = orjson.loads((FOLDER / "expected.json").read_bytes())
RECORDS = [
    orjson.loads(line) for line in (FOLDER / "records.jsonl").read_bytes().splitlines()
]
COLUMNS = np.array([EXPECTED["difficulty"], EXPECTED["length_chars"]], float).T
TRACES = [
    {**record, "difficulty": d, "length": n}
    for record, d, n in zip(
        RECORDS, EXPECTED["difficulty"], EXPECTED["length_chars"], strict=True
    )
]


@pytest.mark.parametrize("ties", ["ordinal", "average", "min"])
def test_ranks_of_select2reason(ties):
    for name, column in zip(("difficulty", "length"), COLUMNS.T, strict=True):
        assert ranks(column, ties).tolist() == EXPECTED["ranks"][f"{name}_{ties}"]


@pytest.mark.parametrize("w", ["0.0", "0.25", "0.5", "0.75", "1.0"])
@pytest.mark.parametrize("ties", ["average", "ordinal"])
def test_joint_ranks_and_choices_of_select2reason(sel, w, ties):
    weights = np.array([float(w), 1 - float(w)])
    joint = -fuse.rank(COLUMNS, weights, ties=ties)
    assert joint == pytest.approx(EXPECTED["joint"][f"w{w}_{ties}"], abs=1e-9)
    for percent in (2, 10):
        run = sel(
            f"pick fuse --rank difficulty:{w},length:{1 - float(w)} --ties {ties}"
            f" --fraction {percent / 100} --order score",
            TRACES,
        )
        golden = EXPECTED["selected"][f"w{w}_{ties}_top{percent}pct"]
        assert [record["id"] for record in run.records] == golden


def test_unranked_names_share_what_is_left():
    scores = np.array([np.nan, 2, np.nan, 5])
    assert shared_weights(scores, np.arange(4.0)[::-1]).tolist() == [0.5, 2, 0.5, 3]
    cut = orjson.loads((GOLDEN / "multiwinner/expected.json").read_bytes())[
        "truncated_ballots"
    ]
    total = np.zeros(cut["m"])
    for ballot in cut["ballots"]:
        scores = np.full(cut["m"], np.nan)
        scores[ballot] = -np.arange(len(ballot))
        total += shared_weights(scores, np.arange(cut["m"])[::-1] * 1.0)
    assert total == pytest.approx(cut["borda_points_average_rest"])
    assert len(shared_weights(np.empty(0), np.empty(0))) == len(ranks(np.empty(0))) == 0


def test_reciprocal_ranks_by_hand():
    columns = np.array([[3, 1], [2, np.nan], [1, 9], [np.nan, np.nan]])
    found = fuse.rank(columns, np.array([1.0, 2]), fusion="rrf", constant=1)
    assert found[:3] == pytest.approx([1 / 2 + 2 / 3, 1 / 3, 1 / 4 + 2 / 2])
    assert np.isnan(found[3])
    assert np.isnan(fuse.rank(columns, np.array([1.0, 2]))).tolist() == [
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("seed", range(4))
def test_order_of_the_input_changes_nothing(sel, seed):
    rng = np.random.default_rng(seed)
    pool = [
        {"i": i, "a": float(a), "b": float(b)}
        for i, (a, b) in enumerate(rng.normal(size=(50, 2)))
    ]
    command = "pick fuse --rank a:0.3,b -k 12 --order score"
    straight = sel(command, pool).records
    assert sel(command, [pool[i] for i in rng.permutation(50)]).records == straight
    order = np.argsort(
        -fuse.rank(np.array([[r["a"], r["b"]] for r in pool]), np.array([0.3, 1]))
    )
    assert [r["i"] for r in straight] == order[:12].tolist()


def test_groups_budgets_reports_and_reasons(sel, tmp_path):
    run = sel(
        "pick fuse --rank difficulty:0.25,length:0.75 -k 20 --per problem_type --shares equal"
        " --report r --ranked --explain 0",
        TRACES,
    )
    report = [orjson.loads(line) for line in (tmp_path / "r").read_bytes().splitlines()]
    assert sum(one["pool"] for one in report) == 200
    assert sum(one["kept"] for one in report) == 20
    assert all(one["low"] <= one["rate"] <= one["high"] for one in report)
    joint = EXPECTED["joint"]["w0.25_average"]
    place = {record["id"]: i for i, record in enumerate(RECORDS)}
    for record in run.records:
        assert record["_gain"] == -joint[place[record["id"]]]
        assert record["_rank"] > sum(j < -record["_gain"] for j in joint)
    assert (
        "row 0 left: difficulty 92 of 200, length 117 of 200; score -110.75" in run.err
    )
    run = sel(
        "pick fuse --rank length --budget 9000 --cost length --threshold -5", TRACES
    )
    assert sum(record["length"] for record in run.records) <= 9000


def test_bad_lines_nulls_and_little(sel):
    bad = b'{"a":1,"b":2}\n{"a":1}\nx\n{"a":null,"b":3}\n{"a":0,"b":1}\n'
    assert "'b' is missing" in sel("pick fuse --rank a,b -k 3", bad, code=3).err
    run = sel("pick fuse --rank a,b -k 3 --on-error skip --ranked", bad)
    assert [r["_rank"] for r in run.records] == [1, 2]
    assert "5 read, 2 kept, 1 dropped, 2 rejected, 0 blank" in run.err
    assert sel("pick fuse --rank a -k 3", b"").out == b""
    assert sel("pick fuse --rank a -k 3", [{"a": 1}]).records == [{"a": 1}]
    run = sel(["pick", "fuse", "--rank", "-a", "-k", "1"], [{"a": 2}, {"a": 1}])
    assert run.records == [{"a": 1}]


@pytest.mark.parametrize("bad", ["a:-1", "a,a", "a:0", ",", "a:nan", ":2"])
def test_ranks_that_are_none(sel, bad):
    assert (
        "--rank must be fields"
        in sel(["pick", "fuse", "-k", "1", "--rank", bad], code=2).err
    )


def test_quotas_of_the_stratified_baseline(sel):
    quotas = EXPECTED["stratified_quota_10pct"]
    run = sel(
        f"pick fuse --rank length -k {sum(quotas.values())} --per problem_type"
        " --shares proportional",
        TRACES,
    )
    assert Counter(record["problem_type"] for record in run.records) == quotas


def test_a_row_that_is_none_does_not_move_the_ranks(sel):
    pool = [{"_row": 0, "a": 1}, {"_row": "x", "a": 5}, {"_row": 2, "a": 3}]
    for order in (pool, pool[::-1]):
        run = sel("pick fuse --rank a -k 1 --on-error skip", order)
        assert [record["a"] for record in run.records] == [5]
        run = sel("pick fuse --rank a -k 1 --on-error skip --explain 0", order)
        assert [record["a"] for record in run.records] == [3]
