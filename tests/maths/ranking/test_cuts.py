"""The best of shards by counts, against the best of one stream held in memory."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sel.maths.ranking import cuts
from sel.maths.ranking.topk import TopK


def shards(rng, n, parts, levels=None):
    """Keys, groups and costs in so many pieces, some of which are empty."""
    keys = rng.normal(size=n) if levels is None else rng.integers(levels, size=n) * 1.0
    groups = rng.choice(["a", "b", "c"], size=n, p=[0.6, 0.3, 0.1])
    costs = rng.integers(0, 9, size=n)
    at = np.sort(rng.integers(0, n + 1, size=parts - 1))
    return list(
        zip(np.split(keys, at), np.split(groups, at), np.split(costs, at), strict=True)
    )


def by_rounds(pieces, limits, over="under"):
    """What is kept of each piece, how many questions it took, and the largest answer."""
    known = {name: cuts.begun(*limit) for name, limit in limits.items()}
    rounds, largest, answers = 0, 0, []
    while asked := {n: q for n, q in known.items() if isinstance(q, cuts.Question)}:
        answers = [
            cuts.Tally.of(cuts.bits(k), g.tolist(), c, asked) for k, g, c in pieces
        ]
        whole = cuts.added(answers)
        for name, question in asked.items():
            known[name] = cuts.answered(question, *whole.of_group(name))
        ends = {n: known[n] for n in asked if isinstance(known[n], cuts.Cut)}
        for name, cut in ends.items():
            known[name] = [cut]
            for one in answers:
                known[name].append(one.without(name, known[name][-1]))
        rounds += 1
        largest = max([largest, *(len(one.bins) for one in answers)])
    kept = []
    for i, (keys, groups, costs) in enumerate(pieces):
        keep = np.zeros(len(keys), bool)
        for name, found in known.items():
            own = found[i] if isinstance(found, list) else found
            here = groups == name
            taking = cuts.Taking(own, over)
            keep[here] = taking.take(cuts.bits(keys[here]), costs[here])
        kept.append(keep)
    return kept, rounds, largest


def in_one(pieces, limits, over="under"):
    """The same by a stream."""
    best = {name: TopK(*limit) for name, limit in limits.items()}
    rows = [row for piece in pieces for row in zip(*piece, strict=True)]
    for i, (key, group, cost) in enumerate(rows):
        if key > best[group].floor:
            best[group].add(float(key), float(cost), i)
    keep = np.zeros(len(rows), bool)
    for one in best.values():
        keep[[one.items[place] for place in one.chosen(over)]] = True
    return keep


@pytest.mark.parametrize("levels", [None, 1, 7])
@pytest.mark.parametrize("parts", [1, 2, 7])
@pytest.mark.parametrize(
    ("k", "budget", "over"),
    [
        (0, None, "under"),
        (1, None, "under"),
        (150, None, "under"),
        (10**6, None, "under"),
        (None, 0, "under"),
        (None, 333, "under"),
        (None, 334, "over"),
        (None, 335, "nearest"),
        (None, 10**6, "over"),
        (40, 120, "nearest"),
        (None, None, "under"),
    ],
)
def test_as_in_one_stream(levels, parts, k, budget, over):
    pieces = shards(np.random.default_rng(parts), 900, parts, levels)
    limits = {"a": (k, budget), "b": (k and k // 2, budget), "c": (3, budget)}
    kept, rounds, _ = by_rounds(pieces, limits, over)
    assert np.concatenate(kept).tolist() == in_one(pieces, limits, over).tolist()
    assert rounds <= 4


def test_order_of_bits_is_that_of_keys():
    keys = np.array([-inf, -1e300, -1.0, -5e-324, 0.0, 5e-324, 1.0, 1e300, inf])
    assert (np.diff(cuts.bits(keys).astype(object)) > 0).all()
    assert cuts.bits([-0.0]) == cuts.bits([0.0])
    assert cuts.NOTHING.key > int(cuts.bits([inf])[0])


@pytest.mark.parametrize("n", [1_000, 100_000, 1_000_000])
def test_an_answer_does_not_grow_with_the_records(n):
    rng = np.random.default_rng(1)
    keys, costs = rng.random(n) + 1.0, np.ones(n, np.int64)  # all in 16 bins at first
    pieces = [(keys, np.full(n, "a"), costs)]
    kept, rounds, largest = by_rounds(pieces, {"a": (n // 3, None)})
    assert kept[0].sum() == n // 3
    assert keys[kept[0]].min() >= keys[~kept[0]].max()
    assert largest <= cuts.BINS
    assert rounds <= 3


def test_tallies_do_not_depend_on_how_they_are_added():
    pieces = shards(np.random.default_rng(4), 500, 5, 9)
    asked = cuts.Question()
    each = [cuts.Tally.of(cuts.bits(k), g.tolist(), c, asked) for k, g, c in pieces]
    whole = cuts.added(each)
    folded = each[0]
    for one in each[1:]:
        folded = folded + one
    for name in ("names", "groups", "bins", "counts", "costs"):
        assert np.array_equal(getattr(whole, name), getattr(folded, name))
    rows = np.concatenate([g for _, g, _ in pieces])
    assert {n: c for n, (c, _) in whole.totals().items()} == {
        n: int((rows == n).sum()) for n in "abc"
    }
