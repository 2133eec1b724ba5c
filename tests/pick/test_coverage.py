"""Coverage of queries: the authors' choices, brute force, from a shell."""

import numpy as np
import orjson
import pytest

from sel.errors import UsageError
from sel.models import static
from sel.pick import _terms, coverage
from tests.conftest import GOLDEN

EXPECTED = orjson.loads((GOLDEN / "set_coverage" / "expected.json").read_bytes())
POOL, QUERIES = EXPECTED["pool"], EXPECTED["queries"]


def prompts(pool, queries, ngrams=1, **options):
    terms = [coverage.collect(some, ngrams=ngrams) for some in (pool, queries)]
    words = static.load() if options.get("measure") == "vectors" else None
    return list(coverage.pick(*terms, words, **options))


def same_order(prompt, told):
    """The rows are the same; theirs may be in any order where gains are equal."""
    rows, gains = zip(*prompt, strict=True)
    at = [i for i, row in enumerate(rows) if row != told[i]]
    assert sorted(rows) == sorted(told)
    assert len({round(gains[i], 9) for i in at}) <= 1
    return len(at)


@pytest.mark.parametrize("measure", ["bm25", "recall"])
def test_the_authors_choose_the_same(measure):
    found = prompts(POOL, QUERIES, k=EXPECTED["k"], measure=measure)
    ties = 0
    for (prompt, covered), told in zip(found, EXPECTED[measure], strict=True):
        ties += same_order(prompt, told["prompt"])
        assert 0 < covered <= 1
    assert ties == {"bm25": 2, "recall": 0}[measure]
    assert any(told["resets"] > 1 for told in EXPECTED[measure])


def test_scores_are_those_of_bm25():
    terms, asked = coverage.collect(POOL), coverage.collect(QUERIES)
    postings = _terms.Postings(terms, weighted=True)
    for query, plain in enumerate(EXPECTED["bm25_plain"]):
        own = asked.hashes[asked.bounds[query] : asked.bounds[query + 1]]
        shares = postings.of(own)
        found = np.zeros(len(POOL))
        found[shares.rows] = shares.gains(np.zeros(len(own)))
        assert found == pytest.approx(np.array(plain))


def test_a_matrix_is_covered_as_the_authors_do():
    matrix = np.array(EXPECTED["matrix"])
    shares = _terms.Dense(np.arange(len(matrix)), matrix)
    found, best = _terms.greedy(shares, 6, 30, np.empty(0, int))
    assert [row for row, _ in found][::-1] == EXPECTED["matrix_prompt"]
    assert (best == matrix.max(axis=0)).all()


def by_hand(pool, query, k, ngrams):
    """Which texts add most n-grams of a query, one after the other."""

    def grams(text):
        words = text.split()
        sizes = range(1, ngrams + 1)
        return {
            tuple(words[i : i + n]) for n in sizes for i in range(len(words) - n + 1)
        }

    wanted, has = grams(query), [grams(text) for text in pool]
    chosen, seen = [], set()
    while len(chosen) < k:
        gains = [
            -1 if i in chosen or pool[i] == query else len(wanted & has[i] - seen)
            for i in range(len(pool))
        ]
        place = max(range(len(pool)), key=gains.__getitem__)
        if gains[place] > 0:
            chosen.append(place)
            seen |= has[place]
        elif seen:
            seen = set()
        else:
            break
    return chosen[::-1], wanted


@pytest.mark.parametrize("ngrams", [1, 2, 4])
def test_against_brute_force(ngrams):
    queries = [*QUERIES, " ".join(POOL[3].split()[:5]), POOL[7]]
    found = prompts(POOL, queries, ngrams, k=9, measure="recall")
    for query, (prompt, covered) in zip(queries, found, strict=True):
        rows, wanted = by_hand(POOL, query, 9, ngrams)
        assert [row for row, _ in prompt] == rows
        pairs = sum(gain for _, gain in prompt[::-1][: len(rows)])
        assert pairs >= covered * len(wanted)


def test_vectors_find_words_that_mean_the_same():
    pool = ["the car is red", "my cat sleeps", "a dog barks", "kittens and cats"]
    ((prompt, covered),) = prompts(pool, ["feline dogs"], k=2, measure="vectors")
    assert {row for row, _ in prompt} == {2, 3}
    cosines = static.load().encode(["feline", "dogs", "a", "dog", "barks"])
    cosines /= np.linalg.norm(cosines, axis=1, keepdims=True)
    best = (cosines[:2] @ cosines[2:].T).max(axis=1)
    by_place = dict(prompt)
    first = prompt[-1]
    if first[0] == 2:
        assert first[1] == pytest.approx(best.sum(), abs=1e-5)
    assert covered <= 1
    assert by_place[first[0]] >= max(by_place.values())


def test_what_says_nothing_of_the_query_is_not_chosen():
    pool = ["alpha beta", "beta", "gamma", "", "beta alpha", "Alpha"]
    ((prompt, covered), (none, nothing), (blank, unknown)) = prompts(
        pool, ["alpha beta", "delta", " "], k=9
    )
    assert sorted(row for row, _ in prompt) == [1, 4, 5]  # not the query itself
    assert covered == 1
    assert (none, nothing) == ([], 0.0)
    assert (blank, unknown) == ([], None)


def test_nothing_to_choose_from():
    for measure in ("bm25", "recall", "vectors"):
        assert prompts([], ["a b"], k=3, measure=measure) == [([], 0.0)]
        assert prompts(["", "?"], ["a b"], k=0, measure=measure)[0][0] == []


def test_longer_runs_have_no_vectors():
    with pytest.raises(UsageError, match="--ngrams 1"):
        prompts(["a b"], ["a b"], 2, k=3, measure="vectors")


def test_from_a_shell(sel, tmp_path):
    pool = [{"q": text, "a": i} for i, text in enumerate(POOL)]
    asked = b"".join(orjson.dumps({"ask": text}) + b"\n" for text in QUERIES)
    (tmp_path / "q.jsonl").write_bytes(asked)
    command = "pick coverage --text q --query-records q.jsonl --query-text ask -k 12"
    run = sel(command, pool)
    for query, told in enumerate(EXPECTED["bm25"]):
        mine = [one for one in run.records if one["_query"] == query]
        same_order([(one["a"], one["_gain"]) for one in mine], told["prompt"])
        assert all(one["_gain"] > 0 and one["_row"] == one["a"] for one in mine)
    assert "queries 10; covered 1" in run.err
    assert len(sel(f"{command} --limit 5", pool).records) == 5
    assert "'q' is missing" in sel(command, [{"a": 1}], 3).err
    assert sel(f"{command} --fail-if-empty", b"", 1).out == b""
    assert "--ngrams 1" in sel(f"{command} --measure vectors --ngrams 2", pool, 2).err
    odd = b'{"q":"\\u0000 caba go"}\n{"q":"\\u0000"}\n{"q":""}\n'
    assert [one["_row"] for one in sel(command, odd).records if one["_query"] == 0] == [
        0
    ]
