"""N-gram models beside the definition, one n-gram at a time."""

import random
from collections import Counter, defaultdict

import numpy as np
import pytest

from sel.maths.text import backoff, kneser_ney
from sel.maths.text.kneser_ney import Documents, discounts_of

KINDS = 9  # of units; 6 of them are in the texts


def coded(docs):
    return np.array([0] + [unit for doc in docs for unit in (*doc, 0)])


@pytest.fixture(scope="module")
def docs():
    draw = random.Random(1)
    return [draw.choices([1, 1, 2, 3, 4, 5, 6], k=draw.randrange(9)) for _ in range(40)]


def counted(docs, order):
    """How often each n-gram counts: the longest, and what begins a document, by how
    often it is there; others by how many different units stand before it."""
    raw = [Counter() for _ in range(order + 1)]
    for doc in docs:
        whole = (0, *doc, 0)
        for n in range(1, order + 1):
            for start in range(n == 1, len(whole) - n + 1):
                raw[n][whole[start : start + n]] += 1
    made = [Counter(), *raw[1:]]
    for n in range(1, order):
        before = defaultdict(set)
        for gram in raw[n + 1]:
            before[gram[1:]].add(gram[0])
        made[n] = Counter({g: len(before[g]) or c for g, c in raw[n].items()})
    return made


def defined(docs, order):
    """The chance of a unit after others, as Chen and Goodman write it."""
    counts = counted(docs, order)
    steps = [discounts_of(np.array([*made.values(), 0])) for made in counts]
    after = [defaultdict(list) for _ in counts]
    for made, inside in zip(counts, after, strict=True):
        for gram, count in made.items():
            inside[gram[:-1]].append(count)

    def chance(unit, before, n):
        if not n:
            return 1 / KINDS
        before = before[len(before) - n + 1 :]
        shorter = chance(unit, before[1:], n - 1)
        seen = after[n].get(before)
        if not seen:
            return shorter
        count = counts[n].get((*before, unit), 0)
        left = sum(steps[n][min(one, 3)] for one in seen) / sum(seen)
        return (count - steps[n][min(count, 3)]) / sum(seen) + left * shorter

    def bits(doc):
        whole = (0, *doc, 0)
        pairs = ((whole[at], whole[:at]) for at in range(1, len(whole)))
        return [-np.log2(chance(u, b, min(order, len(b) + 1))) for u, b in pairs]

    return bits


@pytest.mark.parametrize("order", [1, 2, 3, 4, 7])
def test_bits_are_those_of_the_definition(docs, order):
    draw = random.Random(2)
    asked = [draw.choices(range(1, 8), k=draw.randrange(9)) for _ in range(30)]
    model = backoff.train(coded(docs), order, 7, KINDS)
    found = backoff.bits(model, coded([[u if u < 7 else -1 for u in d] for d in asked]))
    bits = defined(docs, order)
    assert found == pytest.approx([b for doc in asked for b in bits(doc)], abs=2e-6)


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("before", [(), (1,), (1, 2), (3, 3, 3, 3)])
def test_chances_add_up_to_1(docs, order, before):
    model = backoff.train(coded(docs), order, 7, KINDS)
    known = [2 ** -backoff.bits(model, coded([[*before, u]]))[-2] for u in range(1, 7)]
    unseen = 2 ** -backoff.bits(model, coded([[*before, -1]]))[-2]
    end = 2 ** -backoff.bits(model, coded([before]))[-1]
    assert sum(known) + end + (KINDS - 7) * unseen == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("order", [1, 2, 5, 8])
def test_bytes_need_the_bits_of_the_model_of_bytes(order):
    learnt = Documents.of(["banana bandana", "abracadabra", "ban"])
    asked = Documents.of(["banana", "zxcv", "abr"])
    codes, more = (np.append(0, one.data).astype(np.int64) for one in (learnt, asked))
    found = backoff.bits(backoff.train(codes, order, 256, 256), more)
    wanted = kneser_ney.bits(kneser_ney.train(learnt, order), asked)
    assert found == pytest.approx(wanted, abs=2e-6)


def test_documents_of_nothing(docs):
    model = backoff.train(coded([]), 3, 1, KINDS)
    assert backoff.bits(model, coded([[-1]])) == pytest.approx(np.log2([KINDS] * 2))
    model = backoff.train(coded([[], []]), 2, 1, KINDS)
    assert np.isfinite(backoff.bits(model, coded([[], [-1, -1]]))).all()


def test_a_model_is_the_same_from_its_arrays(docs):
    model = backoff.train(coded(docs), 4, 7, KINDS)
    again = backoff.Model.of(*model.arrays(), model.unknown)
    asked = coded([[1, 2, 3, -1, 4], [6, 6]])
    assert (backoff.bits(model, asked) == backoff.bits(again, asked)).all()
