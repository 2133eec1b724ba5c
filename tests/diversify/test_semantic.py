"""SemDeDup: against all pairs of each cell."""

import numpy as np
import pytest

from sel.diversify import semantic
from sel.maths.greedy.choice import pool
from sel.maths.neighbours import kmeans
from tests.diversify.choosing import rows_of


@pytest.mark.parametrize("together", [3, 1024])
@pytest.mark.parametrize("keep", ["hard", "easy"])
def test_by_its_definition(keep, together, monkeypatch):
    monkeypatch.setattr(semantic, "TOGETHER", together)
    rows = rows_of(120)
    units = pool(rows).units
    made = kmeans.cells(units, 4, unit=True)
    stay = []
    for cell in range(4):
        mine = np.flatnonzero(made.labels == cell)
        far = 1 - units[mine] @ made.centres[cell]
        order = mine[np.argsort(-far if keep == "hard" else far, kind="stable")]
        for i, row in enumerate(order):
            before = units[order[:i]] @ units[row]
            if not i or before.max() <= 0.9:
                stay.append(int(row))
    found = semantic.diversify(rows, most=0.9, cells=4, keep=keep)
    assert found.rows.tolist() == sorted(stay)
    assert found.facts == {"cells": 4, "alike": 120 - len(stay)}


def test_copies_go_and_the_first_stays():
    rows = np.repeat(rows_of(10), 3, axis=0)
    found = semantic.diversify(rows, most=0.999)
    assert found.rows.tolist() == list(range(0, 30, 3))
    assert len(semantic.diversify(rows, k=4, most=0.999).rows) == 4


def test_what_was_chosen_before_comes_first():
    rows = np.repeat(rows_of(10), 2, axis=0)
    found = semantic.diversify(rows, np.arange(1, 20, 2), most=0.999)
    assert found.rows.tolist() == []
