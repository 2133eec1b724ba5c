"""What is covered: gains kept up to date are those made anew."""

import numpy as np
import pytest

from sel.maths.greedy import facility as _facility
from sel.maths.neighbours import graphs
from tests.diversify.choosing import rows_of, units_of


def of_graph(units):
    near, cosines, _ = graphs.knn_graph(units, 6)
    graph = graphs.symmetric(near, cosines)
    whole = np.zeros((len(units), len(units)), np.int64)
    for row in range(len(units)):
        here = slice(graph.starts[row], graph.starts[row + 1])
        whole[row, graph.names[here]] = graph.weights[here]
    return _facility.GraphCoverage(graph), whole


def of_all(units):
    similar = _facility.similarities(units)
    return _facility.DenseCoverage(similar), similar.astype(np.int64)


@pytest.mark.parametrize("made", [of_graph, of_all])
def test_gains_are_exact_after_every_choice(made, monkeypatch):
    monkeypatch.setattr(_facility, "FEW", 5)
    state, similar = made(units_of(rows_of(60)))
    assert (similar == similar.T).all()
    assert (np.diag(similar) == state.one).all()
    chosen = []
    for place in (17, 3, 42, 58):
        state.take(place)
        chosen.append(place)
        covered = similar[chosen].max(axis=0)
        assert (state.covered == covered).all()
        gains = np.maximum(similar - covered, 0).sum(axis=1)
        gains[chosen] = -1
        assert state.gains.tolist() == gains.tolist()
        there = covered > 0
        owners = np.array(chosen)[similar[chosen].argmax(axis=0)]
        assert (state.owner[there] == owners[there]).all()


def test_similarities_are_cosines_as_whole_numbers(monkeypatch):
    monkeypatch.setattr(_facility, "SQUARE", 16)
    units = units_of(rows_of(40))
    wanted = np.clip(units.astype(float) @ units.T, 0, 1) * _facility.FINE
    assert np.abs(_facility.similarities(units) - wanted).max() <= 0.51
