"""Records that lack what a choice needs: left, or left in, and always counted."""

import numpy as np
import pytest

TEXTS = ["a", "b", "c", "d", "e"]
ROWS = np.array([[1, 0], [1, 0.01], [0, 0], [0, np.nan], [0, 1]], "f4")


@pytest.fixture
def pool(tmp_path):
    np.save(tmp_path / "v.npy", ROWS)
    return [{"i": i, "s": 5 - i} for i in range(5)]


def ids(run):
    return [record["i"] for record in run.records]


@pytest.mark.parametrize("method", ["semantic", "novelty --by s"])
@pytest.mark.parametrize("more,kept", [("", [0, 2, 3, 4]), (" -k 2", [0, 2])])
def test_what_cannot_be_compared_is_no_copy(sel, pool, method, more, kept):
    run = sel(f"diversify {method} --vectors v.npy{more}", pool)
    assert ids(run) == kept
    assert "2 without a usable vector" in run.err


def test_vectors_in_records_that_are_not_there_are_no_copies(sel):
    pool = [{"i": 0, "v": [1, 0]}, {"i": 1, "v": None}, {"i": 2, "v": [1, 0]}]
    pool += [{"i": 3, "v": [0.0, 0.0]}]
    run = sel("diversify semantic --vectors @v", pool)
    assert ids(run) == [0, 1, 3]
    assert "2 without a usable vector" in run.err


@pytest.mark.parametrize(
    "method",
    [
        "kcenter",
        "herding",
        "medoids",
        "facility",
        "graphcut",
        "dpp",
        "prototypes",
        "mmr --by s",
        "clusters --cells 2",
        "votek",
    ],
)
def test_a_choice_by_vectors_says_who_has_none(sel, pool, method):
    run = sel(f"diversify {method} --vectors v.npy -k 5", pool)
    assert ids(run) == [0, 1, 4]
    assert "2 without a usable vector" in run.err


def test_each_record_is_counted_for_one_thing(sel, pool):
    pool[2]["s"] = pool[0]["s"] = None
    run = sel("diversify mmr --by s --vectors v.npy -k 5", pool)
    assert ids(run) == [1, 4]
    assert "2 without a score, 1 without a usable vector" in run.err


@pytest.mark.parametrize("method", ["clusters --cells 1", "votek"])
def test_no_group_is_not_a_group(sel, pool, method, tmp_path):
    np.save(tmp_path / "v.npy", ROWS[[0, 1, 4, 4, 0]])
    for record, group in zip(pool, ["x", None, "y", None, "x"], strict=True):
        record["g"] = group
    run = sel(f"diversify {method} --vectors v.npy -k 5 --per g", pool)
    assert ids(run) == [0, 2, 4]
    assert "2 without a group" in run.err


def test_what_was_chosen_before_counts_whatever_it_lacks(sel, pool, tmp_path):
    pool[0]["s"] = None
    (tmp_path / "before.jsonl").write_text('{"_row":0}\n')
    command = "diversify novelty --by s --vectors v.npy --already before.jsonl"
    run = sel(command, pool)
    assert ids(run) == [2, 3, 4]
    assert "2 without a usable vector" in run.err


def test_explained_where_nothing_can_be_compared(sel, pool):
    run = sel("diversify semantic --vectors v.npy --explain 2", pool)
    assert "row 2 was taken as number 2 of 4: it is like nothing" in run.err


def test_no_neighbours_are_no_vector(sel, pool, tmp_path):
    np.save(tmp_path / "g.npy", np.array([[1], [0], [-1], [-1], [0]], "i4"))
    run = sel("diversify votek --graph g.npy -k 5", pool)
    assert ids(run) == [0, 1, 4]
    assert "2 without a usable vector" in run.err


@pytest.mark.parametrize("shape", ["raw", "center", "zscore"])
@pytest.mark.parametrize("rule,kept", [("paper", [0, 1, 4]), ("released", range(5))])
def test_losses_of_any_size(sel, tmp_path, pool, shape, rule, kept):
    rows = np.array([[3e38, -3e38], [1, 2], [np.nan, 1], [np.inf, 1], [5, 6]], "f4")
    np.save(tmp_path / "l.npy", rows)
    command = f"diversify clusters --trajectories l.npy --cells 2 -k 5 --shape {shape}"
    run = sel(f"{command} --rule {rule}", pool)
    assert ids(run) == list(kept)
    assert ("2 without a usable vector" in run.err) is (rule == "paper")
    assert "nan" not in run.err and "Warning" not in run.err
