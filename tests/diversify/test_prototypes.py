"""Prototypes: distances to the nearest centre."""

import numpy as np
import pytest

from sel.diversify import prototypes
from sel.maths.greedy.choice import pool
from sel.maths.neighbours import kmeans
from tests.diversify.choosing import rows_of


@pytest.mark.parametrize("keep,sign", [("hard", -1), ("easy", 1)])
def test_distances_to_the_nearest_centre(keep, sign):
    rows = rows_of(90)
    units = pool(rows).units
    made = kmeans.cells(units, 5, unit=True)
    far = 1 - (units @ made.centres.T).max(axis=1)
    found = prototypes.diversify(rows, k=90, cells=5, keep=keep)
    np.testing.assert_allclose(found.gains, np.sort(sign * far) * sign, atol=2e-6)
    np.testing.assert_allclose(far[found.rows], found.gains, atol=2e-6)


def test_an_outlier_is_hard():
    rows = rows_of(60, centres=2)
    rows[17] = -rows.mean(axis=0) * 3
    assert prototypes.diversify(rows, k=1, cells=2).rows.tolist() == [17]
