"""CRAIG: the authors' choices, the sum by hand, the graph, weights in the records."""

import numpy as np
import orjson
import pytest

from sel.diversify import craig
from sel.errors import DataError
from tests.conftest import GOLDEN
from tests.diversify.choosing import rows_of, units_of

EXPECTED = orjson.loads((GOLDEN / "craig" / "expected.json").read_bytes())


@pytest.mark.parametrize("case", EXPECTED)
def test_the_authors_choose_the_same(case):
    rows = np.array(case["rows"], "f4")
    choice = craig.diversify(rows, k=len(case["order"]))
    found = [max(row, 1) for row in choice.rows.tolist()]  # row 0 is a copy of row 1
    assert found == case["order"]
    assert choice.weights.tolist() == case["weights"]


def by_hand(rows, k):
    """The rows that most reduce the sum of distances, and what each stands for."""
    apart = np.linalg.norm(rows[:, None] - rows[None], axis=-1).astype(float)
    best, chosen, gains = np.full(len(rows), np.inf), [], []
    for _ in range(k):
        sums = np.minimum(best[:, None], apart).sum(axis=0)
        sums[chosen] = np.inf
        place = int(sums.argmin())
        new = np.minimum(best, apart[:, place])
        gains.append(float((best - new).sum()))
        best = new
        chosen.append(place)
    weights = np.bincount(apart[:, chosen].argmin(axis=1), minlength=k)
    return chosen, gains, weights.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_against_brute_force(seed):
    rows = rows_of(120, d=7, seed=seed) * 10
    choice = craig.diversify(rows, k=25)
    chosen, gains, weights = by_hand(rows, 25)
    assert choice.rows.tolist() == chosen
    assert choice.weights.tolist() == choice.covers.tolist() == weights
    assert choice.gains[1:] == pytest.approx(gains[1:], rel=1e-2, abs=0.1)
    assert choice.weights.sum() == 120


def test_the_error_is_that_of_the_sum_and_within_its_bound():
    rows = rows_of(90, seed=4) + 1
    choice = craig.diversify(rows, k=12)
    rest = rows.sum(axis=0) - choice.weights @ rows[choice.rows]
    error = np.linalg.norm(rest) / np.linalg.norm(rows.sum(axis=0))
    assert choice.facts["gradient error"] == pytest.approx(error, rel=1e-4)
    apart = np.linalg.norm(rows[:, None] - rows[None, choice.rows], axis=-1)
    assert np.linalg.norm(rest) <= apart.min(axis=1).sum()
    whole = craig.diversify(rows, k=90)
    assert whole.weights.tolist() == [1] * 90
    assert whole.facts["gradient error"] == pytest.approx(0, abs=1e-6)


def test_the_length_of_a_gradient_counts():
    rows = np.array([[1, 0], [1.1, 0], [40, 0], [0, 1]], "f4")
    choice = craig.diversify(rows, k=2)
    assert sorted(choice.rows.tolist()) == [1, 2]
    assert choice.weights[choice.rows.tolist().index(1)] == 3


def test_on_a_graph_nearly_as_much_is_covered(monkeypatch):
    units = units_of(rows_of(400, d=12, seed=5, centres=9)).astype("f4")
    exact = craig.diversify(units, k=20)
    assert exact.weights.sum() == 400
    monkeypatch.setattr(craig, "EXACT", 100)
    rough = craig.diversify(units, k=20, neighbours=40)

    def apart(choice):
        distances = np.linalg.norm(units[:, None] - units[None, choice.rows], axis=-1)
        return distances.min(axis=1).sum()

    assert apart(rough) < 1.1 * apart(exact)
    assert rough.weights.sum() == 400
    with pytest.raises(DataError, match="length 1"):
        craig.diversify(units * 3, k=5)


def test_weights_are_written_to_the_records(sel, tmp_path):
    rows = np.array([[1, 0], [1, 0.1], [0, 3], [0, 3.1], [0, 2.9]], "f4")
    np.save(tmp_path / "g.npy", rows)
    pool = b'{"i": 0}\n{"i":1,"_weight":9}\n{"i":2}\n{"i":3}\n{"i":4}\n'
    run = sel("diversify craig -k 2 --vectors g.npy", pool)
    assert [one["_weight"] for one in run.records] == [2, 3]
    assert run.out.splitlines()[1] == b'{"i":4,"_weight":3.0}'
    assert "gradient_error 0.04" in run.err
    ranked = sel("diversify craig -k 2 --vectors g.npy --ranked --order score", pool)
    assert {one["_weight"] for one in ranked.records} == {2, 3}
    assert [one["_rank"] for one in ranked.records] == [1, 2]
