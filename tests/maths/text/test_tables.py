"""Places of numbers in tables, beside those that a dict knows."""

import numpy as np
import pytest

from sel.maths.text.polynomials import mix
from sel.maths.text.tables import Table


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000])
def test_every_number_is_found_and_no_other(size):
    numbers = mix(np.arange(2 * size + 5, dtype=np.uint64))
    table = Table.of(np.repeat(numbers[:size], 2)[::-1])
    np.testing.assert_array_equal(table.keys, np.unique(numbers[:size]))
    places = {int(key): at for at, key in enumerate(table.keys)}
    assert table.find(numbers).tolist() == [places.get(int(n), -1) for n in numbers]


def test_numbers_that_no_hash_would_give():
    ends = np.array([0, 1, 2, (1 << 64) - 2, (1 << 64) - 1], np.uint64)
    assert Table(ends).find(ends).tolist() == [0, 1, 2, 3, 4]
    assert Table(ends[1:4]).find(ends).tolist() == [-1, 0, 1, 2, -1]
