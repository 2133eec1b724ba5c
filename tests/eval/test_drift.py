"""How far records have drifted: by hand, by simulation, from a shell."""

from math import log

import numpy as np
import pytest

from sel.errors import DataError
from sel.eval import drift
from tests.conftest import DATA, lines

RNG = np.random.default_rng(4)
WORDS = [f"w{i}" for i in range(400)]


def texts(n, words=WORDS, length=60):
    return [" ".join(RNG.choice(words, length)) for _ in range(n)]


def fitted(some, scores=(), by=""):
    return drift.Fitted.of(drift.collect(some, buckets=50), np.array(scores, float), by)


def test_by_hand():
    """One word in a bucket of two, which the state saw three times and once."""
    counts = drift.collect(["a a a", "b"], ngrams=1, buckets=2)
    known = drift.Fitted.of(counts, np.empty(0))
    now = drift.collect(["a"], ngrams=1, buckets=2)
    (place,) = np.flatnonzero(now.per_bucket)
    share = (counts.per_bucket[place] + 1) / 6
    found = drift.measure(now, np.empty(0), known)
    assert found["kl"] == pytest.approx(-log(share))
    assert set(found) == {"records", "kl", "kl_chance", "drift"}


def test_the_index_by_hand():
    scores = np.arange(100.0)
    known = fitted(["a b"], scores, "s")
    assert known.bins.tolist() == [10] * 10 + [0]
    now = np.array([5.0] * 8 + [np.nan] * 2)
    found = drift.measure(drift.collect(["a b"], buckets=50), now, known)
    old = (np.array([10] * 10 + [0]) + 0.5) / 105.5
    new = (np.array([8] + [0] * 9 + [2]) + 0.5) / 15.5
    assert found["psi"] == pytest.approx(((new - old) * np.log(new / old)).sum())
    assert found["psi_chance"] == pytest.approx(10 * (1 / 10 + 1 / 100))


@pytest.mark.parametrize("total", [1, 30, 1000, 100_000])
def test_chance_is_what_draws_show(total):
    shares = RNG.dirichlet(np.full(300, 0.3))
    shares = shares[shares > 1e-9] / shares[shares > 1e-9].sum()
    draws = RNG.multinomial(total, shares, 400) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        nats = np.nansum(draws * np.log(draws / shares), axis=1)
    error = nats.std() / 20
    # Poisson's counts are free to add up to more, which is worth half a count.
    near = drift._expected(shares, total) - 0.5 / total
    if total > 1:
        assert near == pytest.approx(nats.mean(), abs=5 * error + 1e-5)
    else:
        assert 0.5 * nats.mean() < near < 1.1 * nats.mean()


def test_scores_of_one_kind_stay_within_chance():
    scores = RNG.normal(size=5000)
    known = fitted(texts(50), scores, "s")
    for n in 100, 1000, 5000:
        now = drift.collect(texts(20), buckets=50)
        found = drift.measure(now, RNG.normal(size=n), known)
        assert found["psi"] < 4 * found["psi_chance"]
        assert found["drift"] < 0.1
        other = drift.measure(now, RNG.normal(1.5, 1, n), known)
        assert other["drift"] > 0.5


def test_without_scores_there_is_no_index():
    with pytest.raises(DataError, match="there are no scores"):
        drift.measure(
            drift.collect(["a"], buckets=50), np.empty(0), fitted(["a"], [], "s")
        )


@pytest.fixture
def state(sel, tmp_path):
    """What is kept of records, and as many others of their kind."""
    some = [{"text": text, "s": float(i)} for i, text in enumerate(texts(400))]
    (tmp_path / "a.jsonl").write_bytes(lines(some[::2]))
    (tmp_path / "b.jsonl").write_bytes(lines(some[1::2]))
    (found,) = sel("eval drift a.jsonl --by s --save d.npz").records
    assert found["records"] == 200 and found["drift"] == found["psi"] == 0
    return tmp_path


def test_a_gate(sel, state):
    run = sel("eval drift b.jsonl --by s --load d.npz --max-drift 0.05")
    assert run.records[0]["drift"] < 0.05
    pool = DATA / "pool.jsonl.zst"
    scored = [{"text": "other words " * 30 + str(i), "s": None} for i in range(300)]
    run = sel("eval drift --by s --load d.npz --max-drift 0.05", scored, code=1)
    assert "drift" in run.err
    assert sel("eval drift --by s --load d.npz", scored).records[0]["drift"] > 2
    assert sel(f"eval drift --load d.npz {pool}", code=3).err.count("\n") == 1


def test_what_is_counted_is_what_the_state_counts(sel, state):
    sel("eval drift a.jsonl --ngrams 1 --buckets 64 --save e.npz")
    one = sel("eval drift b.jsonl --load e.npz").records
    assert one == sel("eval drift b.jsonl --load e.npz -j 1 --buckets 9").records
    assert one[0]["kl"] < 0.01


@pytest.mark.parametrize(
    "options,code,why",
    [
        ("", 2, "give --save FILE to begin with"),
        ("--save e.npz --load d.npz", 2, "give --save FILE to begin with"),
        ("--save e.npz --max-drift 1", 2, "with --load"),
        ("--load d.npz --max-drift -1", 2, "at least 0"),
        ("--load d.npz", 3, "was made with --by s"),
        ("--load d.npz --by t", 3, "was made with --by s"),
        ("--load a.jsonl --by s", 3, "not a saved state"),
    ],
)
def test_what_cannot_be(sel, state, options, code, why):
    run = sel(f"eval drift b.jsonl {options}", code=code)
    assert why in run.err


def test_nothing_to_compare(sel, state):
    assert "no records" in sel("eval drift --load d.npz --by s", code=3).err
    empty = [{"text": "", "s": 1}]
    assert "no words" in sel("eval drift --load d.npz --by s", empty, code=3).err
