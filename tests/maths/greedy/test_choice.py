"""What methods choose from."""

import numpy as np
import pytest

from sel.maths.greedy import choice

NAN = float("nan")


@pytest.fixture
def vectors():
    rows = np.random.default_rng(0).normal(size=(20, 3)).astype("f4")
    rows[4] = 0
    rows[9, 1] = NAN
    return rows


@pytest.mark.parametrize("block", [3, 1 << 13])
def test_rows_that_can_be_used(vectors, block, monkeypatch):
    monkeypatch.setattr(choice, "BLOCK", block)
    good = [i for i in range(20) if i not in (4, 9)]
    assert choice.usable_rows(vectors).tolist() == good
    scores = np.arange(20.0)
    scores[5] = NAN
    good.remove(5)
    pool = choice.pool(vectors, np.array([9, 6, 5, 19]), scores=scores)
    assert pool.rows.tolist() == good
    assert np.linalg.norm(pool.units, axis=1) == pytest.approx(1, abs=1e-6)
    assert pool.rows[pool.already].tolist() == [6, 19]
    assert pool.free == 17 - 2


@pytest.mark.parametrize("block", [3, 1 << 13])
def test_the_mean_of_the_rows_that_can_be_used_is_taken_off(
    vectors, block, monkeypatch
):
    monkeypatch.setattr(choice, "BLOCK", block)
    pool = choice.pool(vectors, centre=True)
    rest = vectors[pool.rows] - vectors[pool.rows].astype(float).mean(axis=0)
    wanted = rest / np.linalg.norm(rest, axis=1, keepdims=True)
    assert pool.units == pytest.approx(wanted, abs=1e-5)


def test_a_row_that_is_the_mean_has_no_direction_left():
    pool = choice.pool(np.array([[1, 1], [1, 1], [1, 1]], "f4") / 3, centre=True)
    assert (pool.units == 0).all()


def test_places_among_rising_rows():
    rows = np.array([2, 5, 9])
    assert choice.places(rows, np.array([9, 3, 2, 11])).tolist() == [2, 0]
    assert choice.places(rows[:0], np.array([1])).tolist() == []


def test_scores_from_0_to_1():
    assert choice.scaled(np.array([3.0, 5, 4])).tolist() == [0, 1, 0.5]
    assert choice.scaled(np.array([2.0, 2])).tolist() == [0, 0]
    assert len(choice.scaled(np.empty(0))) == 0
