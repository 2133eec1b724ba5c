"""DSIR against its authors' numbers, and the rules any such weight must keep."""

import numpy as np
import orjson
import pytest

from sel.errors import DataError, OptionError
from sel.maths.text import ngrams
from sel.score import dsir
from tests.conftest import DATA, GOLDEN, texts

FOLDER = GOLDEN / "dsir"
RAW, TARGET, TARGET2 = (
    texts(FOLDER / f"{name}.jsonl") for name in ("raw", "target", "target2")
)
SHORT = texts(FOLDER / "raw_short.jsonl")
CONFIGS = {
    "out/default": ({}, {}, [TARGET], RAW),
    "out/ngrams1_b1000": ({"ngrams": 1, "buckets": 1000}, {}, [TARGET], RAW),
    "out/ngrams3_b50000": ({"ngrams": 3, "buckets": 50_000}, {}, [TARGET], RAW),
    "out/two_targets_merged": ({}, {}, [TARGET, TARGET2], RAW),
    "out/two_targets_separate_auto": ({}, {"separate": True}, [TARGET, TARGET2], RAW),
    "out/two_targets_separate_half": ({}, {"separate": True}, [TARGET, TARGET2], RAW),
    "out/short": ({"ngrams": 1, "buckets": 100}, {}, [TARGET], SHORT),
    "out_head/laplace1": ({}, {"laplace": 1.0}, [TARGET], RAW),
    "out_head/laplace1_separate": (
        {},
        {"laplace": 1.0, "separate": True},
        [TARGET, TARGET2],
        RAW,
    ),
}


def fitted(pool, targets, collect=None, **fit):
    collect = collect or {}
    summaries = [dsir.collect(t, **collect) for t in targets]
    return dsir.fit(dsir.collect(pool, **collect), summaries, **fit)


@pytest.mark.parametrize("config", CONFIGS)
def test_weights_are_those_of_the_authors(config):
    collect, fit, targets, pool = CONFIGS[config]
    state = fitted(pool, targets, {**collect, "hash": "sha256"}, **fit)

    weights = dsir.score(pool, state, min_length=0)

    recorded = np.load(FOLDER / config / "log_importance_weights.npy")
    np.testing.assert_allclose(weights, recorded, rtol=1e-11, atol=1e-8)


@pytest.mark.parametrize("config", CONFIGS)
def test_probabilities_are_exactly_those_of_the_authors(config):
    collect, fit, targets, pool = CONFIGS[config]
    counts = [dsir.collect(t, **collect, hash="sha256") for t in targets]
    if not fit.get("separate") and len(counts) == 2:
        counts = [counts[0] + counts[1]]
    recorded = np.load(FOLDER / config / "probs.npz")

    shares = np.stack([c.probabilities(fit.get("laplace", 0.0)) for c in counts])

    np.testing.assert_array_equal(shares, np.atleast_2d(recorded["target_probs"]))
    if "raw_probs" in recorded:
        raw = dsir.collect(pool, **collect, hash="sha256").probabilities()
        np.testing.assert_array_equal(raw, recorded["raw_probs"])
    if "target_proportions" in recorded and "auto" in config:
        state = fitted(pool, targets, {**collect, "hash": "sha256"}, **fit)
        np.testing.assert_allclose(state.share, recorded["target_proportions"])


@pytest.mark.parametrize("config", ["default", "short"])
def test_lengths_are_those_of_the_authors(config):
    collect, _, _, pool = CONFIGS[f"out/{config}"]
    grams = ngrams.Grams.of(collect.get("ngrams", 2), 1000, "sha256")

    _, totals = ngrams.weigh(pool, grams, np.zeros((1, 1000)))

    recorded = np.load(FOLDER / "out" / config / "lengths.npy")
    np.testing.assert_array_equal(ngrams.lengths(totals, grams.order), recorded)


def test_fitting_stops_after_the_record_that_makes_it_enough(sel):
    command = f"score dsir --hash sha256 --tokens-to-fit 5000 --min-length 0 --target {FOLDER}/target.jsonl {FOLDER}/raw.jsonl"
    weights = [record["dsir"] for record in sel(command).records]

    recorded = np.load(FOLDER / "out/fit5000/log_importance_weights.npy")
    np.testing.assert_allclose(weights, recorded, rtol=1e-11, atol=1e-8)


@pytest.mark.parametrize(
    "config", ["default", "short", "ngrams1_b1000", "ngrams3_b50000"]
)
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_picks_are_those_of_the_authors_with_their_noise(sel, tmp_path, config, seed):
    collect, _, _, pool = CONFIGS[f"out/{config}"]
    least = 3 if config == "short" else 100
    picks = orjson.loads((FOLDER / "out/selections.json").read_bytes())[config]
    name = next(
        n
        for n in picks
        if n.startswith("topk" if seed is None else "gumbel")
        and (seed is None or n.endswith(f"seed{seed}"))
    )
    file = "raw_short" if config == "short" else "raw"
    options = " ".join(f"--{key} {value}" for key, value in collect.items())
    scored = sel(
        f"score dsir --hash sha256 {options} --min-length {least} --target {FOLDER}/target.jsonl {FOLDER}/{file}.jsonl"
    )
    k = len(picks[name])
    passing = sum(record["dsir"] is not None for record in scored.records)
    np.save(
        tmp_path / "noise.npy", np.random.RandomState(seed or 0).gumbel(size=passing)
    )

    method = "top" if seed is None else "sample --noise noise.npy"
    chosen = sel(f"pick {method} -k {k} --by dsir", scored.out)

    ids = [
        pool.index(record["text"]) if "id" not in record else record["id"]
        for record in chosen.records
    ]
    assert ids == picks[name]


@pytest.mark.parametrize("shares", ["auto", "half"])
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_separate_targets_share_the_choice_as_the_authors_do(
    sel, tmp_path, shares, seed
):
    config = f"two_targets_separate_{shares}"
    scored = sel(
        f"score dsir --hash sha256 --separate --target {FOLDER}/target.jsonl --target {FOLDER}/target2.jsonl --summary s.json {FOLDER}/raw.jsonl"
    )
    found = orjson.loads((tmp_path / "s.json").read_bytes())["share"]
    given = ",".join(f"{name}={share}" for name, share in found.items())
    random = np.random.RandomState(seed or 0)
    passing = sum(record["dsir_target"] is not None for record in scored.records)
    np.save(tmp_path / "noise.npy", [random.gumbel(size=passing) for _ in range(2)])

    method = "top" if seed is None else "sample --noise noise.npy"
    option = f"--shares {given}" if shares == "auto" else ""
    chosen = sel(
        f"pick {method} -k 20 --by dsir_target,dsir_target2 {option}", scored.out
    )

    name = "topk20" if seed is None else f"gumbel20_seed{seed}"
    picks = orjson.loads((FOLDER / "out/selections.json").read_bytes())[config][name]
    assert [RAW.index(record["text"]) for record in chosen.records] == picks


def test_hash_probes():
    for probe in orjson.loads((FOLDER / "hash_probes.json").read_bytes()):
        word = probe["s"]
        if not (word.isalnum() and word.islower()):
            continue
        for buckets in (1000, 10_000, 50_000, 65_536, 1 << 20):
            counts = ngrams.count([word], ngrams.Grams.of(1, buckets, "sha256"))
            assert counts.per_bucket[probe[f"mod{buckets}"]] == 1


def test_a_word_scores_the_log_ratio_of_its_frequencies():
    state = fitted(["a a a b"], ["a b b b"], {"ngrams": 1})

    scores = dsir.score(["a", "b", "a b"], state, min_length=0)

    np.testing.assert_allclose(scores, [np.log(1 / 3), np.log(3), 0], atol=1e-6)


def test_a_target_equal_to_the_pool_gives_no_weight():
    state = fitted(RAW, [RAW])
    assert not dsir.score(RAW, state, min_length=0).any()


def test_batches_never_change_a_bit():
    pool = texts(DATA / "pool.jsonl.zst")[:400]
    state = fitted(pool, [TARGET])
    whole = dsir.score(pool, state)

    for size in (1, 7, 64):
        parts = [
            dsir.score(pool[i : i + size], state) for i in range(0, len(pool), size)
        ]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("kind", ["fast", "sha256"])
def test_counts_of_batches_add_up(kind):
    halves = dsir.collect(RAW[:77], hash=kind) + dsir.collect(RAW[77:], hash=kind)
    np.testing.assert_array_equal(
        halves.per_bucket, dsir.collect(RAW, hash=kind).per_bucket
    )


def test_short_texts_get_no_weight():
    scores = dsir.score(RAW, fitted(RAW, [TARGET], {"hash": "sha256"}))
    assert np.isfinite(scores).sum() == 158


def test_per_token_divides_by_the_length():
    state = fitted(RAW, [TARGET])
    plain = dsir.score(["one two three"], state, min_length=0)
    np.testing.assert_allclose(
        dsir.score(["one two three"], state, min_length=0, per_token=True), plain / 3
    )


def test_an_empty_target_is_refused():
    with pytest.raises(DataError, match="no words"):
        fitted(RAW, [[""]])


def test_too_few_buckets():
    with pytest.raises(OptionError, match="--buckets must be between 2 and"):
        dsir.collect(["a"], buckets=1)


def test_a_saved_state_scores_the_same(sel):
    pool, wiki = DATA / "pool.jsonl.zst", DATA / "wiki.jsonl.zst"
    whole = sel(f"score dsir --target {wiki} --save state.npz {pool}")
    loaded = sel(f"score dsir --load state.npz {pool} --jobs 2")
    assert loaded.out == whole.out


def test_separate_targets_have_fields_of_their_own(sel):
    first = sel(
        f"score dsir --separate --target {FOLDER}/target.jsonl --target {FOLDER}/target2.jsonl {FOLDER}/raw.jsonl"
    ).records[0]
    assert {"dsir_target", "dsir_target2"} < set(first)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_processes_and_pipes_never_change_a_byte(sel, jobs):
    pool = (FOLDER / "raw.jsonl").read_bytes() * 20
    command = f"score dsir --target {FOLDER}/target.jsonl -j {jobs}"
    assert (
        sel(command, pool).out == sel(command.replace(f"-j {jobs}", "-j 1"), pool).out
    )


def test_texts_without_spaces_are_told_apart():
    rng = np.random.default_rng(7)
    kinds = "雨雪风云河山海冰霜雷", "税法院约条款债权契押"
    pool = ["".join(rng.choice(list(kinds[i % 2]), 160)) for i in range(60)]
    target = ["".join(rng.choice(list(kinds[0]), 160)) for _ in range(20)]
    scores = dsir.score(pool, fitted(pool, [target]))
    assert np.isfinite(scores).all()
    assert scores[::2].min() > scores[1::2].max()
    literal = dsir.score(pool, fitted(pool, [target], {"hash": "sha256"}))
    assert np.isnan(literal).all()


def test_texts_with_spaces_have_the_words_of_the_authors():
    plain = [text for text in RAW if text.isascii()]
    table = np.random.default_rng(0).normal(size=(1, 1000))
    ours, theirs = (
        ngrams.weigh(plain, ngrams.Grams(2, 1000, name), table)[0]
        for name in ("sel64-2", "sel64-1")
    )
    assert len(plain) > 100
    np.testing.assert_array_equal(ours, theirs)
