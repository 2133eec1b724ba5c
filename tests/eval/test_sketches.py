from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from sel.eval import _sketches
from sel.eval._sketches import Distinct, Lengths, Similar
from sel.maths.random import noise
from tests.conftest import DATA, texts

POOL = texts(DATA / "pool.jsonl.zst")
SIZES = np.array([len(text) for text in POOL])


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.75, 0.99, 1.0])
def test_quantiles_are_right_to_one_percent(share):
    wanted = np.sort(SIZES)[int(np.ceil(share * len(SIZES))) - 1]
    assert abs(Lengths.of(SIZES).quantile(share) / wanted - 1) <= 0.0101


@pytest.mark.parametrize("value", [*range(60), 10**6, 10**12])
def test_small_lengths_are_exact(value):
    assert Lengths.of([value]).quantile(0.5) == value
    both = Lengths.of([0, value, 10**13])
    assert abs(both.quantile(0.5) - value) <= (value > 50) * (0.5 + value * 0.0101)


def test_lengths_add_up():
    parts = Lengths.of(SIZES[:100]) + Lengths.of([]) + Lengths.of(SIZES[100:])
    whole = Lengths.of(SIZES)
    assert (parts.bins == whole.bins).all()
    assert (parts.sum, parts.least, parts.most) == (whole.sum, whole.least, whole.most)
    assert whole.sum == SIZES.sum() and whole.most == SIZES.max()


def test_the_histogram_counts_between_powers_of_two():
    wanted = Counter(1 << (int(size).bit_length() - 1) for size in SIZES)
    found = Lengths.of(SIZES).histogram()
    assert sum(count for _, count in found) == len(SIZES)
    for end, count in found:
        assert abs(count - wanted[end]) <= 0.02 * len(SIZES)


def hashes(values):
    return np.array([noise.key(str(v).encode()) for v in values], np.uint64)


def test_distinct_values_are_counted_exactly_while_there_are_few():
    values = [i % 700 for i in range(1000)]
    found = Distinct.of(hashes(values[:500])) + Distinct.of(hashes(values[500:]))
    assert (found.distinct, found.exact, found.largest) == (700, True, 2)
    assert found.repeated == pytest.approx(0.3)


def test_many_distinct_values_are_estimated_whatever_their_order(monkeypatch):
    monkeypatch.setattr(_sketches, "DISTINCT", 2000)
    values = np.concatenate((hashes(range(20_000)), hashes(range(5000))))
    whole = Distinct.of(values)
    parts = Distinct.of(values[::-1][:9000]) + Distinct.of(values[::-1][9000:])
    assert (parts.hashes == whole.hashes).all() and (parts.counts == whole.counts).all()
    assert not whole.exact and len(whole.hashes) <= 2000
    assert whole.distinct == pytest.approx(20_000, rel=0.1)
    assert whole.repeated == pytest.approx(0.2, abs=0.04)


def edited(text, every):
    words = text.split()
    return " ".join("edited" if i % every == 7 else w for i, w in enumerate(words))


def shingles(text):
    words = text.lower().split()
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def test_near_duplicates_are_those_of_a_comparison_of_all_pairs():
    some = [t for t in POOL if t.isascii() and len(t.split()) > 150][:150]
    some += [edited(text, 120) for text in some[:50]]  # J about 0.92
    some += [edited(text, 12) for text in some[50:100]]  # J about 0.4
    sets = [shingles(text) for text in some]
    near = [
        (a, b)
        for a, b in combinations(range(len(some)), 2)
        if len(sets[a] & sets[b]) >= 0.8 * len(sets[a] | sets[b])
    ]
    later = {b for _, b in near}
    assert len(later) >= 45
    found = Similar.of(some).repeated() * len(some)
    assert abs(found - len(later)) <= 5


def test_signatures_add_up_in_any_order():
    whole = Similar.of(POOL)
    parts = Similar.of(POOL[2000:]) + Similar.of(POOL[:2000])
    assert parts.repeated() == whole.repeated()
    assert parts.exact and len(parts.marks) == len(whole.marks)


def test_a_sample_keeps_near_duplicates_together(monkeypatch):
    monkeypatch.setattr(_sketches, "SIGNED", 800)
    doubled = POOL + [edited(text, 300) for text in POOL]
    found = Similar.of(doubled)
    assert not found.exact and len(found.marks) <= 800
    assert 0.3 < found.repeated() <= 0.5
    parts = Similar.of(doubled[:3000]) + Similar.of(doubled[3000:])
    assert parts.repeated() == found.repeated()


def test_texts_of_few_words_are_not_signed():
    assert Similar.of(["a b c", "", "a b c"]).repeated() == 0
    assert Similar.of([]).repeated() == 0
