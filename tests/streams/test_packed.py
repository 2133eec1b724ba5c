"""Summaries as plain values, and back."""

from collections import Counter
from dataclasses import fields, is_dataclass

import msgspec
import numpy as np
import pytest

from sel.errors import DataError
from sel.eval import leak, profile
from sel.streams.packed import packed, unpacked

TEXTS = ["one two three four five six", "one two three four five seven", "", "x" * 99]
RECORDS = [{"text": t, "n": [1, 2.5, None, 1e300][i]} for i, t in enumerate(TEXTS)]


def same(a, b):
    assert type(a) is type(b)
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def plain(value):
    """Through what is written: no value needs more than JSON has, but for arrays."""
    kinds = []

    def note(one):
        if isinstance(one, np.ndarray):
            kinds.append(one)
            return {"array": len(kinds) - 1}
        raise AssertionError(type(one))

    data = msgspec.msgpack.encode(value, enc_hook=note)

    def back(one):
        if isinstance(one, dict):
            found = one.get("array")
            if found is not None and set(one) == {"array"}:
                return kinds[found]
            return {k: back(v) for k, v in one.items()}
        return list(map(back, one)) if isinstance(one, list) else one

    return back(msgspec.msgpack.decode(data))


def test_a_profile():
    made = profile.collect(RECORDS, TEXTS, {"g": ["a", "b", "a", "a"]})
    assert same(unpacked(plain(packed(made))), made)


def test_masks_of_a_leak_are_larger_than_words():
    item = " ".join(f"w{i}" for i in range(200))
    items = leak.prepare({"s": [item]})
    found = leak.collect([item], items)
    found.hits.clear()
    assert max(found.masks.values()) > 1 << 64
    assert same(unpacked(plain(packed(found))), found)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**63),
        2**63,
        -(2**70),
        1.5,
        "x",
        [1, (2, [3])],
        {1: {}},
        Counter("ab"),
    ],
)
def test_values(value):
    assert same(unpacked(plain(packed(value))), value)


@pytest.mark.parametrize(
    "bad",
    [
        ["class", "os:system", {}],
        ["class", "sel.eval.leak:collect", {}],
        ["class", "sel.eval.leak:Found", {"no": 1}],
        ["class", "sel.nowhere:Found", {}],
        ["class", "sel.eval.leak:Found.x", {}],
        ["strange", 1],
        ["int", "zz"],
        ["dict", [[1]]],
        [],
    ],
)
def test_what_was_not_packed_is_refused(bad):
    with pytest.raises(DataError, match="damaged"):
        unpacked(bad)


def test_what_cannot_be_packed():
    with pytest.raises(TypeError, match="function"):
        packed([len, lambda: 1])
