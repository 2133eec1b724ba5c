"""Bags of n-grams: against counting one text after the other."""

from collections import Counter
from math import log, sqrt

import numpy as np
import pytest

from sel.errors import OptionError
from sel.maths.text import bags as bags_
from sel.maths.text.bags import Bags, Kind

TEXTS = [
    "The cat sat. The cat sat on the mat!",
    "",
    "x",
    " \n\t ",
    "cafe\u0301 Caf\xe9 STRASSE \u0130stanbul",
    "\u65e5\u672c\u8a9e \u306e text",
    "a\x00b \ud800 c",
    "  two  spaces \r\n and lines\u2028end ",
]
WORDS, BOTH = Kind.of(2, 0, 1 << 20), Kind.of(2, 3, 1 << 20)


def of(bags, i):
    part = slice(bags.bounds[i], bags.bounds[i + 1])
    return dict(zip(bags.buckets[part].tolist(), bags.counts[part].tolist()))


@pytest.mark.parametrize("kind", [WORDS, BOTH])
def test_a_text_has_the_same_bag_in_any_batch(kind):
    together = Bags.of(TEXTS, kind)
    for i, text in enumerate(TEXTS):
        assert of(Bags.of([text], kind), 0) == of(together, i)
    halves = Bags.together([Bags.of(TEXTS[:3], kind), Bags.of(TEXTS[3:], kind)])
    assert np.array_equal(halves.buckets, together.buckets)
    assert np.array_equal(halves.keys, together.keys)


def test_counts_are_those_of_words_and_pairs():
    text = "to be or not to be"
    assert sorted(of(Bags.of([text], WORDS), 0).values()) == [0] * 5 + [1, 1, 1]
    again = "To be, or not to be"
    assert len(of(Bags.of([again], WORDS), 0)) == 10  # the comma and its two pairs


@pytest.mark.parametrize("size", [1, 3, 5])
def test_runs_of_characters_by_counting(size):
    plain = [
        " ".join(text.split()) for text in ("abc abd  abe", "", "ab", "\nxyx xyx\n")
    ]
    found = Bags.of(
        ["abc abd  abe", "", "ab", "\nxyx xyx\n"], Kind.of(1, size, 1 << 30)
    )
    for i, text in enumerate(plain):
        whole = text + " " if text else ""
        runs = [whole[j : j + size] for j in range(len(whole) - size + 1)]
        runs = [run if size > 1 or run != " " else "_" for run in runs]
        words = Counter(f"{word}|" for word in text.split())
        counts = Counter(runs) + words
        assert sorted(of(found, i).values()) == sorted(n - 1 for n in counts.values())


def test_what_a_bucket_counts():
    bags = Bags.of(["a a a b"], Kind.of(1, 0, 1 << 20))
    three, one = 1 + log(3), 1.0
    norm = sqrt(three**2 + one**2)
    assert sorted(bags.values().tolist()) == pytest.approx([one / norm, three / norm])
    table = np.arange(2 << 20, dtype=np.float32).reshape(2, -1)
    sums = bags.values() @ table[:, bags.buckets].T
    assert bags.weigh(table)[0] == pytest.approx(sums, rel=1e-6)
    assert np.isnan(Bags.of([""], WORDS).weigh(table)).all()


def test_one_that_occurs_more_often_than_can_be_counted():
    (most,) = Bags.of(["a " * 1000], Kind.of(1, 0, 64)).counts
    assert most == bags_.MOST - 1


def test_some_of_the_texts():
    bags = Bags.of(TEXTS, BOTH)
    some = np.arange(len(TEXTS)) % 2 == 0
    picked = bags.take(some)
    assert [of(picked, i) for i in range(4)] == [of(bags, 2 * i) for i in range(4)]


def test_options():
    for wrong in ((0, 0, 9), (2, -1, 9), (2, 17, 9), (2, 0, 1)):
        with pytest.raises(OptionError):
            Kind.of(*wrong)
