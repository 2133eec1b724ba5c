"""Ratings from judgments: QuRating's labels, loss and gradient, and fits by hand."""

import numpy as np
import orjson
import pytest

from sel.maths.learning import bradley_terry
from sel.maths.learning.bradley_terry import Judged
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "qurating"
CRITERIA = orjson.loads((FOLDER / "expected.json").read_bytes())["criteria"]
EXPECTED = orjson.loads((FOLDER / "bradley_terry.json").read_bytes())
LABELS = np.load(FOLDER / "expected_labels.npy")
SCORES = np.load(FOLDER / "scores.npy")


@pytest.fixture(scope="module")
def judged():
    rows = [orjson.loads(line) for line in (FOLDER / "votes.jsonl").open("rb")]
    found = []
    for criterion in CRITERIA:
        own = [row for row in rows if row["criterion"] == criterion]
        first, second = (np.array([row[name] for row in own]) for name in "ab")
        votes = np.array([[row["votes_a"], row["votes_b"]] for row in own], float)
        found.append(bradley_terry.calibrated(first, second, votes, 20)[0])
    return found


@pytest.fixture(scope="module")
def both_ways():
    """Every label that is there, as the authors have them: each pair in both orders."""
    found = []
    for labels in np.moveaxis(LABELS, 2, 0):
        first, second = np.nonzero(labels >= 0)
        found.append(Judged(first, second, labels[first, second]))
    return found


def test_labels_are_those_of_the_authors(judged):
    found = np.full(LABELS.shape, -100.0)
    for column, pairs in enumerate(judged):
        found[pairs.first, pairs.second, column] = pairs.chance
        found[pairs.second, pairs.first, column] = 1 - pairs.chance
    np.testing.assert_allclose(found, LABELS, atol=1e-12)


@pytest.mark.parametrize("case", EXPECTED["losses"])
def test_losses_are_those_of_the_authors(both_ways, case):
    confidence, temperature = (float(part[4:]) for part in case.split("_"))
    kept = [pairs.sure(confidence).warmed(temperature) for pairs in both_ways]
    found, gradient = bradley_terry.loss(SCORES, kept)
    expected = EXPECTED["losses"][case]
    assert sum(map(len, kept)) == expected["n_entries"]
    assert found == pytest.approx(expected["loss"], abs=1e-7)
    assert np.linalg.norm(gradient) == pytest.approx(expected["grad_l2"], abs=1e-7)


def test_each_pair_once_has_the_same_loss(judged):
    kept = [pairs.sure(0.5) for pairs in judged]
    found, gradient = bradley_terry.loss(SCORES, kept)
    assert found == pytest.approx(EXPECTED["losses"]["conf0.5_temp1"]["loss"], abs=1e-7)
    expected = np.load(FOLDER / "expected_grad_conf0.5_temp1.npy")
    np.testing.assert_allclose(gradient, expected, atol=1e-9)


@pytest.mark.parametrize("confidence", [0, 0.5, 0.8])
def test_accuracies_are_those_of_the_authors(both_ways, confidence):
    expected = EXPECTED["pairwise_accuracy"]
    right = []
    for column, pairs in enumerate(both_ways):
        sure = pairs.sure(confidence)
        right.append(bradley_terry.right(SCORES[:, column], sure))
        upper = right[-1][sure.first < sure.second].mean()
        name = f"conf{confidence}_{CRITERIA[column]}_upper"
        assert upper == pytest.approx(expected[name])
    assert np.concatenate(right).mean() == pytest.approx(expected[f"conf{confidence}"])


def test_ratings_without_a_model_are_the_recorded_minimum(judged):
    ridge = EXPECTED["bt_fit"]["ridge"]
    found = [bradley_terry.fit(None, 24, pairs, ridge) for pairs in judged]
    expected = np.load(FOLDER / "expected_bt_ratings_ridge0.01.npy")
    np.testing.assert_allclose(np.stack(found, axis=1), expected, atol=1e-7)


def test_ratings_of_chunks_are_averaged_by_their_length():
    docs = [orjson.loads(line) for line in (FOLDER / "docs.jsonl").open("rb")]
    lengths = np.concatenate([one["chunk_lengths"] for one in docs]).astype(float)
    owner = np.repeat(np.arange(80), [len(one["chunk_lengths"]) for one in docs])
    chunks = [np.concatenate([one[f"{c}_chunks"] for one in docs]) for c in CRITERIA]
    found = bradley_terry.averaged(np.stack(chunks, axis=1), lengths, owner, 81)
    expected = np.load(FOLDER / "expected_average.npy")
    np.testing.assert_allclose(found[:80], expected, atol=1e-9)
    assert np.isnan(found[80]).all()


def test_the_gradient_is_that_of_the_loss(judged):
    draw = np.random.default_rng(0)
    at, step = draw.normal(size=SCORES.shape), 1e-6 * draw.normal(size=SCORES.shape)
    ahead = bradley_terry.loss(at + step, judged)[0]
    behind = bradley_terry.loss(at - step, judged)[0]
    _, gradient = bradley_terry.loss(at, judged)
    assert (ahead - behind) / 2 == pytest.approx((gradient * step).sum(), rel=1e-5)


def test_weights_that_made_the_judgments_are_found():
    draw = np.random.default_rng(1)
    rows, truth = draw.normal(size=(400, 5)), np.array([2.0, -1, 0.5, 0, 0])
    first, second = draw.integers(0, 400, (2, 20_000))
    chance = bradley_terry.sigmoid((rows[second] - rows[first]) @ truth)
    found = bradley_terry.fit(rows, 400, Judged(first, second, chance), 1e-6)
    np.testing.assert_allclose(found, truth, atol=1e-6)


def test_a_side_that_always_wins_has_a_finite_rating():
    pairs = Judged(np.array([0, 0]), np.array([1, 2]), np.array([1.0, 1.0]))
    found = bradley_terry.fit(None, 4, pairs, 0.1)
    assert found[0] < 0 < found[1] == pytest.approx(found[2])
    assert found[3] == 0


def test_far_ratings_and_certain_labels():
    assert bradley_terry.sigmoid(np.array([-1e4, 0, 1e4])).tolist() == [0, 0.5, 1]
    pairs = Judged(np.array([0]), np.array([1]), np.array([1.0]))
    assert pairs.warmed(2).chance.tolist() == [1]
    value, gradient = bradley_terry.loss(np.array([[1e4], [0.0]]), [pairs])
    assert value == 1e4
    assert gradient.tolist() == [[1], [-1]]
    assert bradley_terry.loss(np.zeros((2, 1)), [pairs.some(np.zeros(1, bool))])[0] == 0


def test_votes_for_one_order_alone_do_not_count():
    first, second = np.array([0, 1, 0, 2]), np.array([1, 0, 2, 0])
    votes = np.array([[2, 8], [8, 2], [10, 0], [3, 2.0]])
    found, left = bradley_terry.calibrated(first, second, votes, 10)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert found.chance == pytest.approx([0.8])
    assert left == 1  # of 10 answers only 5 were usable
    twice = np.tile(first, 2), np.tile(second, 2), np.tile(votes, (2, 1))
    assert bradley_terry.calibrated(*twice, 10)[0].chance == pytest.approx([0.8])


def test_nothing_of_what_is_tried_was_learnt_from():
    draw = np.random.default_rng(2)
    for first, second in (
        draw.integers(0, 50, (2, 400)),  # all meet all
        np.arange(400).reshape(2, 200),  # each is in one pair
    ):
        count = max(first.max(), second.max()) + 1
        pairs = Judged(first, second, np.ones(len(first)))
        parts = bradley_terry.folds(pairs, count, draw.random(count), 5)
        assert len(parts) == 5
        for learnt, tried in parts:
            seen = {*first[learnt].tolist(), *second[learnt].tolist()}
            assert not seen & {*first[tried].tolist(), *second[tried].tolist()}
            assert learnt.any() and tried.any()
