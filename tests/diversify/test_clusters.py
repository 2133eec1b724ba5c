"""Cells: S2L's recorded counts, and what balanced parts keep."""

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sel.diversify import clusters
from sel.errors import OptionError
from sel.maths.neighbours import kmeans
from sel.maths.random.noise import SeededNoise
from sel.maths.ranking import apportionment
from tests.conftest import GOLDEN
from tests.diversify.choosing import rows_of

HERE = GOLDEN / "s2l"
RECORDED = orjson.loads((HERE / "golden.json").read_bytes())
LOSSES = np.load(HERE / "trajectories.npy")
SOURCES = orjson.loads((HERE / "sources.json").read_bytes())
KEYS = np.arange(400, dtype=np.uint64)
ORDER = SeededNoise(0).uniform(KEYS)


def taken(labels, k, rule):
    before = np.zeros(len(labels), bool)
    found = clusters._taken(labels, k, ORDER[: len(labels)], before, rule)
    assert len(set(found.tolist())) == len(found)
    return np.bincount(labels[found], minlength=labels.max() + 1).tolist()


def by_hand():
    hand = RECORDED["hand_labels"]
    labels = np.repeat(np.arange(len(hand["sizes"])), hand["sizes"])
    for case in hand["cases"]:
        yield labels, case, "released"
    for case in RECORDED["hand_labels_paper_rule_min_size_1"]:
        yield labels, case, "paper"


@pytest.mark.parametrize("labels,case,rule", list(by_hand()))
def test_the_counts_by_hand(labels, case, rule):
    counts = taken(labels, case["budget"], rule)
    assert counts[2:] == case["taken"][2:]
    assert sum(counts[:2]) == sum(case["taken"][:2])  # chance says which of these


@pytest.mark.parametrize("case", RECORDED["single_source"])
def test_the_counts_of_the_authors(case):
    labels = np.array(case["labels"])
    found = taken(labels, case["budget"], "released")
    assert found == case["per_cluster_taken_stable_order"]


@pytest.mark.parametrize("case", RECORDED["single_source"][::2])
def test_cells_are_as_good_as_theirs(case):
    made = kmeans.cells(LOSSES, case["K"])
    assert made.near.sum() <= case["inertia"] * 1.05


@pytest.mark.parametrize("case", RECORDED["per_source_released"])
def test_sources_share_equally(case):
    _, groups = np.unique(SOURCES, return_inverse=True)
    found = clusters.diversify(
        None,
        KEYS,
        SeededNoise(0),
        groups=groups,
        trajectories=LOSSES,
        k=case["budget"],
        cells=case["K_per_source"],
        rule="released",
    )
    names, counts = np.unique(np.array(SOURCES)[found.rows], return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == case["per_source"]


def test_the_level_of_the_losses_is_most_of_the_variance():
    facts = clusters.diversify(
        None, KEYS, SeededNoise(0), trajectories=LOSSES, k=9
    ).facts
    assert facts["first component"] == pytest.approx(0.933, abs=0.001)
    flat = clusters.diversify(
        None, KEYS, SeededNoise(0), trajectories=LOSSES, k=9, shape="center"
    ).facts
    assert flat["first component"] < facts["first component"]


def test_losses_that_are_no_numbers():
    losses = LOSSES[:50].copy()
    losses[7, 3] = np.nan
    for rule, there in (("paper", False), ("released", True)):
        found = clusters.diversify(
            None,
            KEYS[:50],
            SeededNoise(0),
            trajectories=losses,
            k=50,
            cells=3,
            rule=rule,
        )
        assert (7 in found.rows) == there


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9), st.data())
def test_balanced_parts(sizes, data):
    have = [data.draw(st.integers(0, size)) for size in sizes]
    k = data.draw(st.integers(0, sum(sizes) - sum(have)))
    more = apportionment.balanced(k, sizes, have)
    assert sum(more) == k
    whole = [a + b for a, b in zip(more, have, strict=True)]
    assert all(part <= size for part, size in zip(whole, sizes, strict=True))
    grown = [w for w, m in zip(whole, more, strict=True) if m]
    open_ = [w for w, size in zip(whole, sizes, strict=True) if w < size]
    # Nobody was given more while one with room for it had clearly less.
    assert not grown or not open_ or max(grown) <= min(open_) + 1


def test_the_best_of_each_cell():
    rows, scores = rows_of(200), np.random.default_rng(0).random(200)
    found = clusters.diversify(
        rows, KEYS[:200], SeededNoise(0), scores=scores, k=12, cells=6
    ).rows
    from sel.maths.greedy.choice import pool

    labels = kmeans.cells(pool(rows).units, 6, unit=True).labels
    for cell in set(labels.tolist()):
        mine = found[labels[found] == cell]
        best = np.flatnonzero(labels == cell)
        best = best[np.argsort(-scores[best])][: len(mine)]
        assert sorted(mine.tolist()) == sorted(best.tolist())


def test_what_a_record_is_known_by_decides_and_not_its_place():
    order = np.random.default_rng(1).permutation(400)
    one = clusters.diversify(
        None, KEYS, SeededNoise(3), trajectories=LOSSES, k=40, cells=1
    )
    two = clusters.diversify(
        None, KEYS[order], SeededNoise(3), trajectories=LOSSES[order], k=40, cells=1
    )
    assert sorted(one.rows.tolist()) == sorted(order[two.rows].tolist())


def test_in_the_shell(sel, tmp_path):
    np.save(tmp_path / "losses.npy", LOSSES)
    pool = [{"i": i, "s": s} for i, s in enumerate(SOURCES)]
    run = sel("diversify clusters -k 40 --cells 8 --trajectories losses.npy", pool)
    assert len(run.records) == 40
    assert "first_component 0.9326" in run.err
    again = sel("diversify clusters -k 40 --cells 8 --trajectories losses.npy", pool)
    assert again.out == run.out
    sel("diversify clusters -k 4", pool, code=2)
    with pytest.raises(OptionError, match="--cells"):
        clusters.diversify(rows_of(5), KEYS[:5], SeededNoise(0), k=2, cells=0)
