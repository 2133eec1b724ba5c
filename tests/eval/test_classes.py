"""Votes of target records for classes: recorded numbers, properties, a shell."""

import numpy as np
import orjson
import pytest

from sel.eval import classes
from sel.maths.learning import label_mapping
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise
from tests.conftest import GOLDEN, lines

FOLDER = GOLDEN / "dp4tl"
WANTED = orjson.loads((FOLDER / "golden.json").read_bytes())


def matrix(name):
    return np.load(FOLDER / f"{name}.npy")


def by_logits(logits, sizes):
    own = np.repeat(np.arange(len(sizes)), sizes)
    source = Labelled(np.empty((len(own), 0)), own)
    return classes.measure(source, None, range(len(sizes)), logits, SeededNoise(0))


def by_feature(rows, own, targets, count):
    return classes.measure(
        Labelled(rows, own), targets, range(count), None, SeededNoise(0)
    )


def in_order(found, name):
    return [one[name] for one in sorted(found, key=lambda one: one["class"])]


@pytest.fixture(scope="module")
def features():
    rows, own = matrix("fm_source_features"), matrix("fm_source_class").astype(int)
    return rows.astype(np.float32), own, matrix("fm_target_features")


def test_label_mapping_counts_as_the_authors_do():
    predicted = matrix("lm_target_predicted_source_class")
    sure = np.zeros((len(predicted), WANTED["n_source_classes"]))
    sure[np.arange(len(predicted)), predicted] = 1
    found = by_logits(sure, WANTED["source_class_sizes"])
    assert in_order(found, "votes") == WANTED["lm"]["counts"]
    assert [one["rank"] for one in found] == list(range(1, 98))
    for count, wanted in WANTED["lm"]["kept"].items():
        part = found[: int(count)]
        assert part[-1]["covered"] == pytest.approx(wanted["target_mass_covered"])
        if not wanted["tie_at_boundary"]:
            assert sorted(one["class"] for one in part) == wanted["classes_ours"]
            assert sum(one["rows"] for one in part) == wanted["source_rows_kept"]
            assert part[-1]["kept"] == pytest.approx(wanted["source_fraction"])


def test_softmax_of_logits_is_that_recorded():
    logits = matrix("lm_target_logits_f16").astype(np.float64)
    found = by_logits(logits, WANTED["source_class_sizes"])
    recorded = WANTED["lm"]["soft_scores_extension_not_in_paper_float64"]
    # The logits were rounded to 16 bits, and recorded before.
    np.testing.assert_allclose(
        in_order(found, "softmax"), recorded, rtol=0.01, atol=0.01
    )
    ties = [one for one in found if not one["votes"]]
    said = [one["softmax"] for one in ties]
    assert len(ties) > 50 and said == sorted(said, reverse=True)


def test_feature_mapping_votes_as_recorded(features):
    found = by_feature(*features, 1000)
    counts = {str(one["class"]): one["votes"] for one in found if one["votes"]}
    assert counts == WANTED["fm"]["counts_nonzero"]
    assert sum(not one["votes"] for one in found) == WANTED["fm"]["n_zero"]
    top = WANTED["fm"]["order_top50_count_desc_then_id"]
    ours = sorted(found, key=lambda one: (-one["votes"], one["class"]))[:50]
    assert [one["class"] for one in ours] == top


def test_each_target_votes_for_the_recorded_class(features):
    rows, own, targets = features
    apart = label_mapping.distances(
        targets, label_mapping.centres(Labelled(rows, own), 1000)
    )
    assert apart.argmin(axis=1).tolist() == WANTED["fm"]["nearest_class_of_each_target"]


def test_properties(features):
    rows, own, targets = features
    found = by_feature(rows, own, targets, 1000)
    assert sum(one["votes"] for one in found) == len(targets)
    assert found[-1]["covered"] == found[-1]["kept"] == 1
    assert by_feature(rows, own, targets[::-1], 1000)[:80] == [
        {**one, "distance": pytest.approx(one["distance"])} for one in found[:80]
    ]
    twice = by_feature(rows, own, np.vstack([targets, targets]), 1000)
    assert in_order(twice, "votes") == [2 * n for n in in_order(found, "votes")]
    moved = by_feature(rows + 3, own, targets + 3, 1000)
    differ = np.subtract(in_order(moved, "votes"), in_order(found, "votes"))
    assert np.abs(differ).sum() <= 4  # near ties, in float32
    relabelled = by_feature(rows, 999 - own, targets, 1000)
    assert in_order(relabelled, "votes") == in_order(found, "votes")[::-1]


def test_one_row_each_is_the_nearest_neighbour():
    rng = np.random.default_rng(0)
    rows, targets = rng.normal(size=(20, 4)), rng.normal(size=(50, 4))
    found = by_feature(rows, np.arange(20), targets, 20)
    near = ((targets[:, None] - rows) ** 2).sum(axis=2).argmin(axis=1)
    assert in_order(found, "votes") == np.bincount(near, minlength=20).tolist()


def test_a_class_without_usable_rows_gets_no_vote():
    rows = np.array([[1.0, 0], [0, 1]])
    found = by_feature(rows, np.array([0, 2]), np.array([[1.0, 0.1]] * 3), 3)
    assert in_order(found, "votes") == [3, 0, 0]
    assert found[-1]["class"] == 1


@pytest.mark.parametrize(
    ("keep", "of_rows", "wanted"),
    [
        ("40%", False, 2),
        ("2", False, 2),
        ("9", False, 4),
        ("100%", False, 4),
        ("1%", False, 1),
        ("60%", True, 1),
        ("90%", True, 3),
        ("10%", True, 0),
        ("100%", True, 4),
    ],
)
def test_how_many_are_kept(keep, of_rows, wanted):
    assert label_mapping.kept([50, 30, 10, 10], keep, of_rows=of_rows) == wanted


# From a shell


@pytest.fixture
def pool(tmp_path):
    rng = np.random.default_rng(0)
    own = np.repeat(np.arange(4), [40, 30, 20, 10])
    rows = (np.eye(4)[own] + rng.normal(size=(100, 4)) * 0.1).astype("f4")
    np.save(tmp_path / "pool.npy", rows)
    np.save(tmp_path / "target.npy", rows[[*range(70, 80), *range(90, 93)]])
    records = [{"id": i, "kind": "abcd"[k]} for i, k in enumerate(own.tolist())]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    return tmp_path


@pytest.mark.parametrize("how", ["feature", "label"])
def test_ranked_and_picked(sel, pool, how):
    vectors = "--vectors pool.npy --target-vectors target.npy"
    command = f"eval classes --per kind {vectors} --mapping {how} pool.jsonl"
    found = sel(f"{command} -o classes.jsonl")
    assert found.out == b"" and "classes 4; voted 2" in found.err
    ranked = [orjson.loads(line) for line in (pool / "classes.jsonl").open("rb")]
    assert [(one["class"], one["votes"], one["rows"]) for one in ranked[:2]] == [
        ("c", 10, 20),
        ("d", 3, 10),
    ]
    picked = sel("pick classes --from classes.jsonl --per kind --keep 40% pool.jsonl")
    assert {one["kind"] for one in picked.records} == {"c", "d"}
    assert len(picked.records) == 30
    worst = sel(
        "pick classes --from classes.jsonl --per kind --keep 2 --worst pool.jsonl"
    )
    assert len(worst.records) == 70
    rows = (
        "pick classes --from classes.jsonl --per kind --keep 29% --of rows pool.jsonl"
    )
    assert {one["kind"] for one in sel(rows).records} == {"c"}


def test_logits_from_a_shell(sel, pool):
    said = np.array([[0, 5, 1, 0], [0, 0, 9, 1], [1, 0, 2, 0]], "f4")
    np.save(pool / "l.npy", said)
    found = sel("eval classes --per kind --logits l.npy pool.jsonl").records
    assert [one["class"] for one in found[:2]] == ["c", "b"]
    np.save(pool / "l.npy", np.ones((2, 3), "f4"))
    run = sel("eval classes --per kind --logits l.npy pool.jsonl", code=3)
    assert "l.npy has 3 columns, and the records are of 4 classes" in run.err
    np.save(pool / "l.npy", np.full((2, 4), np.nan, "f4"))
    run = sel("eval classes --per kind --logits l.npy pool.jsonl", code=3)
    assert "row 0 is not finite" in run.err


def test_bad_input(sel, pool):
    assert "--logits" in sel("eval classes --per kind pool.jsonl", code=2).err
    vectors = "--vectors pool.npy --target-vectors target.npy"
    run = sel(f"eval classes --per none {vectors} pool.jsonl", code=3)
    assert "pool.jsonl:1: field 'none' is missing" in run.err
    np.save(pool / "short.npy", np.ones((2, 3), "f4"))
    short = "--vectors pool.npy --target-vectors short.npy"
    sel(f"eval classes --per kind {short} pool.jsonl", code=3)
