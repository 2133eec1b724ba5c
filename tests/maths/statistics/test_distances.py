"""Distances of sets: closed forms, and sums over all pairs."""

import numpy as np
import pytest

from sel.maths.statistics import distances


def rows_of(n, d, seed):
    return np.random.default_rng(seed).normal(size=(n, d)).astype("f4")


def test_mean_and_covariance():
    rows = rows_of(50, 3, 0)
    mean, covariance = distances.mean_and_covariance(rows)
    assert mean == pytest.approx(rows.mean(axis=0), abs=1e-6)
    assert covariance == pytest.approx(np.cov(rows.T), abs=1e-6)


def test_frechet_of_gaussians_with_the_same_axes():
    a = np.array([1.0, 2.0]), np.diag([4.0, 9.0])
    b = np.array([0.0, 4.0]), np.diag([1.0, 1.0])
    # |m - n|^2, and the squares of the differences of standard deviations.
    assert distances.frechet(a, b) == pytest.approx(1 + 4 + 1 + 4)
    assert distances.frechet(a, a) == pytest.approx(0, abs=1e-9)


def test_mmd_by_all_pairs(monkeypatch):
    a, b, width = rows_of(7, 2, 1), rows_of(5, 2, 2) + 1, 0.8

    def kernel(x, y):
        apart = ((x[:, None].astype(float) - y) ** 2).sum(axis=2)
        return np.exp(-apart / (2 * width**2))

    within = kernel(a, a)[~np.eye(7, dtype=bool)].mean()
    beyond = kernel(b, b)[~np.eye(5, dtype=bool)].mean()
    wanted = within + beyond - 2 * kernel(a, b).mean()
    monkeypatch.setattr(distances, "BLOCK", 3)
    assert distances.mmd(a, b, width) == pytest.approx(wanted, abs=1e-6)
    assert np.isnan(distances.mmd(a[:1], b, width))


def test_the_bandwidth_is_the_median_distance_of_different_rows():
    rows = np.array([[0.0], [0.0], [1.0], [3.0]], "f4")
    # 1, 1, 2, 3, 3: the pair of equal rows does not count.
    assert distances.bandwidth(rows) == pytest.approx(2)
    assert distances.bandwidth(rows[:2]) == 1


def test_at_most_so_many_rows():
    rows = rows_of(30, 2, 3)
    assert distances.at_most(rows, 30) is rows
    some = distances.at_most(rows, 7)
    assert len(some) == 7
    assert {tuple(row) for row in some.tolist()} <= {tuple(r) for r in rows.tolist()}


def test_domains_by_hand():
    said = distances.of_domains({"a": 3, "b": 1}, {"b": 2, "c": 2})
    assert said["domain_tv"] == pytest.approx(0.75)
    p, q = np.array([0.75, 0.25, 0]), np.array([0, 0.5, 0.5])
    middle = (p + q) / 2
    by_hand = 0.5 * (0.75 * np.log(2) + 0.25 * np.log(0.25 / middle[1]))
    by_hand += 0.5 * (0.5 * np.log(0.5 / middle[1]) + 0.5 * np.log(2))
    assert said["domain_js"] == pytest.approx(by_hand)
    assert distances.of_domains({"a": 2}, {"b": 1})["domain_js"] == pytest.approx(
        np.log(2)
    )
    assert distances.of_domains({}, {}) == {"domain_tv": 0.0, "domain_js": 0.0}
