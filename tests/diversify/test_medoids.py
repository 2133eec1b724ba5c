"""Medoids: the most central row of each cell."""

import numpy as np
import pytest

from sel.diversify import medoids
from sel.errors import OptionError
from sel.maths.greedy.choice import pool
from sel.maths.neighbours import kmeans
from tests.diversify.choosing import rows_of


def test_the_most_central_of_each_cell():
    rows = rows_of(200)
    units = pool(rows).units
    made = kmeans.cells(units, 8, unit=True)
    found = medoids.diversify(rows, k=8)
    wanted = set()
    for cell in range(8):
        mine = np.flatnonzero(made.labels == cell)
        wanted.add(int(mine[(units[mine] @ made.centres[cell]).argmax()]))
    assert set(found.rows.tolist()) == wanted
    assert found.covers.sum() == 200
    assert (np.diff(found.covers) <= 0).all()


def test_cells_that_have_one_already_give_none():
    rows = np.concatenate((rows_of(30, centres=1), rows_of(30, seed=9, centres=1)))
    first = medoids.diversify(rows, k=1).rows
    second = medoids.diversify(rows, first, k=1).rows
    assert (first[0] < 30) != (second[0] < 30)
    with pytest.raises(OptionError, match="--rounds"):
        medoids.diversify(rows, k=1, rounds=0)
