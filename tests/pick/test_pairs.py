"""Preference pairs: by brute force over all pairs, and RSO's acceptance by its formula."""

import itertools
import math

import numpy as np
import pytest

from sel.errors import OptionError
from sel.maths.random.noise import SeededNoise
from sel.pick import pairs

RNG = SeededNoise(3)


def answers(n=12, seed=0):
    draws = np.random.RandomState(seed)
    scores = draws.randint(0, 6, n).astype(float).tolist()
    texts = ["x" * length for length in draws.randint(1, 30, n).tolist()]
    return scores, texts, draws.randint(0, 4, n).astype(float).tolist()


def chosen(scores, texts, agreeing=None, **options):
    keys = np.arange(len(scores), dtype=np.uint64)
    return pairs.pick(scores, texts, agreeing, keys, RNG, **options)


def brute(scores, texts, agreeing, margin, ratio):
    """All pairs that fit."""
    found = set()
    for a, b in itertools.permutations(range(len(scores)), 2):
        lengths = sorted((len(texts[a]), len(texts[b])))
        if (
            scores[a] > scores[b]
            and scores[a] - scores[b] >= margin
            and texts[a] != texts[b]
            and (agreeing is None or agreeing[a] > agreeing[b])
            and (ratio is None or lengths[1] <= ratio * lengths[0])
        ):
            found.add((a, b))
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("agree", [False, True])
@pytest.mark.parametrize("margin,ratio", [(0, None), (2, None), (0, 1.5), (3, 2)])
def test_rules_by_brute_force(seed, agree, margin, ratio):
    scores, texts, other = answers(seed=seed)
    other = other if agree else None
    options = {"margin": margin, "length_ratio": ratio}
    every = brute(scores, texts, other, margin, ratio)
    assert set(chosen(scores, texts, other, rule="all", **options)) == every
    best = chosen(scores, texts, other, **options)
    assert len(best) == bool(every)
    for a, b in best:
        highest = max(scores[x] for x, _ in every)
        assert scores[a] == highest
        assert scores[b] == min(scores[y] for x, y in every if x == a)
    for pair in chosen(scores, texts, other, rule="random", **options):
        assert pair in every


def test_any_of_the_others_may_be_the_worse():
    met = set()
    for key in range(0, 300, 3):
        keys = np.arange(key, key + 3, dtype=np.uint64)
        ((a, b),) = pairs.pick([3, 1, 2], "abc", None, keys, RNG, rule="random")
        assert a == 0
        met.add(b)
    assert met == {1, 2}


def test_acceptance_is_that_of_the_formula():
    """Of two answers the lower one is accepted first only with exp(-1/beta)."""
    beta, n = 0.7, 4_000
    first = 0
    for start in range(0, 2 * n, 2):
        keys = np.arange(start, start + 2, dtype=np.uint64)
        accepted = pairs._accepted([1.0, 2.0], keys, RNG, beta, 1)
        first += accepted == [0]
    want = math.exp(-1 / beta)
    assert first / n == pytest.approx(want, abs=4 * math.sqrt(want / n))


def test_rounds_of_the_algorithm():
    scores = [0.0, 1.0, 3.0, 2.5, 0.5, 2.0]
    keys = np.arange(6, dtype=np.uint64)
    accepted, left, number = [], [0, 1, 2, 3, 4, 5], 0
    while left and len(accepted) < 4:
        top = max(scores[i] for i in left)
        shift = np.uint64(number * pairs.ROUND & (2**64 - 1))
        draws = RNG.uniform(keys ^ shift)
        for i in list(left):
            if len(accepted) < 4 and draws[i] < math.exp((scores[i] - top) / 0.5):
                accepted.append(i)
                left.remove(i)
        number += 1
    assert pairs._accepted(scores, keys, RNG, 0.5, 4) == accepted
    made = pairs.pick(scores, "abcdef", None, keys, RNG, rule="rso", accept=4)
    assert [set(pair) for pair in made] == [set(accepted[:2]), set(accepted[2:])]
    assert all(scores[a] > scores[b] for a, b in made)
    tiny = pairs._accepted(scores, keys, RNG, 1e-300, 6)
    assert tiny == sorted(range(6), key=lambda i: -scores[i])


@pytest.mark.parametrize(
    "options", [{"margin": -1}, {"length_ratio": 0.5}, {"beta": 0}, {"accept": 1}]
)
def test_wrong_options(options):
    with pytest.raises(OptionError):
        chosen([1, 2], ["a", "b"], **options)


POOL = [
    {"prompt": "Hi", "completion": "Hello!", "s": 3, "t": 1},
    {"prompt": "Hi", "completion": "No.", "s": 1, "t": 2},
    {"prompt": "Hi", "completion": "Hey.", "s": 2, "t": 0},
    {"prompt": "Bye", "completion": "Bye.", "s": 1, "t": 0},
    {"prompt": "Bye", "completion": "Go.", "s": None, "t": 0},
]


def test_records(sel):
    run = sel("pick pairs --by s", POOL)
    assert run.records == [
        {
            "prompt": "Hi",
            "chosen": "Hello!",
            "rejected": "No.",
            "score_chosen": 3,
            "score_rejected": 1,
        }
    ]
    assert "5 read, 2 kept, 3 dropped" in run.err
    assert "1 without a score" in run.err
    (agreed,) = sel("pick pairs --by s --agree t", POOL).records
    assert (agreed["chosen"], agreed["rejected"]) == ("Hello!", "Hey.")
    (worst,) = sel("pick pairs --by s --lowest", POOL).records
    assert (worst["chosen"], worst["score_chosen"]) == ("No.", 1)
    assert len(sel("pick pairs --by s --rule all --limit 2", POOL).records) == 2
    assert sel("pick pairs --by s --margin 9 --fail-if-empty", POOL, code=1).out == b""


def test_chats(sel):
    def record(said, score):
        turns = [("user", "1"), ("assistant", "2"), ("user", "3"), ("assistant", said)]
        turns = [{"role": role, "content": text} for role, text in turns]
        return {"messages": turns, "s": score}

    pool = [record("a", 1), record("b", 2)]
    (made,) = sel("pick pairs --by s --turns", pool).records
    assert made["prompt"] == pool[0]["messages"][:3]
    assert made["chosen"] == [{"role": "assistant", "content": "b"}]
    assert made["rejected"] == [{"role": "assistant", "content": "a"}]
    assert (
        "a string cannot hold. Try: --turns"
        in sel("pick pairs --by s", pool, code=3).err
    )


@pytest.mark.parametrize(
    "pool,said",
    [
        ([{"prompt": "a", "completion": "b"}], "field 's' is missing"),
        ([{"prompt": "a", "completion": "b", "s": "x"}], "is a string, not a number"),
        ([{"prompt": None, "completion": "b", "s": 1}], "in no form of a trainer"),
        ([{"text": "a", "s": 1}], "a text without turns"),
    ],
)
def test_bad_lines(sel, pool, said):
    assert said in sel("pick pairs --by s", pool, code=3).err


def test_a_group_has_one_prompt(sel):
    pool = [{"g": 1, **POOL[0]}, {"g": 1, **POOL[3]}]
    run = sel("pick pairs --by s --per g", pool, code=3)
    assert ":2: the answers of g 1 have unlike prompts" in run.err


def test_empty_texts_nul_and_half_a_surrogate(sel):
    odd = b'{"prompt":"\\u0000","completion":"a\\u0000","s":1}\n'
    odd += odd.replace(b"a\\u0000", b"").replace(b":1}", b":2}")
    (made,) = sel("pick pairs --by s", odd).records
    assert (made["prompt"], made["chosen"], made["rejected"]) == ("\0", "", "a\0")
    half = b'{"prompt":"\\ud800","completion":"a","s":1}\n'
    assert "half of a surrogate" in sel("pick pairs --by s", half, code=3).err
