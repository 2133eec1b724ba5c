"""Numbers made few enough to be drawn, by hand."""

import numpy as np
import pytest

from sel.report import measures, plotting

NAN = float("nan")


def test_bounds_of_bins():
    even = plotting.edges(np.array([0.0, 10, NAN]), spread=False)
    assert len(even) == plotting.BINS + 1
    assert np.diff(even) == pytest.approx(np.diff(even)[0])
    wide = plotting.edges(np.array([1.0, 1000]), spread=True)
    assert wide[1:] / wide[:-1] == pytest.approx(wide[1] / wide[0])
    assert plotting.edges(np.array([3.0, 3]), spread=False)[[0, -1]].tolist() == [
        2.5,
        3.5,
    ]
    assert plotting.edges(np.array([NAN]), spread=False).tolist() == [0, 1]


def test_shares_of_bins_take_in_what_lies_beyond():
    shares = plotting.shares(np.array([-5.0, 0.5, 1.5, 9, NAN]), np.array([0.0, 1, 2]))
    assert shares.tolist() == [0.5, 0.5]
    assert plotting.shares(np.array([NAN]), np.array([0.0, 1])).tolist() == [0]


def test_quantiles_and_ranks():
    assert plotting.quantiles(np.arange(101.0)) == [5, 25, 50, 75, 95]
    assert plotting.quantiles(np.array([NAN])) == []
    at, values = plotting.by_rank(np.array([1.0, 3, NAN, 2]))
    assert (at.tolist(), values.tolist()) == ([0, 0.5, 1], [3, 2, 1])
    assert len(plotting.by_rank(np.arange(10_000.0))[0]) == plotting.POINTS


def test_the_plane_keeps_distances_of_rows_that_lie_in_one():
    flat = np.random.default_rng(0).normal(size=(20, 2)).astype("f4")
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0][:2]
    made = plotting.plane((flat @ turned).astype("f4"))
    apart = np.linalg.norm(made[:, None] - made, axis=2)
    assert apart == pytest.approx(
        np.linalg.norm(flat[:, None] - flat, axis=2), abs=1e-4
    )
    assert plotting.plane(flat[:, :1]).shape == (20, 2)


def test_at_most_so_many_rows():
    rows = np.arange(100)
    assert plotting.evenly(rows, 100) is rows
    assert plotting.evenly(rows, 3).tolist() == [0, 49, 99]


def test_which_way_a_measure_is_good():
    assert [
        measures.better(m) for m in ("vendi", "radius", "knn_accuracy", "words")
    ] == [1, -1, 1, 0]
    result = {"selection": "a", "records": 3, "vendi": 1.0, "vendi_low": 0.5, "mmd": 0}
    assert measures.measures(result) == ["vendi", "mmd"]
