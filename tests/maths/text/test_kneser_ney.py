"""Models of bytes: chances that add up, and counts by hand."""

from collections import Counter

import numpy as np
import pytest

from sel.maths.text import kneser_ney
from sel.maths.text.kneser_ney import DISCOUNTS, SYMBOLS, Documents, bits, train


def chances(model, start):
    """Of every byte after the start of a document."""
    found = []
    for byte in range(SYMBOLS):
        data = np.frombuffer(start + bytes([byte]), np.uint8)
        found.append(2 ** -bits(model, Documents(data, np.array([len(data)])))[-1])
    return np.array(found)


@pytest.mark.parametrize("order", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("start", [b"", b"a", b"ab", b"banan", b"zzzz"])
def test_chances_add_up_to_1(order, start):
    model = train(Documents.of(["banana bandana", "abracadabra", "ban"]), order)
    assert len(model) == order
    made = chances(model, start)
    assert made.sum() == pytest.approx(1)
    assert (made > 0).all()


def test_without_a_text_all_bytes_are_as_likely():
    assert bits([], Documents.of(["ab"])).tolist() == [8, 8, 8]


def test_unigrams_by_hand():
    # Bytes a, a, b, 0: counts 2, 1, 1; too few counts of counts for own discounts.
    model = train(Documents.of(["aab"]), 1)
    made = chances(model, b"")
    taken = DISCOUNTS[1] + DISCOUNTS[1] + DISCOUNTS[2]
    rest = taken / 4 / SYMBOLS
    assert made[ord("a")] == pytest.approx((2 - DISCOUNTS[2]) / 4 + rest)
    assert made[ord("b")] == made[0] == pytest.approx((1 - DISCOUNTS[1]) / 4 + rest)
    assert made[ord("z")] == pytest.approx(rest)


def test_a_byte_of_many_contexts_is_likelier_than_one_that_is_only_frequent():
    # "San Francisco": o stands after many bytes, x always after y.
    text = "yx " * 20 + "ao bo co do eo fo go ho"
    made = chances(train(Documents.of([text]), 2), b"Q")
    assert made[ord("o")] > made[ord("x")]


def test_discounts_are_those_of_chen_and_goodman():
    counts = np.repeat([1, 2, 3, 4, 9], [10, 4, 2, 1, 1])
    share = 10 / (10 + 2 * 4)
    wanted = [0, 1 - 2 * share * 4 / 10, 2 - 3 * share * 2 / 4, 3 - 4 * share * 1 / 2]
    assert kneser_ney.discounts_of(counts) == pytest.approx(wanted)
    assert (kneser_ney.discounts_of(counts[:12]) == DISCOUNTS).all()


def test_what_was_read_needs_fewer_bits():
    texts = ["the cat sat on the mat", "the dog sat on the log"]
    model = train(Documents.of(texts), 5)
    known, other = Documents.of(["the cat sat"]), Documents.of(["qvx zzk jj!"])
    assert bits(model, known).sum() < bits(model, other).sum() / 2


def test_documents():
    made = Documents.of(["ab c", "", "d\0e"])
    assert bytes(made.data) == b"ab c\0\0d e\0"
    assert made.ends.tolist() == [5, 6, 10]
    assert (len(made), made.words) == (3, 4)
    assert made.sums(np.ones(10)).tolist() == [5, 1, 4]
    short = made.up_to(8)
    assert bytes(short.data) == b"ab c\0\0d\0"
    assert short.ends.tolist() == [5, 6, 8]
    assert made.up_to(10) is made


def test_a_document_does_not_depend_on_the_one_before():
    model = train(Documents.of(["banana", "bandana"]), 4)
    both = bits(model, Documents.of(["ban", "dana"]))
    alone = [bits(model, Documents.of([text])) for text in ("ban", "dana")]
    assert both == pytest.approx(np.concatenate(alone))


def counted(texts, order):
    """What is counted of the n-grams of each length, one n-gram at a time."""
    whole = [b"\0" + text.encode() + b"\0" for text in texts]
    longest = [d[i : i + order] for d in whole for i in range(len(d) - order + 1)]
    tables = {order: Counter(gram for gram in longest if len(gram) == order)}
    for n in range(order - 1, 0, -1):
        table = Counter(gram[1:] for gram in tables[n + 1])  # different bytes before
        if n > 1:
            table.update(d[:n] for d in whole if len(d) >= n)  # what begins a document
        tables[n] = table
    return tables


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_counts_are_those_of_one_at_a_time(order):
    texts = ["abcab", "abab cab", "bca", "a"]
    model, tables = train(Documents.of(texts), order), counted(texts, order)
    if order == 1:
        tables[1] = Counter(b"".join(text.encode() + b"\0" for text in texts))
        tables[1] = {bytes([k]): v for k, v in tables[1].items()}
    for n, made in enumerate(model, 1):
        grams = [int(key).to_bytes(n, "big") for key in made.keys]
        assert dict(zip(grams, made.counts.tolist(), strict=True)) == dict(tables[n])
        for context, total in zip(made.contexts.tolist(), made.totals, strict=True):
            inside = [
                v
                for g, v in tables[n].items()
                if g[:-1] == context.to_bytes(n - 1, "big")
            ]
            assert total == sum(inside)
