"""ROUGE-L: the numbers of the package, brute force, from a shell."""

import random

import numpy as np
import orjson
import pytest

from sel.diversify import _rouge, rouge
from sel.errors import OptionError
from tests.conftest import GOLDEN

EXPECTED = orjson.loads((GOLDEN / "rouge" / "expected.json").read_bytes())
TEXTS, SCORES = EXPECTED["texts"], np.array(EXPECTED["fmeasure"])


def test_the_f_measure_is_that_of_the_package():
    tokens = rouge.collect(TEXTS)
    for i, one in enumerate(tokens):
        for j, other in enumerate(tokens):
            common = _rouge.longest(one, other) if one and other else 0
            score = 2 * common / (len(one) + len(other)) if common else 0
            assert score == pytest.approx(SCORES[i, j], abs=1e-12)


@pytest.mark.parametrize("most", [0.3, 0.5, 0.7, 0.9, 1])
def test_what_is_kept_is_what_the_package_would_keep(most):
    kept, twins = [], []
    for i in range(len(TEXTS)):
        near = [n for n, j in enumerate(kept) if SCORES[j, i] >= most - 1e-12]
        twins.append(near[0] if near else -1)
        if not near:
            kept.append(i)
    found, scores = rouge.diversify(rouge.collect(TEXTS), rouge.begin(most=most))
    assert found.tolist() == twins
    assert (max(twins) >= 0) == (most < 1)  # none of them are wholly alike
    for i, twin in enumerate(twins):
        wanted = SCORES[kept[twin], i] if twin >= 0 else 0
        assert scores[i] == pytest.approx(wanted, abs=1e-12)


def table(one, other):
    """The length of the longest common subsequence, by the usual table."""
    rows = np.zeros((len(one) + 1, len(other) + 1), int)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            best = max(rows[i, j + 1], rows[i + 1, j])
            rows[i + 1, j + 1] = rows[i, j] + 1 if a == b else best
    return rows[-1, -1]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_left_out_that_is_near(seed):
    rng = random.Random(seed)
    made = [[]]
    for _ in range(150):
        some = list(rng.choice(made))
        for _ in range(rng.randint(0, 4)):
            some.insert(rng.randint(0, len(some)), rng.choice("abcdefgh"))
        if some and rng.random() < 0.3:
            some.pop(rng.randrange(len(some)))
        made.append(some)
    for most in (0.4, 0.65, 0.8):
        kept, twins = [], []
        for one in made:
            sums = [(len(one) + len(k)) * most for k in kept]
            near = [
                n
                for n, k in enumerate(kept)
                if one and k and 2 * table(one, k) >= sums[n] - 1e-9
            ]
            twins.append(near[0] if near else -1)
            if not near:
                kept.append(one)
        novel = rouge.begin(most=most)
        assert rouge.diversify(made, novel)[0].tolist() == twins
        assert novel.compared < len(made) * len(kept)


def test_the_threshold_itself_is_too_like():
    texts = ["a b c d e f g h i j", "a b c d e f g x y z"]  # 0.7, which is not below
    assert rouge.diversify(rouge.collect(texts), rouge.begin())[0].tolist() == [-1, 0]
    more = rouge.begin(most=0.71)
    assert rouge.diversify(rouge.collect(texts), more)[0].tolist() == [-1, -1]
    for most in (0, 1.1, float("nan")):
        with pytest.raises(OptionError):
            rouge.begin(most=most)


def test_other_scripts_are_told_apart_where_that_is_asked_for():
    texts = ["\u4eca\u5929\u5929\u6c14\u5f88\u597d", "Gr\u00fc\u00dfe aus K\u00f6ln"]
    assert rouge.collect(texts) == [[], ["gr", "e", "aus", "k", "ln"]]
    words = rouge.collect(texts, tokens="unicode")
    assert words == [list(texts[0]), texts[1].lower().split()]


def test_from_a_shell(sel, tmp_path):
    pool = [{"id": f"r{i}", "text": text} for i, text in enumerate(TEXTS)]
    twins, scores = rouge.diversify(rouge.collect(TEXTS), rouge.begin())
    run = sel("diversify rouge --report rep.jsonl -j 2", pool)
    kept = [one["id"] for one in run.records]
    assert kept == [f"r{i}" for i in np.flatnonzero(twins < 0)]
    assert "without words 2" in run.err
    report = (tmp_path / "rep.jsonl").read_bytes().splitlines()
    told = [orjson.loads(line) for line in report]
    gone = np.flatnonzero(twins >= 0)
    assert [one["id"] for one in told] == [f"r{i}" for i in gone]
    assert [one["twin"] for one in told] == [kept[twins[i]] for i in gone]
    assert [one["similarity"] for one in told] == scores[gone].tolist()


def test_older_records_are_compared_with_and_not_written(sel, tmp_path):
    (tmp_path / "seeds.jsonl").write_bytes(b'{"text": "write a poem about the sea"}\n')
    pool = b'{"text":"Write a poem about the sky"}\n{"text":"sum two numbers"}\nnull\n'
    run = sel("diversify rouge --old seeds.jsonl --on-error skip", pool)
    assert run.out == b'{"text":"sum two numbers"}\n'
    assert "older 1; compared 1" in run.err
    assert "1 rejected" in run.err
    assert sel("diversify rouge", b"").out == b""


def test_older_records_that_are_alike_are_all_compared_with(sel, tmp_path):
    old = ["a b c d e f g h i j", "a b c d e f g x y z"]  # 0.7 alike
    lines = [b'{"text": "%s"}\n' % text.encode() for text in old]
    (tmp_path / "old.jsonl").write_bytes(b"".join(lines))
    pool = [{"text": "d e f g x y z"}]  # like the second alone
    run = sel("diversify rouge --old old.jsonl --report twins.jsonl", pool)
    assert run.out == b""
    assert "older 2; compared 1" in run.err
    told = orjson.loads((tmp_path / "twins.jsonl").read_bytes())
    assert told["twin"] == 1
