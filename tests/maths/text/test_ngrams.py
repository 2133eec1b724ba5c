import re
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sel.maths.text import ngrams
from sel.maths.text.ngrams import Grams

WORDS = re.compile(r"\w+|[^\w\s]+")


def plain(text, order, buckets):
    """The authors' buckets, the slow way."""
    words = WORDS.findall(text.lower())
    grams = [
        " ".join(words[i : i + m])
        for m in range(1, order + 1)
        for i in range(len(words) - m + 1)
    ]
    return [
        int(sha256(gram.encode("utf-8", "surrogatepass")).hexdigest(), 16) % buckets
        for gram in grams
    ]


TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n\tabcé.İ_1"),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT, max_size=4), st.integers(1, 4))
def test_sha256_agrees_with_the_slow_way(texts, order):
    counts = ngrams.count(texts, Grams(order, 997, "sha256"))
    expected = np.bincount(
        [b for t in texts for b in plain(t, order, 997)], minlength=997
    )
    np.testing.assert_array_equal(counts.per_bucket, expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_a_text_weighs_the_same_in_any_company(texts):
    table = np.random.default_rng(0).normal(size=(1, 100))
    grams = Grams(2, 100, "sel64-1")
    whole, _ = ngrams.weigh(texts, grams, table)
    alone = np.concatenate([ngrams.weigh([t], grams, table)[0] for t in texts])
    np.testing.assert_array_equal(whole, alone)


def test_texts_longer_than_a_piece():
    text = "word " * 100_000 + "x" * 300_000 + " end"
    counts = ngrams.count([text], Grams(1, 50, "sel64-1"))
    assert counts.total == 100_002


def test_the_fast_hash_is_stable_for_ever():
    counts = ngrams.count(["Alice went, élan 漢字"], Grams(2, 1000, "sel64-1"))
    assert np.flatnonzero(counts.per_bucket).tolist() == [
        55,
        147,
        455,
        673,
        734,
        794,
        831,
        890,
        905,
    ]


@pytest.mark.parametrize("texts", [[], [""], ["  "], ["\0"]])
def test_nothing_to_count(texts):
    assert ngrams.count(texts, Grams(2, 10, "sel64-1")).total in (0, 1)
