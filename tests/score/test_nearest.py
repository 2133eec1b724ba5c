"""Nearest prototypes: by hand, by brute force, and against references."""

import numpy as np
import pytest

from sel.score import nearest
from tests.conftest import lines


def plane(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], 1).astype("f4")


def test_similarity_label_and_margin_by_hand():
    found = nearest.score(plane(10, 80, 50), plane(0, 60, 90), ["a", "b", "a"], {})
    cos = np.cos(np.radians([10, 10, 10]))
    np.testing.assert_allclose(found[""], cos, rtol=1e-6)
    assert found["label"] == ["a", "a", "b"]
    second = np.cos(np.radians([50, 20, 40]))
    np.testing.assert_allclose(found["margin"], cos - second, atol=1e-6)


def test_one_label_has_no_margin_and_ties_go_to_the_first():
    found = nearest.score(plane(45), plane(0, 90), ["a", "a"], {})
    assert np.isnan(found["margin"]).all()
    assert nearest.score(plane(0), plane(0, 0), ["z", "a"], {})["label"] == ["z"]


def test_brute_force_in_blocks(monkeypatch):
    rng = np.random.RandomState(0)
    vectors, targets = (rng.normal(size=(n, 8)).astype("f4") for n in (500, 60))
    vectors[7], vectors[8, 0] = 0, np.nan
    labels = rng.randint(0, 9, 60).tolist()
    found = nearest.score(vectors, targets, labels, {"over": 0.5})
    monkeypatch.setattr(nearest.faiss_index, "HELD", 600)
    again = nearest.score(vectors, targets, labels, {"over": 0.5})
    assert found["label"] == again["label"]
    for i, row in enumerate(vectors):
        if i in (7, 8):
            assert found["label"][i] is None
            assert np.isnan(found[""][i]) and np.isnan(found["over"][i])
            continue
        cosines = targets @ row / np.linalg.norm(row) / np.linalg.norm(targets, axis=1)
        by_label = [max(cosines[np.array(labels) == c]) for c in range(9)]
        assert found["label"][i] == int(np.argmax(by_label))
        high, low = sorted(by_label)[:-3:-1]
        np.testing.assert_allclose(found[""][i], high, atol=1e-6)
        np.testing.assert_allclose(found["margin"][i], high - low, atol=1e-6)
        np.testing.assert_allclose(found["over"][i], high - 0.5, atol=1e-6)


def test_the_threshold_is_the_least_of_the_references_own_best(sel, tmp_path):
    np.save(tmp_path / "pool.npy", plane(0, 24, 26, 60, 200))
    np.save(tmp_path / "t.npy", plane(0, 90))
    np.save(tmp_path / "near.npy", plane(5, 25, 80))
    np.save(tmp_path / "far.npy", plane(100))
    (tmp_path / "t.jsonl").write_bytes(lines([{"label": "east"}, {"label": "north"}]))
    pool = [{"i": i} for i in range(5)]
    options = "score nearest --vectors pool.npy --target-vectors t.npy --target t.jsonl"
    run = sel(f"{options} --references near.npy", pool)
    assert "floors over 0.906308" in run.err  # the cosine of 25 degrees
    assert [r["nearest_over"] > 0 for r in run.records] == [
        True,
        True,
        False,
        False,
        False,
    ]
    record = sel(f"{options} --references near.npy --references far.npy", pool).records[
        1
    ]
    assert list(record) == [
        "i",
        "nearest",
        "nearest_label",
        "nearest_margin",
        "nearest_over_near",
        "nearest_over_far",
    ]
    plain = sel(options, pool)
    assert list(plain.records[0])[-1] == "nearest_margin"
    assert "floors" not in plain.err
    np.save(tmp_path / "near.npy", np.zeros((1, 2), "f4"))
    assert "cannot be" in sel(f"{options} --references near.npy", pool, code=3).err


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_and_resumed_runs_change_nothing(sel, tmp_path, jobs):
    rows = np.random.RandomState(2).normal(size=(2_000, 16)).astype("f4")
    np.save(tmp_path / "pool.npy", rows)
    np.save(tmp_path / "t.npy", rows[:30])
    (tmp_path / "t.jsonl").write_bytes(lines([{"label": i % 7} for i in range(30)]))
    pool = lines([{"_row": i, "x": "y" * 900} for i in range(2_000)])
    (tmp_path / "p.jsonl").write_bytes(pool)
    options = "score nearest --vectors pool.npy --target-vectors t.npy --target t.jsonl"
    one = sel(f"{options} --jobs 1 p.jsonl").out
    sel(f"{options} --jobs {jobs} --resume -o out.jsonl p.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == one
