"""Statistics of a training: by brute force, by hand, and logs that do not fit."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sel.score._dynamics import Training, of_logits
from tests.conftest import lines

POOL = [{"id": f"r{i}"} for i in range(30)]


@pytest.fixture
def write(tmp_path):
    return lambda name, records: (tmp_path / name).write_bytes(lines(records))


def logged(epochs=7, classes=4, seed=5):
    """Records of a log; logits of shape (epochs, n, classes) and n labels."""
    rng = np.random.RandomState(seed)
    logits = rng.normal(size=(epochs, len(POOL), classes)) * 3
    labels = rng.randint(0, classes, len(POOL))
    log = [
        {"id": f"r{i}", "epoch": e, "logits": logits[e, i].tolist(), "label": int(y)}
        for e in range(epochs)
        for i, y in enumerate(labels)
    ]
    return log, logits, labels


def brute(logits, label):
    """The statistics of one record, from (epochs, classes)."""
    gold, right, norms, margins = [], [], [], []
    for row in logits.tolist():
        total = sum(math.exp(x) for x in row)
        shares = [math.exp(x) / total for x in row]
        gold.append(shares[label])
        right.append(row[label] == max(row))
        apart = [p - (c == label) for c, p in enumerate(shares)]
        norms.append(math.sqrt(sum(x * x for x in apart)))
        others = [x for c, x in enumerate(row) if c != label]
        margins.append(row[label] - max(others))
    forgotten = sum(a and not b for a, b in pairwise(right))
    return {
        "confidence": np.mean(gold),
        "variability": np.std(gold),
        "correctness": np.mean(right),
        "forgetting": forgotten if any(right) else None,
        "never_learnt": int(not any(right)),
        "el2n": norms[-1],
        "aum": np.mean(margins),
    }


@pytest.mark.parametrize("more", ["", " --on id", " --on id --jobs 2"])
def test_logits_by_brute_force(sel, write, more):
    log, logits, labels = logged()
    write("log.jsonl", log)
    run = sel(f"score dynamics --training-log log.jsonl{more}", POOL)
    nulls = 0
    for i, record in enumerate(run.records):
        want = brute(logits[:, i], int(labels[i]))
        nulls += want["forgetting"] is None
        assert record["forgetting"] == want.pop("forgetting")
        for name, value in want.items():
            assert record[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name
    assert 0 < nulls < len(POOL)


def test_the_order_in_an_epoch_is_free_where_records_have_names(sel, write):
    log, _, _ = logged()
    write("log.jsonl", log)
    plain = sel("score dynamics --training-log log.jsonl --on id", POOL).records
    write("log.jsonl", sorted(log, key=lambda r: (r["epoch"], hash(r["label"]))))
    again = sel("score dynamics --training-log log.jsonl --on id", POOL).records
    assert again == plain


def test_one_epoch_of_el2n(sel, write):
    log, logits, labels = logged()
    write("log.jsonl", log)
    run = sel("score dynamics --training-log log.jsonl --el2n-epoch 2", POOL)
    for i, record in enumerate(run.records):
        want = brute(logits[2:3, i], int(labels[i]))["el2n"]
        assert record["el2n"] == pytest.approx(want, rel=1e-12)


def test_forgetting_by_hand(sel, write):
    right = {"kept": "0111", "lost": "1010", "twice": "1010"[::-1], "never": "0000"}
    log = [
        {"id": name, "epoch": e, "probability": 0.4, "correct": bits[e] == "1"}
        for e in range(4)
        for name, bits in right.items()
    ]
    write("log.jsonl", log)
    pool = [{"id": name} for name in right]
    run = sel("score dynamics --training-log log.jsonl --on id", pool)
    assert [r["forgetting"] for r in run.records] == [0, 2, 1, None]
    assert [r["never_learnt"] for r in run.records] == [0, 0, 0, 1]
    assert [r["correctness"] for r in run.records] == [0.75, 0.5, 0.5, 0]
    assert "el2n" not in run.records[0]
    assert "aum" not in run.records[0]


def test_losses_say_the_probability(sel, write):
    write(
        "log.jsonl",
        [{"epoch": e, "loss": -math.log(p)} for e, p in enumerate([0.2, 0.6])],
    )
    (record,) = sel("score dynamics --training-log log.jsonl", [{}]).records
    assert record == pytest.approx({"confidence": 0.4, "variability": 0.2})


def test_classes_of_unlike_number_and_sure_models():
    wide = of_logits(np.array([[1.0, 2.0, -np.inf], [1.0, 2.0, 3.0]]), np.array([1, 0]))
    assert wide.margin.tolist() == [1, -2]
    sure = of_logits(np.array([[50.0, 0.0], [1e90, 0.0]]), np.array([0, 0]))
    assert sure.error[0] == pytest.approx(math.sqrt(2) * math.exp(-50), rel=1e-12)
    assert sure.error[1] == 0


def test_sums_do_not_depend_on_blocks():
    _, logits, labels = logged()
    whole, parts = Training(frozenset({"margin"})), Training(frozenset({"margin"}))
    for epoch in logits:
        rows = np.arange(len(POOL))
        whole.add(rows, of_logits(epoch, labels), error=True)
        for some in (rows[:7], rows[7:]):
            parts.add(some, of_logits(epoch[some], labels[some]), error=True)
        whole.end()
        parts.end()
    one, other = (t.take(np.arange(len(POOL))) for t in (whole, parts))
    np.testing.assert_array_equal(one.variability, other.variability)
    np.testing.assert_array_equal(one.aum, other.aum)


def step(epoch, **more):
    return {"id": "a", "epoch": epoch, "probability": 0.5} | more


@pytest.mark.parametrize(
    "log,said",
    [
        ([], "log.jsonl has no records"),
        (
            [step(0), step(0, id="b"), step(1)],
            "epoch 1 has 1 of 2 records of the first",
        ),
        ([step(0), step(1), step(1, id="b")], ':3: epoch 1 has record "b" which'),
        ([step(0), step(0)], ':2: epoch 0 has record "a" twice'),
        ([step(1), step(0)], ":2 is of epoch 0, behind one of epoch 1"),
        ([step(0, id="c")], 'log.jsonl has no record "a"'),
        ([step("x")], "'epoch' is not a whole number"),
        ([step(0, probability=1.5)], "'probability' is 1.5, not from 0 to 1"),
        ([step(0, probability=None)], "has none of 'logits', 'probability', 'loss'"),
        ([step(0, loss=1)], "has 'probability' and 'loss'"),
        ([step(0, correct=1)], "'correct' is not true or false"),
        ([step(0, correct=True), step(1)], "with and without 'correct'"),
        ([step(0), step(1, correct=True)], "with and without 'correct'"),
        ([step(0), {"id": "a", "epoch": 0, "loss": 1}], "has loss, where those"),
        ([{"id": "a", "epoch": 0, "loss": -1}], "'loss' is -1.0, not at least 0"),
        ([{"id": "a", "epoch": 0, "logits": [1], "label": 0}], "two logits or more"),
        ([{"id": "a", "epoch": 0, "logits": [1, None], "label": 0}], "is null or too"),
        ([{"id": "a", "epoch": 0, "logits": [1, 1e200], "label": 0}], "is null or too"),
        ([{"id": "a", "epoch": 0, "logits": [1, 2], "label": 2}], "of the 2 places"),
        ([{"id": "a", "epoch": 0, "logits": [1, 2]}], "field 'label' is missing"),
    ],
)
def test_logs_that_do_not_fit(sel, write, log, said):
    write("log.jsonl", log)
    run = sel("score dynamics --training-log log.jsonl --on id", [{"id": "a"}], code=3)
    assert said in run.err


def test_records_without_names_are_as_many(sel, write):
    write("log.jsonl", [step(0), step(0)])
    run = sel("score dynamics --training-log log.jsonl", [{}], code=3)
    assert "has 2 records in an epoch, and there are 1" in run.err
    some = sel("score dynamics --training-log log.jsonl", [{"_row": 1}]).records
    assert some[0]["confidence"] == 0.5
    run = sel(
        "score dynamics --training-log log.jsonl --el2n-epoch 4", [{}, {}], code=3
    )
    assert "no epoch 4" in run.err
