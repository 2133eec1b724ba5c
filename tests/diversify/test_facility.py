"""Facility location: against trying every row at every step, and every set."""

from itertools import combinations

import numpy as np
import pytest

from sel.diversify import facility
from sel.maths.neighbours import graphs
from tests.diversify.choosing import rows_of, units_of


def similar_of(rows):
    units = units_of(rows.astype("f8"))
    return np.maximum(units @ units.T, 0)


def slowly(similar, k, bonus=0.0, part=1.0):
    chosen, covered = [], np.zeros(len(similar))
    for _ in range(k):
        gains = np.maximum(similar - covered, 0).sum(axis=1) * part + bonus
        gains[chosen] = -np.inf
        best = int(np.round(gains, 7).argmax())  # some pairs of rows tie
        chosen.append(best)
        covered = np.maximum(covered, similar[best])
    return chosen, covered.sum()


@pytest.mark.parametrize("seed", range(4))
def test_the_same_as_trying_all_at_every_step(seed):
    rows = rows_of(80, seed=seed)
    chosen, total = slowly(similar_of(rows), 20)
    found = facility.diversify(rows, k=20)
    assert found.rows.tolist() == chosen
    assert found.facts["covered"] * 80 == pytest.approx(total, rel=1e-5)
    assert found.gains.sum() == pytest.approx(total, rel=1e-5)
    assert found.covers.sum() == 80


@pytest.mark.parametrize("seed", range(4))
def test_on_a_graph_of_all_rows(seed, monkeypatch):
    monkeypatch.setattr(facility, "EXACT", 0)
    rows = rows_of(80, seed=seed)
    chosen, total = slowly(similar_of(rows), 20)
    found = facility.diversify(rows, k=20, neighbours=79)
    assert found.rows.tolist() == chosen
    assert found.gains.sum() == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_on_a_sparse_graph(seed):
    rows = rows_of(120, seed=seed)
    near, cosines, _ = graphs.knn_graph(units_of(rows), 7)
    similar = np.eye(120)
    for i, named in enumerate(near):
        similar[i, named] = similar[named, i] = np.maximum(similar[i, named], 0)
        whole = np.maximum(similar_of(rows)[i, named], 0)
        similar[i, named] = similar[named, i] = whole
    chosen, total = slowly(similar, 30)
    found = facility.diversify(rows, graph=near, k=30)
    assert found.rows.tolist() == chosen
    assert found.facts["covered"] * 120 == pytest.approx(total, rel=1e-5)
    assert not np.isnan(cosines).any()


@pytest.mark.parametrize("seed", range(4))
def test_the_bounds_hold(seed):
    rows = rows_of(14, seed=seed)
    similar = similar_of(rows)
    best = max(similar[list(s)].max(axis=0).sum() for s in combinations(range(14), 3))
    found = facility.diversify(rows, k=3)
    total = found.facts["covered"] * 14
    assert (1 - 1 / np.e) * best <= total <= best + 1e-4
    assert found.facts["of the best"] <= total / best + 1e-4
    # By hand: the best of what is left cannot add more than the three highest gains.
    covered = similar[found.rows].max(axis=0)
    left = np.sort(np.maximum(similar - covered, 0).sum(axis=1))[-3:].sum()
    assert found.facts["of the best"] == pytest.approx(total / (total + left), abs=1e-5)


def test_quality_is_mixed_in():
    rows, scores = rows_of(60), np.random.default_rng(5).random(60)
    similar = similar_of(rows)
    bonus = 0.4 * (scores - scores.min()) / (scores.max() - scores.min())
    chosen, _ = slowly(similar, 10, bonus, 0.6 / similar.sum(axis=1).max())
    assert (
        facility.diversify(rows, scores=scores, k=10, weight=0.4).rows.tolist()
        == chosen
    )
    graph, _, _ = graphs.knn_graph(units_of(rows), 59)
    found = facility.diversify(rows, scores=scores, graph=graph, k=10, weight=0.4)
    assert found.rows.tolist() == chosen
    only = facility.diversify(rows, scores=scores, k=5, weight=1.0).rows.tolist()
    assert only == np.argsort(-scores)[:5].tolist()


def test_a_record_without_a_score_is_not_chosen():
    scores = np.array([1.0, np.nan, 0.5, np.nan])
    assert sorted(facility.diversify(rows_of(4), scores=scores, k=4).rows) == [0, 2]


def test_a_graph_from_the_shell(sel, tmp_path):
    rows = rows_of(200)
    np.save(tmp_path / "v.npy", rows)
    sel("index graph --vectors v.npy -k 20 -o g.npy")
    pool = [{"i": i} for i in range(200)]
    run = sel("diversify facility -k 5 --vectors v.npy --graph g.npy", pool)
    wanted = facility.diversify(rows, graph=np.load(tmp_path / "g.npy"), k=5)
    assert sorted(r["i"] for r in run.records) == sorted(wanted.rows.tolist())
    assert "of_the_best" in run.err
