"""Recall of neighbours between two matrices."""

import numpy as np
import pytest


@pytest.fixture
def rows(tmp_path):
    rows = np.random.RandomState(0).normal(size=(500, 32)).astype("f4")
    np.save(tmp_path / "whole.npy", rows)
    np.save(tmp_path / "part.npy", np.ascontiguousarray(rows[:, :24]))
    np.save(
        tmp_path / "other.npy",
        np.random.RandomState(1).normal(size=(500, 8)).astype("f4"),
    )
    return rows


def recall(sel, name, *more):
    command = f"eval neighbours --vectors {name}.npy --reference whole.npy"
    (record,) = sel([*command.split(), *more]).records
    return record


def test_the_same_matrix_has_the_same_neighbours(sel, rows):
    said = recall(sel, "whole")
    assert said["recall"] == 1
    assert said["rows"] == 500


def test_what_columns_are_worth(sel, rows):
    part, other = recall(sel, "part"), recall(sel, "other")
    assert 0.3 < part["recall"] < 1
    assert abs(other["recall"] - other["random"]) < 0.02


def test_against_neighbours_by_hand(sel, rows):
    said = recall(sel, "part", "-k", "5")
    near = []
    for matrix in (rows, rows[:, :24]):
        unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        cosines = unit @ unit.T
        np.fill_diagonal(cosines, -2)
        near.append(np.argsort(-cosines, axis=1)[:, :5])
    exact = np.mean([len(np.intersect1d(a, b)) / 5 for a, b in zip(*near, strict=True)])
    assert abs(said["recall"] - exact) < 1e-6


def test_other_rows_are_refused(sel, tmp_path, rows):
    np.save(tmp_path / "part.npy", rows[:9])
    command = "eval neighbours --vectors part.npy --reference whole.npy"
    assert "has 9 rows" in sel(command, code=3).err
    same = "eval neighbours --vectors whole.npy --reference whole.npy"
    sel(f"{same} -k 0", code=2)
