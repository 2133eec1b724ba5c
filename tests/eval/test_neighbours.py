"""Recall of neighbours between two matrices."""

import numpy as np
import pytest

from sel.errors import DataError
from sel.eval import _distractors
from sel.maths.random.noise import SeededNoise
from tests.conftest import lines


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


GROUPED = "eval neighbours --vectors part.npy --reference whole.npy"


def grouped(tmp_path, groups):
    records = [{"_row": i, "g": one} for i, one in enumerate(groups)]
    (tmp_path / "part.jsonl").write_bytes(lines(records))


def test_wrong_answers_by_hand():
    """A row of few others: all that may be wrong is."""
    angles = np.array([0.0, 0.1, 0.3, 0.2, 1.5])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype("f4")
    other = rows[[0, 3, 2, 1, 4]]  # row 1 is farther than row 3 by this one
    asked = _distractors.Asked(other, rows, np.array([0]), 1)
    said = asked.found(None, 4, SeededNoise())
    assert (said["found_random"], said["asked"], said["chance"]) == (0, 1, 0.25)
    said = _distractors.Asked(rows, rows, np.array([0]), 1).found(
        None, 4, SeededNoise()
    )
    assert said["found_random"] == 1
    groups = np.array([0, 7, 7, -1, 7])  # row 3 is in none
    said = asked.found(groups, 3, SeededNoise())
    assert said["found_group"] == 1
    with pytest.raises(DataError, match="no row has 3 wrong answers"):
        asked.found(groups, 4, SeededNoise())


def test_equally_near_answers_share():
    rows = np.eye(3, dtype="f4")[[0, 0, 0, 1]]
    found = _distractors.Asked(rows, rows, np.array([0]), 1)
    assert found.found(None, 3, SeededNoise())["found_random"] == 0.5


def test_wrong_answers_of_a_group_are_harder(sel, tmp_path):
    rng = np.random.RandomState(0)
    groups = rng.randint(0, 8, 400)
    rows = (2 * rng.normal(size=(8, 16))[groups] + rng.normal(size=(400, 16))).astype(
        "f4"
    )
    np.save(tmp_path / "whole.npy", rows)
    np.save(
        tmp_path / "part.npy", rows + 0.7 * rng.normal(size=rows.shape).astype("f4")
    )
    grouped(tmp_path, [f"g{g}" if i % 40 else None for i, g in enumerate(groups)])
    command = f"{GROUPED} --distractors group --per g"
    (said,) = sel(command).records
    assert said["found_random"] > said["found_group"] > said["chance"] == 0.1
    assert 0 < said["gap_low"] < said["gap"] < said["gap_high"]
    assert said["gap"] == pytest.approx(said["found_random"] - said["found_group"])
    assert 350 < said["asked"] < 400
    (alone,) = sel(f"{GROUPED} --distractors random").records
    assert "found_group" not in alone
    assert alone["found_random"] == pytest.approx(said["found_random"], abs=0.05)
    assert alone["recall"] == said["recall"] == sel(GROUPED).records[0]["recall"]


def test_faults_of_distractors(sel, tmp_path, rows):
    sel(f"{GROUPED} --distractors group", code=2)
    sel(f"{GROUPED} --per g", code=2)
    command = f"{GROUPED} --distractors group --per g"
    assert "--records to say where" in sel(command, code=2).err
    grouped(tmp_path, range(501))
    assert "row 500" in sel(command, code=3).err
    grouped(tmp_path, range(500))
    assert "larger groups" in sel(command, code=3).err
    grouped(tmp_path, [])
    assert "no record of part.jsonl has a group" in sel(command, code=3).err
    (tmp_path / "part.jsonl").write_bytes(lines([{"g": 1}] * 499))
    assert "499 records" in sel(command, code=3).err
    sel(f"{GROUPED} --distractors random --candidates 1", code=2)
