"""Turns: the choices of RDS+'s authors, and what any such choice keeps."""

import numpy as np
import orjson
import pytest

from sel.pick import turns
from tests.conftest import GOLDEN

OUT = GOLDEN / "rds/out"
SELECTIONS = orjson.loads((OUT / "selections.json").read_bytes())
COSINES = {task: np.load(OUT / f"cossim_weighted_mean_{task}.npy") for task in "ab"}
SIZES = [1, 5, 10, 20]


def records(*fields):
    """One record for each column of the fields' arrays."""
    return [
        {"i": i, **{name: rows[..., i].tolist() for name, rows in fields}}
        for i in range(30)
    ]


def ids(run):
    return [record["i"] for record in run.records]


@pytest.mark.parametrize("k", SIZES)
@pytest.mark.parametrize("task", "ab")
@pytest.mark.parametrize(
    "rule,name", [("burn", "get_top_influences"), ("max", "get_top_optimized")]
)
def test_queries_of_one_task(sel, k, task, rule, name):
    pool = records(("rds", COSINES[task]))
    run = sel(f"pick turns -k {k} --by rds --rule {rule} --order score", pool)
    assert ids(run) == SELECTIONS[f"{name}/max/{task}/k{k}"]


@pytest.mark.parametrize("k", SIZES)
@pytest.mark.parametrize("task", "ab")
def test_the_lowest(sel, k, task):
    pool = records(("rds", COSINES[task]))
    run = sel(f"pick turns -k {k} --by rds --lowest --order score", pool)
    assert ids(run) == SELECTIONS[f"get_top_influences/min/{task}/k{k}"]


@pytest.mark.parametrize("k", [1, 2, *SIZES[1:]])
def test_tasks(sel, k):
    pool = records(*((task, rows.max(axis=0)) for task, rows in COSINES.items()))
    run = sel(f"pick turns -k {k} --by a,b --order score", pool)
    name = f"get_top_aggregated_influences/round_robin/max/ab/k{k}"
    assert ids(run) == SELECTIONS[name]


def test_a_duplicate_that_does_not_end_the_turn():
    lists = [[(9, 1), (8, 2)], [(9, 1), (7, 3)]]
    assert turns.pick(lists, 2, rule="burn") == [1, 2]
    assert turns.pick(lists, 2, rule="skip") == [1, 3]


def test_all_of_a_short_stream_and_nulls(sel):
    pool = [{"i": i, "s": [i, -i]} for i in range(5)] + [{"i": 5, "s": [None, None]}]
    run = sel("pick turns -k 10 --by s", pool)
    assert ids(run) == [0, 1, 2, 3, 4]
    assert "1 without a score" in run.err
    assert "wanted 10, and all that can be are kept" in run.err


@pytest.mark.parametrize(
    "pool,code,said",
    [
        ([{"s": 1.0}], 2, "no turns to take"),
        ([{"s": [1, 2]}, {"s": [1]}], 3, "unlike length"),
        ([{"s": ["a", "b"]}], 3, ":1: field 's' is a string, not a number"),
        ([{"s": ["1", "2"]}], 3, ":1: field 's' is a string, not a number"),
        ([{"s": [True, False]}], 3, "is true or false, not a number"),
    ],
)
def test_what_cannot_take_turns(sel, tmp_path, pool, code, said):
    assert said in sel("pick turns -k 1 --by s -o out", pool, code=code).err
    assert not list(tmp_path.iterdir())


def test_any_blocks_give_the_same_choice(sel):
    rng = np.random.RandomState(3)
    pool = [
        {"i": i, "s": rng.randint(0, 50, 4).tolist(), "x": "y" * 900}
        for i in range(3_000)
    ]
    kept = ids(sel("pick turns -k 40 --by s --order score", pool))
    scores = np.array([record["s"] for record in pool])
    lists = [
        [(scores[i, q], i) for i in np.argsort(-scores[:, q], kind="stable")]
        for q in range(4)
    ]
    assert kept == turns.pick(lists, 40)


@pytest.mark.parametrize(
    "words",
    ["top --by s", "sample --by s", "random", "turns --by both", "fuse --rank s"],
)
def test_a_share_of_the_records(sel, words):
    rows = [{"s": i % 7, "both": [i, -i]} for i in range(50)]
    run = sel(f"pick {words} -k 10%", rows)
    assert len(run.records) == 5
    assert run.out == sel(f"pick {words} -k 5", rows).out
