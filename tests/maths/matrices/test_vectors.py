"""Lengths of rows, and which rows can be used."""

import numpy as np
import pytest

from sel.maths.matrices.vectors import unit, usable

NAN, INF = float("nan"), float("inf")


def test_rows_of_length_1():
    rows = np.array([[3.0, 4], [0, 0], [1e30, 1e30], [1e-30, 0]], "f4")
    made = unit(rows)
    assert made.dtype == np.float32
    assert made == pytest.approx(
        np.array([[0.6, 0.8], [0, 0], [0.5**0.5, 0.5**0.5], [1, 0]]), abs=1e-7
    )
    assert rows[0].tolist() == [3, 4]


def test_rows_that_can_be_used():
    rows = np.array([[1.0, 0], [0, 0], [NAN, 1], [INF, 1], [-INF, 0], [0, -1e-40]])
    assert usable(rows.astype("f4")).tolist() == [True, *[False] * 4, True]
    assert usable(np.empty((2, 0), "f4")).tolist() == [False, False]


def test_rows_that_are_not_finite_are_told_apart_in_silence():
    rows = np.array([[INF, 0], [NAN, 1], [0, 2]], "f4")
    with np.errstate(all="raise"):
        made = unit(rows)
    assert np.isnan(made).any(axis=1).tolist() == [True, True, False]
