"""Small classifiers: against sums and equations written out."""

import numpy as np
import pytest

from sel.maths.learning import classifiers
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 60)
    rows = rng.normal(size=(60, 5)) + np.eye(5)[codes] * 2
    return Labelled(rows.astype("f4"), codes)


def units_of(rows):
    return rows / np.linalg.norm(rows.astype(float), axis=1, keepdims=True)


def test_neighbours_vote_by_their_cosine(train):
    test = train.vectors[:7] + 0.1
    said = classifiers.nearest_neighbours(train, test, 4, 6, 0.2)
    cosines = units_of(test) @ units_of(train.vectors).T
    for line, each in zip(said, cosines, strict=True):
        near = np.argsort(-each, kind="stable")[:6]
        weights = np.exp(each[near] / 0.2) / np.exp(each[near] / 0.2).sum()
        wanted = [weights[train.classes[near] == c].sum() for c in range(4)]
        assert line == pytest.approx(wanted, abs=1e-5)
    none = Labelled(train.vectors[:0], train.classes[:0])
    assert not classifiers.nearest_neighbours(none, test, 2, 6, 0.2).any()


def ridge(rows, codes, asked, penalty):
    truth = np.eye(3)[codes]
    middle, share = rows.mean(axis=0), truth.mean(axis=0)
    square = (rows - middle).T @ (rows - middle) + penalty * np.eye(rows.shape[1])
    weights = np.linalg.solve(square, (rows - middle).T @ (truth - share))
    return (asked - middle) @ weights + share


def test_ridge_solves_its_equations(train):
    test = train.vectors[:9] - 0.2
    said, kept = classifiers.ridge(train, test, 3, [0.5])
    assert kept == 0.5
    rows = units_of(train.vectors)
    assert said == pytest.approx(
        ridge(rows, train.classes, units_of(test), 2), abs=1e-5
    )


def test_ridge_keeps_what_is_best_where_each_row_is_left_out(train):
    strengths = [1e-4, 0.01, 1.0, 100.0]
    rows, right = units_of(train.vectors), []
    for c in strengths:
        hits = 0
        for i in range(60):
            rest = np.arange(60) != i
            said = ridge(rows[rest], train.classes[rest], rows[i : i + 1], 1 / c)
            hits += int(said.argmax() == train.classes[i])
        right.append(hits)
    _, kept = classifiers.ridge(train, train.vectors[:1], 3, strengths)
    assert kept == strengths[int(np.argmax(right))]


def test_classes_that_are_not_learnt_come_last(train):
    some = Labelled(train.vectors, np.where(train.classes == 1, 2, train.classes))
    for said in (
        classifiers.ridge(some, train.vectors[:4], 4, [1.0])[0],
        classifiers.logistic(some, train.vectors[:4], 4, [1.0], SeededNoise())[0],
    ):
        assert (said[:, [1, 3]] == -np.inf).all()
        assert np.isfinite(said[:, [0, 2]]).all()


def test_logistic_learns_and_is_the_same_again(train):
    first, kept = classifiers.logistic(
        train, train.vectors, 3, [1e-9, 1.0], SeededNoise()
    )
    again, _ = classifiers.logistic(train, train.vectors, 3, [kept], SeededNoise())
    assert kept == 1
    assert (first == again).all()
    assert (first.argmax(axis=1) == train.classes).mean() > 0.8
    one = Labelled(train.vectors, np.zeros(60, np.int64))
    said, _ = classifiers.logistic(one, train.vectors[:2], 1, [1.0], SeededNoise())
    assert said.tolist() == [[0], [0]]


def test_confusion_by_hand():
    table = classifiers.confusion(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
