"""Influences of LESS from features: the authors' numbers, and what must hold."""

import numpy as np
import orjson
import pytest

from sel.errors import DataError
from sel.score import less
from tests.conftest import GOLDEN, lines

LESS = GOLDEN / "less"


def features():
    """Projected SGD features at checkpoint 10, from the recorded gradients."""
    known = np.load(LESS / "full_gradients_fp32.npz")
    bits = np.load(LESS / "projection.npz")["bits"]
    signs = np.unpackbits(bits)[: 1792 * 256].reshape(1792, 256) * 2.0 - 1
    return known["train-10"] @ signs, known["val-10"] @ signs


def by_hand(ours, theirs, subtasks):
    """The authors' steps: all cosines, the mean of a subtask's columns, the highest."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (ours, theirs))
    return (a @ b.T).reshape(len(a), subtasks, -1).mean(axis=2)


@pytest.mark.parametrize("subtasks", [1, 9, 18])
def test_influences_are_means_of_cosines(subtasks):
    ours, theirs = features()
    wanted = by_hand(ours, theirs, subtasks)
    each = less.score(ours, theirs, subtasks=subtasks, reduce="each")
    np.testing.assert_allclose(each, wanted, atol=1e-6)
    best = less.score(ours, theirs, subtasks=subtasks)
    np.testing.assert_allclose(best, wanted.max(axis=1), atol=1e-6)


def test_a_row_that_is_the_target_has_influence_one():
    ours, _ = features()
    assert less.score(ours * 7, ours[3:4])[3] == pytest.approx(1, abs=1e-6)


def test_rows_without_a_gradient_are_never_first(sel, tmp_path):
    ours, theirs = features()
    ours[2], ours[5] = np.nan, 0
    np.save(tmp_path / "g.npy", ours.astype("<f4"))
    np.save(tmp_path / "t.npy", theirs.astype("<f4"))
    pool = lines([{"id": i} for i in range(24)])
    run = sel(
        "score less --vectors g.npy --target-vectors t.npy --subtasks 9", stdin=pool
    )
    scores = [one["less"] for one in run.records]
    assert [i for i, one in enumerate(scores) if one is None] == [2, 5]
    known = [i for i in range(24) if i not in (2, 5)]
    wanted = by_hand(ours[known], theirs, 9).max(axis=1)
    np.testing.assert_allclose([scores[i] for i in known], wanted, atol=1e-6)


def test_tasks_and_subtasks_take_turns(sel, tmp_path):
    ours, theirs = features()
    for name, rows in (("g", ours), ("a", theirs[:6]), ("b", theirs[6:])):
        np.save(tmp_path / f"{name}.npy", rows.astype("<f4"))
    pool = lines([{"id": i} for i in range(24)])
    two = "score less --vectors g.npy --target-vectors a.npy --target-vectors b.npy"
    scored = sel(f"{two} --subtasks 3", stdin=pool)
    (tmp_path / "s.jsonl").write_bytes(scored.out)
    taken = sel("pick turns -k 4 --by less_a,less_b --order score s.jsonl").records
    best = [
        by_hand(ours, some, 3).max(axis=1).argmax() for some in (theirs[:6], theirs[6:])
    ]
    assert [one["id"] for one in taken[:2]] == best
    one = "score less --vectors g.npy --target-vectors a.npy --subtasks 3 --reduce each"
    lists = [
        orjson.loads(line)["less"] for line in sel(one, stdin=pool).out.splitlines()
    ]
    np.testing.assert_allclose(lists, by_hand(ours, theirs[:6], 3), atol=1e-6)


def test_rows_that_make_no_subtasks_are_refused(sel, tmp_path):
    ours, theirs = features()
    with pytest.raises(DataError, match="18 rows of a target are not 4 subtasks"):
        less.score(ours, theirs, subtasks=4)
    np.save(tmp_path / "g.npy", ours.astype("<f4"))
    np.save(tmp_path / "t.npy", theirs[:, :64].astype("<f4"))
    pool = lines([{"id": i} for i in range(24)])
    run = sel("score less --vectors g.npy --target-vectors t.npy", stdin=pool, code=3)
    assert "columns" in run.err
    run = sel(
        "score less --vectors g.npy --target-vectors g.npy --subtasks 0",
        stdin=pool,
        code=2,
    )
    assert "at least 1" in run.err
