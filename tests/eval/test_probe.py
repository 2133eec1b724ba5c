"""Probes against the numbers of SELECT's authors, and on selections by hand."""

import numpy as np
import orjson
import pytest
from sklearn.datasets import load_digits

from sel.eval import probe
from sel.maths.learning import classifiers
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise
from tests.conftest import GOLDEN, lines

RECORDED = orjson.loads((GOLDEN / "select_probe/golden.json").read_bytes())["digits"]
DIGITS = load_digits()
PIXELS, CLASS = DIGITS.data.astype(np.float32), DIGITS.target.astype(np.int64)
SUBSETS = list(RECORDED["subsets"])
each_subset = pytest.mark.parametrize("subset", SUBSETS)


def rows(indices):
    return Labelled(PIXELS[indices], CLASS[indices])


TEST = rows(RECORDED["test"])


def accuracy(scores):
    return 100 * (scores.argmax(axis=1) == TEST.classes).mean()


@each_subset
@pytest.mark.parametrize("k", [1, 10, 20, 100])
def test_neighbours_are_those_of_the_authors(subset, k):
    known = RECORDED["subsets"][subset]
    scores = classifiers.nearest_neighbours(
        rows(known["indices"]), TEST.vectors, 10, k, 0.07
    )
    five = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    top5 = 100 * (five == TEST.classes[:, None]).any(axis=1).mean()
    assert accuracy(scores) == pytest.approx(known["knn"][str(k)]["authors_top1"])
    assert top5 == pytest.approx(known["knn"][str(k)]["float64_top5"])
    if k >= 10:
        assert top5 == pytest.approx(known["knn"][str(k)]["authors_top5"])


@each_subset
def test_classes_of_20_neighbours(subset):
    known = RECORDED["subsets"][subset]
    (said,) = probe.measure(
        [rows(known["indices"])],
        [[]],
        TEST,
        list("0123456789"),
        SeededNoise(),
        probes="knn",
        per_class=True,
    )[0]
    recorded = known["knn20_per_class"]
    assert said["confusion"] == recorded["confusion"]
    assert said["balanced"] == pytest.approx(recorded["balanced_accuracy"])
    assert said["recall"] == pytest.approx(recorded["recall"])
    assert said["counts"] == known["class_counts"]
    assert "random" not in said


@each_subset
@pytest.mark.parametrize("c", ["1.0", "100.0"])
def test_logistic_is_within_a_third_of_a_point(subset, c):
    known = RECORDED["subsets"][subset]
    scores, _ = classifiers.logistic(
        rows(known["indices"]), TEST.vectors, 10, [float(c)], SeededNoise()
    )
    recorded = known["linear_probe_by_C_accuracy"][c]
    assert accuracy(scores) == pytest.approx(recorded, abs=0.3)


def test_tuning_finds_a_good_c():
    known = RECORDED["subsets"]["balanced_10_per_class"]
    train, grid = rows(known["indices"]), [0.1, 1.0, 10.0, 100.0, 1000.0]
    scores, c = classifiers.logistic(train, TEST.vectors, 10, grid, SeededNoise())
    assert c >= 10
    assert accuracy(scores) > accuracy(
        classifiers.logistic(train, TEST.vectors, 10, [1.0], SeededNoise())[0]
    )


def test_ridge_leaves_each_row_out_as_by_hand():
    train = rows(RECORDED["subsets"]["random_100"]["indices"])
    right = []
    for c in (0.1, 10.0):
        hits = 0
        for i in range(len(train)):
            rest = np.arange(len(train)) != i
            other = Labelled(train.vectors[rest], train.classes[rest])
            scores, _ = classifiers.ridge(other, train.vectors[i : i + 1], 10, [c])
            hits += scores.argmax() == train.classes[i]
        right.append(hits)
    _, kept = classifiers.ridge(train, TEST.vectors, 10, [0.1, 10.0])
    assert kept == (0.1, 10.0)[int(np.argmax(right))]


def test_ridge_is_least_squares_with_a_penalty():
    train = rows(RECORDED["subsets"]["balanced_10_per_class"]["indices"])
    unit = train.vectors / np.linalg.norm(train.vectors, axis=1, keepdims=True)
    x, y = unit - unit.mean(0), np.eye(10)[train.classes]
    weights = np.linalg.solve(x.T @ x + np.eye(64) / 10, x.T @ (y - y.mean(0)))
    asked = TEST.vectors / np.linalg.norm(TEST.vectors, axis=1, keepdims=True)
    scores, _ = classifiers.ridge(train, TEST.vectors, 10, [10.0])
    by_hand = (asked - unit.mean(0)) @ weights + y.mean(0)
    np.testing.assert_allclose(scores, by_hand, atol=1e-5)


@pytest.fixture
def place(tmp_path):
    pool, test = RECORDED["pool"], RECORDED["test"]
    np.save(tmp_path / "train.npy", PIXELS[pool])
    np.save(tmp_path / "test.npy", PIXELS[test])
    records = [{"_row": i, "label": int(CLASS[p]), "n": 2} for i, p in enumerate(pool)]
    (tmp_path / "train.jsonl").write_bytes(lines(records))
    (tmp_path / "test.jsonl").write_bytes(
        lines([{"label": int(CLASS[p])} for p in test])
    )
    at = {p: i for i, p in enumerate(pool)}
    for name in ("long_tail_100", "balanced_10_per_class"):
        chosen = [records[at[p]] for p in RECORDED["subsets"][name]["indices"]]
        (tmp_path / f"{name}.jsonl").write_bytes(lines(chosen))
    return tmp_path


COMMAND = "eval probe --vectors train.npy --labels label --test test.npy"


def test_selections_beside_random_ones(sel, place):
    run = sel(
        f"{COMMAND} --cost n --seeds 5 balanced_10_per_class.jsonl long_tail_100.jsonl"
    )
    good, _, bad, _ = run.records
    assert [r["probe"] for r in run.records] == ["knn", "ridge"] * 2
    assert good["accuracy"] == pytest.approx(0.9084065244667504)
    assert (good["records"], good["n"], good["coverage"]) == (100, 200, 10)
    assert bad["gain_high"] < 0 and bad["vs_first_high"] < 0
    assert bad["accuracy_low"] < bad["accuracy"] < bad["accuracy_high"]
    assert "vs_first" not in good
    assert good["random"] == bad["random"]


def test_the_pool_gains_nothing_over_itself(sel, place):
    for record in sel(f"{COMMAND} --seeds 2 train.jsonl").records:
        gains = record["gain"], record["gain_low"], record["gain_high"]
        assert gains == pytest.approx((0, 0, 0), abs=1e-12)


def test_rows_that_cannot_be_used_are_left_out(sel, place):
    damaged = np.load(place / "train.npy")
    damaged[:500] = 0
    np.save(place / "train.npy", damaged)
    run = sel(f"{COMMAND} --seeds 0 train.jsonl")
    assert run.records[0]["records"] == 500
    assert "500 dropped" in run.err


def test_other_faults(sel, place):
    for options in ("--probes svm", "--tune 0", "--knn 0", "--seeds 1"):
        sel(f"{COMMAND} {options} train.jsonl", code=2)
    (place / "test.jsonl").unlink()
    assert "--test-records" in sel(f"{COMMAND} train.jsonl", code=2).err
    assert (
        "label"
        in sel(f"{COMMAND} --test-records train.jsonl", [{"_row": 1}], code=3).err
    )


def test_no_record_to_learn_from(sel, place):
    run = sel(f"{COMMAND} --seeds 2", b"")
    assert run.records[0]["records"] == 0


def test_no_temperature_is_too_low():
    known = np.eye(3, dtype=np.float32)
    train = classifiers.Labelled(known, np.arange(3))
    shares = classifiers.nearest_neighbours(train, known, 3, 3, 1e-4)
    np.testing.assert_array_equal(shares, np.eye(3))


def test_the_records_of_the_pool_have_any_name(sel, place):
    (place / "train.jsonl").rename(place / "all.jsonl")
    run = sel(f"{COMMAND} --seeds 2 --pool all.jsonl long_tail_100.jsonl")
    assert "gain" in run.records[0]
    assert "--pool FILE" in sel(f"{COMMAND} long_tail_100.jsonl", code=2).err
