"""Herding: by its definition, and nearer to the mean than chance."""

import numpy as np

from sel.diversify import herding
from tests.diversify.choosing import rows_of, units_of


def test_by_its_definition():
    rows = rows_of(60)
    units = units_of(rows).astype("f8")
    mean, total, chosen = units.mean(axis=0), np.zeros(8), []
    for step in range(1, 16):
        worth = units @ (step * mean - total)
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
        total += units[chosen[-1]]
    found = herding.diversify(rows, k=15)
    assert found.rows.tolist() == chosen
    np.testing.assert_allclose(
        found.facts["error"], np.linalg.norm(mean - total / 15), atol=1e-6
    )


def test_the_mean_is_kept_better_than_by_chance():
    rows = rows_of(500)
    units = units_of(rows)
    error = herding.diversify(rows, k=20).facts["error"]
    rng = np.random.default_rng(0)
    chance = [
        np.linalg.norm(units.mean(axis=0) - units[rng.permutation(500)[:20]].mean(0))
        for _ in range(50)
    ]
    assert error < min(chance) / 2
