"""Partners of points: the nearest pair of all first."""

import numpy as np
import pytest

from sel.eval._crossmatch import matched


def plain(ours, theirs, within):
    pairs = [
        (float(np.sqrt(((a - b) ** 2).sum())), i, j)
        for i, a in enumerate(ours)
        for j, b in enumerate(theirs)
        if np.isfinite(a).all() and np.isfinite(b).all()
    ]
    found = [-1] * len(ours)
    for apart, i, j in sorted(pairs):
        if apart <= within and found[i] < 0 and j not in found:
            found[i] = j
    return found


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("within", [0, 0.5, 2, 100])
def test_agrees_with_a_sort_of_all_pairs(columns, within, monkeypatch):
    monkeypatch.setattr("sel.eval._crossmatch.BLOCK", 7)
    rng = np.random.default_rng(columns)
    ours = rng.integers(0, 6, (25, columns)).astype(float)
    theirs = rng.integers(0, 6, (20, columns)).astype(float)
    ours[4, 0] = np.nan
    theirs[3, -1] = np.inf
    assert matched(ours, theirs, within).tolist() == plain(ours, theirs, within)
    assert matched(ours[:0], theirs, within).tolist() == []
    assert matched(ours, theirs[:0], within).tolist() == [-1] * 25
