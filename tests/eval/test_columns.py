"""What fewer columns lose."""

import numpy as np

from sel.eval import columns


def test_recall_by_rule(sel, tmp_path):
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((400, 16)).astype(np.float32)
    rows[:, 3:] *= 0.01
    rows = np.ascontiguousarray(rows[:, rng.permutation(16)])
    np.save(tmp_path / "a.npy", rows)
    found = sel("eval columns --vectors a.npy --dim 3 --sample 100").records
    recall = {line["rule"]: line["recall"] for line in found}
    assert list(recall) == ["variance", "strength", "pca", "first", "random"]
    assert recall["variance"] > 0.8
    assert recall["pca"] > 0.8
    assert recall["random"] < 0.5
    assert all(len(line["columns"] or [0] * 3) == 3 for line in found)


def test_all_columns_lose_nothing():
    rows = np.random.default_rng(0).standard_normal((60, 5)).astype(np.float32)
    found = list(columns.measure(rows, np.random.default_rng(0), dim=5))
    assert all(line["recall"] == 1 for line in found if line["rule"] != "pca")
    (pca,) = (line["recall"] for line in found if line["rule"] == "pca")
    assert pca < 1  # the rows are centred, so angles change


def test_no_row_that_can_be_used(sel, tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((3, 4), np.float32))
    assert "no row" in sel("eval columns --vectors a.npy --dim 2", code=3).err
