"""Repeated windows: against looking for every one of them."""

import numpy as np
import pytest

from sel.diversify import _spans


@pytest.mark.parametrize("length", [1, 3, 8, 40])
@pytest.mark.parametrize("seed", range(4))
def test_windows_that_occurred_before(length, seed):
    rng = np.random.default_rng(seed)
    units = rng.integers(0, 3, 60).astype(np.uint64)
    bounds = np.array([0, 9, 9, 35, 60])
    starts, firsts = _spans.repeated(units, bounds, length)
    seen, wanted = {}, []
    for start in range(60 - length + 1):
        text = np.searchsorted(bounds, start, "right")
        if start + length > bounds[text]:
            continue
        first = seen.setdefault(tuple(units[start : start + length].tolist()), start)
        if start >= first + length:
            wanted.append((start, first))
    assert list(zip(starts.tolist(), firsts.tolist(), strict=True)) == wanted


def test_windows_have_one_hash_wherever_they_stand():
    units = np.array([5, 6, 7, 5, 6, 7, 6, 5], np.uint64)
    hashes = _spans.windows(units, 2).tolist()
    assert hashes[:2] == hashes[3:5]
    assert len(set(hashes)) == 5


def test_windows_that_touch_are_one_span():
    starts, owner = np.array([0, 1, 4, 9, 12]), np.array([0, 0, 0, 0, 1])
    begins, ends = _spans.joined(starts, 3, owner)
    assert list(zip(begins.tolist(), ends.tolist(), strict=True)) == [
        (0, 7),
        (9, 12),
        (12, 15),
    ]
    assert len(_spans.joined(starts[:0], 3, owner[:0])[0]) == 0
