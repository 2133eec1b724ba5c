"""Hashes, counts and weights against their definition, written out word by word."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sel.maths.text import characters, ngrams, polynomials
from sel.maths.text.ngrams import Grams

ALL = (1 << 64) - 1
ORDERS, BUCKETS = 3, 97
TABLE = np.random.default_rng(0).normal(size=(2, BUCKETS))

ODD = [
    "",
    " ",
    "\n \t\x1c\u3000" * 30,
    "\0",
    "a\0b\0 \0",
    "\x7f~\x7f",
    "漢字かな交じり文、漢 字。",
    "e\u0301te\u0301 \u0301 A\u030a",
    "x" * 300 + " " + "Y" * 200,
    "!" * 100 + "?a?",
    " " * 150 + "end",
    "ΟΔΟΣ Σ ΣΑΣ, ΑΣ.ΑΣ\u0301 aΣ",
    "İstanbul IİI ıİ",
    "KÅ ẞß ǅ Ⅷ ª",
    "\ud800 lone \udfff\udc00a\ud83d",
    "😀 a😀b \U0001d518\U0001d52b 𐐀",
    "It\u2019s “quoted” \u2013 and… snake_case, 3.14 naïve",
    "ПРИВЕТ, мир! Ёлка",
    "Seven plain words, then é; seven MORE words. " * 3,
]
TEXT = (
    st.sampled_from(ODD)
    | st.text(st.characters(), max_size=40)
    | st.lists(st.sampled_from(ODD), max_size=4).map("".join)
    | st.text(st.sampled_from(" \n.,aAbB_1\0\x7f\x80éÉΣ\u03c3İ漢\ud800😀"), max_size=80)
)


def mix(bits):
    bits = (bits ^ bits >> 33) * 0xFF51AFD7ED558CCD & ALL
    bits = (bits ^ bits >> 33) * 0xC4CEB9FE1A85EC53 & ALL
    return bits ^ bits >> 33


def kind(char):
    return 1 if char.isalnum() or char == "_" else 0 if char.isspace() else 2


def tokens(text):
    """Tokens of a text as it is, each with its place."""
    found, before = [], 0
    for place, char in enumerate(text):
        if kind(char) and kind(char) == before:
            found[-1][1] += char
        elif kind(char):
            found.append([place, char])
        before = kind(char)
    return found


def hashed(token):
    terms = (
        (ord(char) + 1) * pow(0x9E3779B97F4A7C15, i, 1 << 64)
        for i, char in enumerate(token)
    )
    return mix(sum(terms) & ALL)


def grams(text):
    """The hashes of the n-grams of each order."""
    words = [hashed(token) for _, token in tokens(text.lower())]
    found = [words]
    for order in range(2, ORDERS + 1):
        pairs = zip(found[-1], words[order - 1 :])
        found.append(
            [
                mix(a * 0xD6E8FEB86659FD93 + b * 0xA0761D6478BD642F & ALL)
                for a, b in pairs
            ]
        )
    return found


def spread(bits, buckets):
    return (bits >> 32) * buckets >> 32


def weight(text, values):
    whole = 0.0
    for hashes in grams(text):
        part = 0.0
        for one in hashes:
            part += values[spread(one, BUCKETS)]
        whole += part
    return whole


@st.composite
def batches(draw):
    """Texts in some order, in some batches."""
    texts = draw(st.permutations(draw(st.lists(TEXT, max_size=8))))
    cuts = sorted(draw(st.sets(st.integers(0, len(texts)), max_size=3)))
    return [texts[a:b] for a, b in zip([0, *cuts], [*cuts, len(texts)])]


@pytest.fixture(params=[1, 16, 1 << 16])
def piece(request, monkeypatch):
    """How many characters are hashed at once, so that all ends of pieces occur."""
    monkeypatch.setattr(polynomials, "_PIECE", request.param)


@pytest.mark.usefixtures("piece")
@settings(max_examples=150, deadline=None)
@given(batches())
def test_counts_and_weights_are_those_of_each_text_alone(parts):
    how = Grams(ORDERS, BUCKETS, "sel64-1")
    for part in parts:
        found = [[spread(h, BUCKETS) for hs in grams(t) for h in hs] for t in part]

        counts = ngrams.count(part, how)
        sums, totals = ngrams.weigh(part, how, TABLE)

        assert counts.total == sum(map(len, found))
        np.testing.assert_array_equal(
            counts.per_bucket,
            np.bincount([b for one in found for b in one], minlength=BUCKETS),
        )
        assert totals.tolist() == [len(one) for one in found]
        assert sums.tolist() == [[weight(t, row) for row in TABLE] for t in part]


@pytest.mark.usefixtures("piece")
@settings(max_examples=100, deadline=None)
@given(batches())
def test_hashes_are_those_of_each_text_alone(parts):
    for part in parts:
        found = [grams(text) for text in part]

        every, owner = ngrams.every(part)
        several, whose = ngrams.shingles(part, ORDERS)
        words, places = ngrams.words(part)

        assert every.tolist() == [h for one in found for h in one[0]]
        assert owner.tolist() == [i for i, one in enumerate(found) for _ in one[0]]
        assert several.tolist() == [h for one in found for h in one[-1]]
        assert whose.tolist() == [i for i, one in enumerate(found) for _ in one[-1]]
        expected = [
            (i, hashed(token))
            for i, text in enumerate(part)
            for _, token in tokens(text.lower())
            if kind(token[0]) == 1
        ]
        assert sorted(zip(places.tolist(), words.tolist())) == sorted(expected)


@pytest.mark.usefixtures("piece")
@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, max_size=6))
def test_tokens_of_texts_as_they_are(texts):
    joined, starts, ends, hashes = ngrams.tokens(texts)

    expected = tokens("".join(text + "\n" for text in texts))
    assert starts.tolist() == [place for place, _ in expected]
    assert ends.tolist() == [place + len(token) for place, token in expected]
    assert hashes.tolist() == [hashed(token) for _, token in expected]
    assert joined == "".join(text + "\n" for text in texts)


@settings(max_examples=100, deadline=None)
@given(batches())
def test_signed_counts_are_those_of_each_text_alone(parts):
    for part in parts:
        expected = np.zeros((len(part), BUCKETS), np.float32)
        for row, text in zip(expected, part):
            for one in [h for hs in grams(text) for h in hs]:
                row[spread(one, BUCKETS)] += 1 - 2 * (one & 1)

        found = ngrams.signed(part, ORDERS, BUCKETS)

        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("more", ["", " among many IN ASCII"])
@pytest.mark.parametrize("start", range(0, sys.maxunicode + 1, 1 << 16))
def test_each_character_adds_what_its_lower_case_adds(start, more):
    chars = [chr(code) + more for code in range(start, start + (1 << 16))]
    texts, joined, added, classes = characters.values(chars)

    lowered = "\n".join([*map(str.lower, chars), ""])
    assert [text.lower() for text in texts] == [char.lower() for char in chars]
    assert joined.lower() == lowered
    assert classes.tolist() == list(map(kind, lowered))
    assert added.tolist() == [(ord(c) + 1) * (kind(c) > 0) for c in lowered]


def test_a_long_stretch_of_space_needs_no_powers():
    held = polynomials.powers(1)[0]
    ngrams.every(["a" + " " * 10 * len(held) + "b"])
    assert polynomials.powers(1)[0] is held
