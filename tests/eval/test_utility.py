"""Small models trained on selections: by brute force, by hand, from a shell."""

from collections import Counter, defaultdict

import numpy as np
import pytest

import sel as library
from sel.eval import utility
from sel.maths.random.noise import SeededNoise
from sel.maths.text import kneser_ney
from sel.maths.text.kneser_ney import DISCOUNTS, Documents
from tests.conftest import DATA, lines, texts

TINY = ["abab", "abc", "b", "bab", "cab abab", "", "aab", "ab ab ba", "aaa"]


class Literal:
    """Interpolated modified Kneser-Ney, written out over dictionaries."""

    def __init__(self, documents, order):
        self.order = order
        seen = [Counter() for _ in range(order + 1)]
        for text in documents:
            data = b"\0" + text.encode() + b"\0"
            for end in range(1, len(data)):
                for n in range(1, min(order, end + 1) + 1):
                    seen[n][data[end - n + 1 : end + 1]] += 1
        self.counts = [None] * (order + 1)
        for n in range(1, order + 1):
            if n == order:
                self.counts[n] = dict(seen[n])
                continue
            before = defaultdict(set)
            for g in seen[n + 1]:
                before[g[1:]].add(g[0])
            self.counts[n] = {
                g: c if n > 1 and g[0] == 0 else len(before[g])
                for g, c in seen[n].items()
            }
        self.discounts = [None] + [self.discount(c) for c in self.counts[1:]]

    @staticmethod
    def discount(counts):
        n = Counter(min(c, 5) for c in counts.values())
        if not all(n[i] for i in (1, 2, 3, 4)):
            return DISCOUNTS
        y = n[1] / (n[1] + 2 * n[2])
        found = [0] + [i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)]
        return found if min(found[1:]) > 0 else DISCOUNTS

    def chance(self, context, symbol):
        """`context` begins with the 0 of its document."""
        value = 1 / 256
        for n in range(1, min(self.order, len(context) + 1) + 1):
            past = context[len(context) - n + 1 :]
            there = {g: c for g, c in self.counts[n].items() if g[:-1] == past}
            if not there:
                continue
            total, d = sum(there.values()), self.discounts[n]
            left = sum(d[min(c, 3)] for c in there.values()) / total
            count = there.get(past + bytes([symbol]), 0)
            value = max(count - d[min(count, 3)], 0) / total + left * value
        return value

    def bits(self, text):
        data = b"\0" + text.encode() + b"\0"
        return -sum(
            np.log2(self.chance(data[:i], data[i])) for i in range(1, len(data))
        )


@pytest.mark.parametrize("order", [1, 2, 3, 4, 6, 8])
def test_against_brute_force(order):
    target = ["abba", "c", "", "zz ab", "baabab cab"]
    documents = Documents.of(target)
    ours = documents.sums(
        kneser_ney.bits(kneser_ney.train(Documents.of(TINY), order), documents)
    )
    literal = Literal(TINY, order)
    np.testing.assert_allclose(ours, [literal.bits(text) for text in target], rtol=1e-9)


def test_against_brute_force_with_discounts_of_its_own():
    train = [text[:300] for text in texts(DATA / "wiki.jsonl.zst")[:4]]
    target = [text[:60] for text in texts(DATA / "wiki.jsonl.zst")[10:12]]
    documents = Documents.of(target)
    model = kneser_ney.train(Documents.of(train), 4)
    assert not np.array_equal(model[-1].discounts, DISCOUNTS)
    ours = documents.sums(kneser_ney.bits(model, documents))
    literal = Literal(train, 4)
    np.testing.assert_allclose(ours, [literal.bits(text) for text in target], rtol=1e-9)


@pytest.mark.parametrize("context", ["", "a", "ab", "aba", "zzz", "cab", "c"])
def test_chances_sum_to_one(context):
    model = kneser_ney.train(Documents.of(TINY), 4)
    total = 0.0
    for symbol in range(256):
        data = context.encode() + bytes([symbol]) + (b"\0" if symbol else b"")
        whole = Documents(np.frombuffer(data, np.uint8), np.array([len(data)]))
        total += 2 ** -kneser_ney.bits(model, whole)[len(context)]
    assert total == pytest.approx(1)


def test_documents():
    some = Documents.of(["ab c", "é\0", ""])
    assert bytes(some.data) == b"ab c\0\xc3\xa9 \0\0"
    assert (some.ends.tolist(), some.words, len(some)) == ([5, 9, 10], 3, 3)
    assert some.sums(np.arange(10.0)).tolist() == [10, 26, 9]
    assert [len(some.up_to(n)) for n in (1, 5, 8, 9, 99)] == [1, 1, 2, 2, 3]
    assert bytes(some.up_to(3).data) == b"ab\0"
    assert some.up_to(8).ends.tolist() == [5, 8]


def test_more_of_the_same_is_better():
    pool = texts(DATA / "wiki.jsonl.zst")
    target = Documents.of(pool[200:])
    given = [Documents.of(pool[:n]) for n in (10, 50, 200)]
    found = utility.measure(given, [[], [], []], target, None, SeededNoise(0))
    needed = [one["bits_per_byte"] for one in found]
    assert needed == sorted(needed, reverse=True) and needed[-1] < 3
    assert found[1]["vs_first"] == pytest.approx(needed[1] - needed[0])
    assert found[1]["vs_first_low"] < found[1]["vs_first"] < found[1]["vs_first_high"]
    by_hand = 2 ** (needed[0] * len(target.data) / target.words)
    assert found[0]["perplexity"] == pytest.approx(by_hand)


def test_a_budget_makes_costs_equal():
    pool = texts(DATA / "wiki.jsonl.zst")
    given = [Documents.of(pool[:100]), Documents.of(pool[:200])]
    target = Documents.of(pool[200:])
    a, b = utility.measure(given, [[], []], target, None, SeededNoise(0), bytes=20_000)
    assert a["bytes"] == b["bytes"] == 20_000
    assert a["bits_per_byte"] == b["bits_per_byte"] and b["vs_first"] == 0


# From a shell


@pytest.fixture
def place(tmp_path):
    wiki = texts(DATA / "wiki.jsonl.zst")
    other = texts(DATA / "pool.jsonl.zst")[::40]
    for name, some in (("t", wiki[:60]), ("w", wiki[60:120]), ("o", other[:60])):
        (tmp_path / f"{name}.jsonl").write_bytes(lines([{"text": t} for t in some]))
    everything = [{"text": t} for t in (*wiki[60:120], *other)]
    (tmp_path / "pool.jsonl").write_bytes(lines(everything))
    return tmp_path


def test_what_is_like_the_target_is_better_than_chance(sel, place):
    run = sel("eval utility --target t.jsonl --pool pool.jsonl w.jsonl o.jsonl")
    like, other = run.records
    assert like["selection"] == "w.jsonl" and like["records"] == 60
    assert like["bits_per_byte"] < like["bits_per_byte_random"]
    assert other["vs_first_low"] > 0
    alone = sel("eval utility --target t.jsonl w.jsonl").records[0]
    assert alone["bits_per_byte"] == like["bits_per_byte"]
    assert "bits_per_byte_random" not in alone


def test_a_transformer_learns(place):
    def bits(steps):
        options = {"learner": "transformer", "device": "cpu", "steps": steps}
        chosen, target = str(place / "w.jsonl"), str(place / "t.jsonl")
        (found,) = library.evaluate("utility", chosen, target=target, **options)
        return found["bits_per_byte"]

    one, more = bits(1), bits(16)
    assert more < one < 8.2
    assert more < 5.6
    assert bits(1) == one


def test_bits_of_the_transformer_are_those_of_one_window():
    torch = pytest.importorskip("torch")
    from sel.models import bytewise

    torch.manual_seed(0)
    model = bytewise._Model(torch).net
    data = np.frombuffer(b"some text\0and more\0", np.uint8)
    stream = torch.tensor([0, *data])
    with torch.inference_mode():
        logs = torch.log_softmax(model(stream[None, :-1]), dim=-1)[0]
    by_hand = -logs[range(len(data)), stream[1:]].numpy() / np.log(2)
    np.testing.assert_allclose(bytewise._bits(model, data), by_hand, atol=1e-4)
    long = np.tile(data, 40)
    whole = bytewise._bits(model, long)
    assert whole.shape == long.shape and np.isfinite(whole).all()
    np.testing.assert_allclose(whole[: len(data)], by_hand, atol=1e-4)


def test_bad_input(sel, place):
    assert "--target" in sel("eval utility w.jsonl", code=2).err
    command = "eval utility --target t.jsonl"
    assert "--ngrams" in sel(f"{command} w.jsonl --ngrams 9", code=2).err
    assert "--bytes" in sel(f"{command} w.jsonl --bytes 0", code=2).err
    assert "--steps" in sel(f"{command} w.jsonl --steps 0", code=2).err
    run = sel(f"{command} --pool w.jsonl pool.jsonl", code=3)
    assert "Try: the --pool that it was chosen from" in run.err
    assert "no records" in sel(f"{command} -", b"", code=3).err
    assert (
        "standard input:2"
        in sel(f"{command} -", b'{"text":"a"}\n{"t":1}\n', code=3).err
    )
