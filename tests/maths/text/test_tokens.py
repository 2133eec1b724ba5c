"""Hashes, counts and weights against their definition, written out word by word."""

import re
import sys
from unicodedata import normalize

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
    "ภาษาไทย ที่นี่ abcไทย12",
    "がか\u3099 ភាសាខ្មែរ။ \u0e34",
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


def single(text):
    """The same, where letters of scripts without spaces stand alone with their signs."""
    alone = f"[{characters.UNSPACED}]"
    token = rf"(?=\w){alone}(?:(?!\w){alone})*|(?:(?!\w){alone})+"
    token += rf"|(?:(?!{alone})\w)+|(?:(?!{alone})[^\w\s])+"
    return [[m.start(), m[0]] for m in re.finditer(token, text)]


def hashed(token):
    terms = (
        (ord(char) + 1) * pow(0x9E3779B97F4A7C15, i, 1 << 64)
        for i, char in enumerate(token)
    )
    return mix(sum(terms) & ALL)


def grams(text, literal=False):
    """The hashes of the n-grams of each order."""
    lowered = text.lower() if literal else normalize("NFC", text).lower()
    words = [hashed(word) for _, word in (tokens if literal else single)(lowered)]
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


def weight(text, values, literal):
    whole = 0.0
    for hashes in grams(text, literal):
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
@pytest.mark.parametrize("name,literal", [("sel64-1", True), ("sel64-2", False)])
@settings(max_examples=100, deadline=None)
@given(batches())
def test_counts_and_weights_are_those_of_each_text_alone(name, literal, parts):
    how = Grams(ORDERS, BUCKETS, name)
    for part in parts:
        each = [grams(text, literal) for text in part]
        found = [[spread(h, BUCKETS) for hs in one for h in hs] for one in each]

        counts = ngrams.count(part, how)
        sums, totals = ngrams.weigh(part, how, TABLE)

        assert counts.total == sum(map(len, found))
        np.testing.assert_array_equal(
            counts.per_bucket,
            np.bincount([b for one in found for b in one], minlength=BUCKETS),
        )
        assert totals.tolist() == [len(one) for one in found]
        assert sums.tolist() == [
            [weight(text, row, literal) for row in TABLE] for text in part
        ]


@pytest.mark.usefixtures("piece")
@settings(max_examples=100, deadline=None)
@given(batches())
def test_hashes_are_those_of_each_text_alone(parts):
    for part in parts:
        found = [grams(text) for text in part]

        every, owner = ngrams.every(part)
        several, whose, blanks = ngrams.shingles(part, ORDERS)
        words, places = ngrams.words(part)

        assert every.tolist() == [h for one in found for h in one[0]]
        assert owner.tolist() == [i for i, one in enumerate(found) for _ in one[0]]
        sequence = np.argsort(whose, kind="stable")
        assert several[sequence].tolist() == [h for one in found for h in one[-1]]
        assert whose[sequence].tolist() == [
            i for i, one in enumerate(found) for _ in one[-1]
        ]
        assert blanks.tolist() == characters.words(part)
        expected = [
            (i, hashed(token))
            for i, text in enumerate(part)
            for _, token in single(normalize("NFC", text).lower())
            if kind(token[0]) == 1 or re.match(f"[{characters.UNSPACED}]", token)
        ]
        assert sorted(zip(places.tolist(), words.tolist())) == sorted(expected)


@pytest.mark.usefixtures("piece")
@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, max_size=6))
def test_tokens_of_texts_as_they_are(texts):
    starts, ends, hashes = ngrams.tokens(texts)

    joined = "".join(text + "\n" for text in texts)
    expected = single(normalize("NFC", joined))
    assert hashes.tolist() == [hashed(token) for _, token in expected]
    parts = [joined[a:b] for a, b in zip(starts.tolist(), ends.tolist())]
    assert [normalize("NFC", p) for p in parts] == [token for _, token in expected]


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
    assert characters.literal(classes).tolist() == list(map(kind, lowered))
    assert added.tolist() == [(ord(c) + 1) * (kind(c) > 0) for c in lowered]


def test_a_long_stretch_of_space_needs_no_powers():
    held = polynomials.powers(1)[0]
    ngrams.every(["a" + " " * 10 * len(held) + "b"])
    assert polynomials.powers(1)[0] is held
