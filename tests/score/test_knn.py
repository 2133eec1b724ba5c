"""Votes of labelled neighbours: SELECT's figures, and brute force."""

import numpy as np
import orjson
import pytest
from sklearn.datasets import load_digits

from sel.score import knn
from tests.conftest import GOLDEN, lines

DIGITS = orjson.loads((GOLDEN / "select/digits.json").read_bytes())


@pytest.mark.parametrize("subset", DIGITS["subsets"])
def test_accuracies_are_those_of_the_authors(subset):
    images, labels = load_digits(return_X_y=True)
    recorded = DIGITS["subsets"][subset]
    chosen, test = np.array(recorded["indices"]), np.array(DIGITS["test"])
    vectors, targets = images[test].astype("f4"), images[chosen].astype("f4")
    for k, said in recorded["knn"].items():
        found = knn.score(vectors, targets, labels[chosen].tolist(), k=int(k))
        right = np.mean(np.array(found["label"]) == labels[test])
        assert 100 * right == pytest.approx(said["authors_top1"], abs=1e-9)
    found = knn.score(vectors, targets, labels[chosen].tolist())["label"]
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels[test], np.array(found)), 1)
    assert confusion.tolist() == recorded["knn20_per_class"]["confusion"]


def test_shares_and_means_by_hand():
    angles = np.radians([0.0, 60, 60, 90])
    targets = np.stack([np.cos(angles), np.sin(angles)], 1).astype("f4")
    labels = ["a", "b", "b", "a"]
    found = knn.score(targets[:1], targets, labels, k=3, temperature=0.5)
    weights = np.exp(np.array([1, 0.5, 0.5]) / 0.5)
    assert found["label"] == ["a"]
    np.testing.assert_allclose(found[""], weights[0] / weights.sum(), rtol=1e-6)
    mean = knn.score(
        targets[:1], targets, [1, 2.5, 4, 9], k=3, temperature=0.5, regress=True
    )
    by_hand = (weights * [1, 2.5, 4]).sum() / weights.sum()
    np.testing.assert_allclose(mean[""], by_hand, rtol=1e-6)


def test_equal_votes_go_to_the_first_label_and_few_targets_all_vote():
    rows = np.ones((1, 2), np.float32)
    two = np.ones((2, 2), np.float32)
    found = knn.score(rows, two, ["z", "a"], k=99)
    assert found["label"] == ["z"]
    assert found[""].tolist() == [0.5]
    assert knn.score(rows, two, ["z", "a"], k=1)["label"] == ["z"]
    assert knn.score(rows[:0], two, ["z", "a"])["label"] == []


def test_brute_force_in_blocks(monkeypatch):
    rng = np.random.RandomState(0)
    vectors, targets = (rng.normal(size=(n, 8)).astype("f4") for n in (3_000, 500))
    vectors[7], vectors[8, 0] = 0, np.nan
    labels = [f"l{i}" for i in rng.randint(0, 40, 500)]
    found = knn.score(vectors, targets, labels, k=11, temperature=0.3)
    monkeypatch.setattr(knn.faiss_index, "HELD", 400)
    again = knn.score(vectors, targets, labels, k=11, temperature=0.3)
    assert found["label"] == again["label"]
    unit = targets / np.linalg.norm(targets, axis=1, keepdims=True)
    for i, row in enumerate(vectors.astype("f8")):
        if i in (7, 8):
            assert found["label"][i] is None
            assert np.isnan(found[""][i])
            continue
        cosines = unit @ row / np.linalg.norm(row)
        votes = {}
        for j in np.argsort(-cosines, kind="stable")[:11]:
            votes[labels[j]] = votes.get(labels[j], 0) + np.exp(cosines[j] / 0.3)
        winner = max(votes, key=votes.get)
        assert found["label"][i] == winner
        share = votes[winner] / sum(votes.values())
        np.testing.assert_allclose(found[""][i], share, rtol=1e-5)


@pytest.fixture
def judged(tmp_path):
    rng = np.random.RandomState(1)
    np.save(tmp_path / "pool.npy", rng.normal(size=(50, 8)).astype("f4"))
    np.save(tmp_path / "t.npy", rng.normal(size=(6, 8)).astype("f4"))
    targets = [{"id": i, "label": 'ab,"é'[i % 5], "n": i} for i in range(6)]
    (tmp_path / "t.jsonl").write_bytes(lines(targets))
    return [{"i": i} for i in range(50)]


OPTIONS = "score knn --vectors pool.npy --target-vectors t.npy --target t.jsonl"


def test_fields_are_spliced_in(sel, tmp_path, judged):
    vectors, targets = (np.load(tmp_path / f"{name}.npy") for name in ("pool", "t"))
    labels = list('ab,"éa')
    found = knn.score(vectors, targets, labels, k=3)
    run = sel(f"{OPTIONS} -k 3", judged)
    assert [r["knn_label"] for r in run.records] == found["label"]
    np.testing.assert_allclose([r["knn"] for r in run.records], found[""])
    thin = sel(f"{OPTIONS} -k 3 --thin --as vote", judged).records
    assert list(thin[0]) == ["_row", "vote", "vote_label"]
    numbers = sel(f"{OPTIONS} --label n --regress", judged).records
    assert list(numbers[0]) == ["i", "knn"]
    assert all(0 <= r["knn"] <= 5 for r in numbers)


def test_targets_by_row_and_in_their_own_records(sel, tmp_path, judged):
    whole = sel(OPTIONS, judged).out
    targets = [
        orjson.loads(line) for line in (tmp_path / "t.jsonl").read_bytes().splitlines()
    ]
    rows = np.load(tmp_path / "t.npy")
    numbered = [{**record, "_row": i} for i, record in enumerate(targets)]
    (tmp_path / "t.jsonl").write_bytes(lines(numbered))
    assert sel(OPTIONS, judged).out == whole
    own = [{**r, "v": row.tolist()} for r, row in zip(targets, rows, strict=True)]
    (tmp_path / "t.jsonl").write_bytes(lines(own))
    assert sel(OPTIONS.replace("t.npy", "@v"), judged).out == whole


@pytest.mark.parametrize(
    "damage,said",
    [
        (lambda records: records[:4], "4 records and 6 rows"),
        (lambda records: [], "holds no records"),
        (lambda records: [{**records[0], "_row": 0}, *records[1:]], "some have none"),
        (lambda records: [{**r, "label": None} for r in records], "t.jsonl:1: 'label'"),
        (lambda records: [{**r, "label": ["a"]} for r in records], "is not a label"),
        (lambda records: [{"id": 1}, *records[1:]], "t.jsonl:1: field 'label' is"),
    ],
)
def test_targets_that_cannot_be_used(sel, tmp_path, judged, damage, said):
    records = [
        orjson.loads(line) for line in (tmp_path / "t.jsonl").read_bytes().splitlines()
    ]
    (tmp_path / "t.jsonl").write_bytes(lines(damage(records)))
    run = sel(OPTIONS, judged, code=3)
    assert said in run.err
    assert run.err.count("\n") == 1


def test_other_faults(sel, tmp_path, judged):
    assert "--regress needs" in sel(f"{OPTIONS} --regress", judged, code=3).err
    sel(f"{OPTIONS} -k 0", judged, code=2)
    sel(f"{OPTIONS} --temperature 0", judged, code=2)
    sel("score knn --vectors pool.npy --target-vectors t.npy", judged, code=2)
    np.save(tmp_path / "t.npy", np.ones((6, 5), "f4"))
    assert "5" in sel(OPTIONS, judged, code=3).err
    np.save(tmp_path / "t.npy", np.zeros((6, 8), "f4"))
    assert "cannot be a target" in sel(OPTIONS, judged, code=3).err
