"""Graph cut: against all pairs."""

import numpy as np
import pytest

from sel.diversify import graphcut
from tests.diversify.choosing import rows_of, units_of


def value(similar, rows, penalty):
    return similar[:, rows].sum() - penalty * similar[np.ix_(rows, rows)].sum()


@pytest.mark.parametrize("penalty", [0.0, 0.5, 3.0])
def test_each_step_adds_most(penalty):
    rows = rows_of(50)
    units = units_of(rows).astype("f8")
    similar = units @ units.T
    chosen = []
    for _ in range(12):
        free = [j for j in range(50) if j not in chosen]
        sums = [value(similar, [*chosen, j], penalty) for j in free]
        chosen.append(free[int(np.argmax(np.round(sums, 4)))])
    found = graphcut.diversify(rows, k=12, penalty=penalty)
    assert found.rows.tolist() == chosen
    assert found.facts["sum"] == pytest.approx(
        value(similar, chosen, penalty), abs=1e-3
    )
