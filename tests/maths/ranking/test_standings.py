"""Where values stand that several machines hold: by brute force."""

import numpy as np
import pytest

from sel.maths.ranking import cuts, ranks
from sel.maths.ranking.standings import splits, standings


def held(columns):
    pairs = [np.unique(cuts.bits(one), return_counts=True) for one in columns]
    return [keys for keys, _ in pairs], [many for _, many in pairs]


@pytest.mark.parametrize("ties", ["average", "min", "ordinal"])
@pytest.mark.parametrize("parts", [1, 2, 5])
def test_ranks_are_those_of_all_values_at_once(ties, parts):
    rng = np.random.default_rng(parts)
    columns = [np.round(rng.normal(size=n), 1) + 0.0 for n in (40, 0, 1, 90)]
    columns.append(np.array([-0.0, 0.0, np.inf, -np.inf]))
    keys, counts = held(columns)
    ends = splits(keys, [len(one) for one in keys], parts).tolist()
    found = [np.zeros(0)] * len(keys)
    for low, high in zip([0, *ends], [*ends, 2**64 - 1], strict=True):
        here = [(one >= np.uint64(low)) & (one < np.uint64(high)) for one in keys]
        above = sum(
            int(many[one >= np.uint64(high)].sum())
            for one, many in zip(keys, counts, strict=True)
        )
        some = [k[h] for k, h in zip(keys, here, strict=True)]
        many = [c[h] for c, h in zip(counts, here, strict=True)]
        given = ranks.tied(*standings(some, many, above), ties)
        cut = np.split(given, np.cumsum([len(one) for one in some])[:-1])
        found = [np.append(a, b) for a, b in zip(found, cut, strict=True)]
    wanted = np.split(
        ranks.ranks(np.concatenate(columns), ties),
        np.cumsum([len(one) for one in columns])[:-1],
    )
    for column, key, number, all_ in zip(columns, keys, found, wanted, strict=True):
        at = np.searchsorted(key, cuts.bits(column))
        turn = [(column[:i] == x).sum() for i, x in enumerate(column)]
        turns = np.array(turn, float) * (ties == "ordinal")
        assert (number[at] + turns == all_).all()


def test_parts_have_about_as_many():
    rng = np.random.default_rng(0)
    keys, _ = held([rng.normal(size=n) for n in (900, 100, 4000)])
    ends = splits([one[::7] for one in keys], [len(one) for one in keys], 10)
    joined = np.sort(np.concatenate(keys))
    sizes = np.diff([0, *np.searchsorted(joined, ends), len(joined)])
    assert 450 < sizes.min() <= sizes.max() < 550


def test_nothing_has_no_standing():
    keys, counts = held([[], []])
    assert [len(one) for one in standings(keys, counts, 3)] == [0, 0, 0]
    assert splits(keys, [0, 0], 3).tolist() == [0, 0]
