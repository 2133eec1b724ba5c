"""Predictability: algorithm 1 of AFLite step by step, its rounds, and bad records."""

import numpy as np
import pytest

from sel.errors import DataError, OptionError
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise
from sel.score import aflite
from tests.conftest import lines

RNG = SeededNoise(5)
GOLDEN = 0x9E3779B97F4A7C15


def sample(n=120, d=5, classes=3, seed=0):
    """Half of the records show their class in their vector; one in six shows another."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, classes, n)
    rows = rng.normal(size=(n, d)) * 0.4
    shown = np.where(np.arange(n) % 6 == 0, (codes + 1) % classes, codes)
    rows[np.arange(n), shown] += np.where(np.arange(n) % 2, 2, 1)
    return Labelled(rows.astype("f4"), codes)


def keys_of(n):
    return np.arange(n, dtype=np.uint64)


def ridge(rows, codes, asked, strength):
    """Least squares on one column for each class, with a mean that costs nothing."""
    rows, asked = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (rows, asked))
    truth = np.eye(codes.max() + 1)[codes]
    wide = np.column_stack((rows, np.ones(len(rows))))
    penalty = np.diag([1 / strength] * rows.shape[1] + [0])
    weights = np.linalg.solve(wide.T @ wide + penalty, wide.T @ truth)
    return np.column_stack((asked, np.ones(len(asked)))) @ weights


def by_the_paper(data, n, m, k, tau, rounds=99, floor=0):
    """Scores and rounds by plain steps; draws are those of the method's noise."""
    rows, codes = data.vectors.astype(float), data.classes
    keys, left, draw = keys_of(len(codes)), list(range(len(codes))), 0
    scores, gone = [np.nan] * len(codes), [None] * len(codes)
    for number in range(1, rounds + 1):
        if len(left) <= max(m, floor):
            break
        said = {i: [] for i in left}
        for _ in range(n):
            draw += 1
            shift = np.uint64(draw * GOLDEN % 2**64)
            drawn = RNG.uniform(keys ^ shift)
            order = sorted(left, key=drawn.__getitem__)
            learnt, rest = sorted(order[:m]), order[m:]
            found = ridge(rows[learnt], codes[learnt], rows[rest], 10)
            for i, numbers in zip(rest, found, strict=True):
                said[i].append(numbers.argmax() == codes[i])
        for i in left:
            if said[i]:
                scores[i] = sum(said[i]) / len(said[i])
        tied = RNG.uniform(keys)
        sure = [i for i in left if said[i] and scores[i] >= tau]
        sure.sort(key=lambda i: (-scores[i], tied[i]))
        for i in sure[:k]:
            gone[i] = number
            left.remove(i)
        if len(sure) < k:
            break
    return scores, gone


@pytest.mark.parametrize(
    ("m", "k", "tau", "floor", "rounds"),
    [
        (40, 10, 0.75, 0, 99),
        (60, 25, 0.9, 0, 99),
        (30, 20, 0.5, 90, 99),
        (50, 500, 0.75, 0, 1),
        (80, 7, 0.75, 0, 3),
    ],
)
def test_the_steps_of_the_paper(m, k, tau, floor, rounds):
    data = sample()
    own = {"classifiers": 12, "train": m, "slice_": k, "threshold": tau}
    found = aflite.score(
        data, keys_of(120), RNG, **own, rounds=rounds, floor=floor or None
    )
    scores, gone = by_the_paper(data, 12, m, k, tau, rounds, floor)
    np.testing.assert_array_equal(found[""], scores)
    assert found["round"] == gone
    counts = np.bincount([number or 0 for number in gone])
    assert (counts[1:-1] == k).all() and counts[-1] <= k
    if rounds == 99:
        assert len(counts) > 2


def test_what_shows_its_class_is_predicted_and_what_shows_another_is_not():
    data = sample(600)
    found = aflite.score(data, keys_of(600), RNG)[""]
    wrong = np.arange(600) % 6 == 0
    assert np.nanmean(found[~wrong]) > 0.85
    assert np.nanmean(found[wrong]) < 0.15


def test_one_classifier_says_nothing_of_what_it_learnt_from():
    found = aflite.score(sample(), keys_of(120), RNG, classifiers=1, train=100)
    assert np.isnan(found[""]).sum() == 100
    assert {0.0, 1.0} >= set(found[""][~np.isnan(found[""])].tolist())
    assert all(
        number is None
        for number, score in zip(found["round"], found[""], strict=True)
        if np.isnan(score)
    )


def test_equal_records_are_drawn_by_chance_to_go_first():
    rows = np.tile([[1, 0], [0, 1]], (30, 1)).astype("f4")
    data = Labelled(rows, np.tile([0, 1], 30))
    found = aflite.score(data, keys_of(60), RNG, slice_=10)
    assert set(found[""].tolist()) == {1.0}
    gone = [i for i, number in enumerate(found["round"]) if number]
    assert gone == sorted(np.argsort(RNG.uniform(keys_of(60)))[:10].tolist())


def test_the_order_of_the_input_does_not_matter():
    data, keys = sample(), keys_of(120)
    order = np.random.default_rng(1).permutation(120)
    mixed = Labelled(data.vectors[order], data.classes[order])
    one = aflite.score(data, keys, RNG, rounds=4, slice_=15)
    two = aflite.score(mixed, keys[order], RNG, rounds=4, slice_=15)
    np.testing.assert_array_equal(one[""][order], two[""])
    assert [one["round"][i] for i in order] == two["round"]
    other = aflite.score(data, keys, SeededNoise(6), rounds=4, slice_=15)
    assert (one[""] != other[""]).any()


def test_logistic_regression_ranks_much_the_same():
    pytest.importorskip("sklearn")
    data = sample()
    plain = aflite.score(data, keys_of(120), RNG, classifiers=8)[""]
    other = aflite.score(data, keys_of(120), RNG, classifiers=8, probe="logistic")[""]
    assert np.corrcoef(plain, other)[0, 1] > 0.9
    assert (plain != other).any()


def test_too_few():
    assert np.isnan(aflite.score(sample(1), keys_of(1), RNG)[""]).all()
    assert len(aflite.score(sample(0), keys_of(0), RNG)[""]) == 0
    two = aflite.score(Labelled(np.eye(2, dtype="f4"), np.arange(2)), keys_of(2), RNG)
    assert two[""].tolist() == [0.0, 0.0]  # each is told the other's class
    with pytest.raises(DataError, match="--train 120 leaves none"):
        aflite.score(sample(), keys_of(120), RNG, train=120)
    with pytest.raises(DataError, match="same label"):
        aflite.score(Labelled(np.eye(3, dtype="f4"), np.ones(3, int)), keys_of(3), RNG)


def test_labels_that_no_two_records_share_are_never_guessed():
    data = Labelled(sample(5000).vectors, np.arange(5000))
    found = aflite.score(data, keys_of(5000), RNG, classifiers=2, train=2000)
    assert np.nanmax(found[""]) == 0
    assert set(found["round"]) == {None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("classifiers", 0),
        ("rounds", 0),
        ("slice_", 0),
        ("train", 0),
        ("floor", -1),
        ("strength", 0.0),
        ("threshold", 1.5),
    ],
)
def test_options_are_checked(name, value):
    with pytest.raises(OptionError, match=f"--{name.rstrip('_')}"):
        aflite.score(sample(), keys_of(120), RNG, **{name: value})


@pytest.fixture
def pool(tmp_path):
    data = sample()
    records = [{"i": i, "label": f"c{c}"} for i, c in enumerate(data.classes)]
    records[3]["label"] = None
    data.vectors[4], data.vectors[5, 1] = 0, np.nan
    np.save(tmp_path / "v.npy", data.vectors)
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    return records, data


def test_in_the_shell(sel, pool):
    _, data = pool
    run = sel("score aflite --vectors v.npy --rounds 9 --slice 10 pool.jsonl")
    good = [i for i in range(120) if i not in (3, 4, 5)]
    left = Labelled(data.vectors[good], data.classes[good])
    found = aflite.score(
        left, np.array(good, np.uint64), SeededNoise(0), rounds=9, slice_=10
    )
    shown = dict.fromkeys((3, 4, 5), (None, None))
    shown |= dict(zip(good, zip(found[""], found["round"], strict=True), strict=True))
    made = [(r["aflite"], r["aflite_round"]) for r in run.records]
    assert made == [shown[i] for i in range(120)]
    assert "null 3" in run.err and "classes 3" in run.err
    kept = sel("pick where aflite_round==null", run.records).records
    assert len(kept) == sum(number is None for _, number in made)


def test_vectors_in_records_and_a_key(sel, pool):
    records, data = pool
    inside = [
        {**record, "v": row}
        for record, row in zip(records, data.vectors.tolist(), strict=True)
        if record["i"] not in (4, 5)
    ]
    command = "score aflite --vectors @v --key i --seed 2 --as p -q"
    one = {r["i"]: r["p"] for r in sel(command, inside).records}
    two = {r["i"]: r["p"] for r in sel(command, inside[::-1]).records}
    assert one == two and len(one) == 118


def test_bad_input(sel, pool, tmp_path):
    records, _ = pool
    short = sel("score aflite --vectors v.npy", records[:50], code=3).err
    assert "v.npy" in short
    lost = [{"i": 1}]
    assert "label" in sel("score aflite --vectors v.npy", lost, code=3).err
    said = sel("score aflite --vectors v.npy --resume -o o.jsonl pool.jsonl", code=2)
    assert "--resume" in said.err
    np.save(tmp_path / "none.npy", np.empty((0, 4), "f4"))
    assert sel("score aflite --vectors none.npy", []).out == b""
    assert (
        "--slice"
        in sel("score aflite --vectors v.npy --slice 0 pool.jsonl", code=2).err
    )


def test_what_is_bad_in_one_pass_is_bad_in_the_other(sel, pool):
    """A record without a label, a vector of another length, no record at all."""
    records, data = pool
    rows = data.vectors.tolist()
    whole = [{**records[i], "v": rows[i]} for i in range(120) if i not in (4, 5)]
    odd = [{"i": -1, "v": [1] * 5}, {"i": -2, "label": "c1", "v": [1]}]
    some = lines(whole[:7]) + b"{nonsense\n" + lines(odd) + lines(whole[7:])
    command = "score aflite --vectors @v --key i --rounds 3 --slice 10"
    run = sel(f"{command} --on-error skip", some)
    assert "121 read, 118 kept, 0 dropped, 3 rejected" in run.err
    assert run.records == sel(command, whole).records
