"""Cuts of a catalogue, against recorded numbers and by hand."""

import numpy as np
import orjson
import pytest

from sel.eval import _crossmatch, _roc
from sel.maths.statistics import areas
from tests.conftest import DATA, GOLDEN, lines

FOLDER = GOLDEN / "catalogue"
RECORDED = orjson.loads((FOLDER / "expected.json").read_bytes())
TABLE = FOLDER / "table.jsonl"


def agrees(said, known):
    for name, ours in (("selected", "n_selected"), ("reference", "n_reference")):
        assert said[name] == known[ours]
    assert said["both"] == known["n_both"]
    for name in ("purity", "completeness"):
        assert said[name] == pytest.approx(known[name], abs=1e-12)
        ends = [said[f"{name}_low"], said[f"{name}_high"]]
        assert ends == pytest.approx(known[f"{name}_wilson95"], abs=1e-6)
    assert said["f1"] == pytest.approx(known["f1"])


def test_the_wedge_over_all_and_by_bin(sel):
    known = RECORDED["wedge_cut"]
    command = ["eval", "cut", "--where", known["expression"]]
    run = sel([*command, "--reference", "reference", "--bin", "bin", TABLE])
    whole, bright, faint = run.records
    agrees(whole, known)
    agrees(bright, known["by_bin"]["bright"])
    agrees(faint, known["by_bin"]["faint"])
    assert whole["lift"] == pytest.approx(known["lift_over_base_rate"])
    # Within a bin, over the share of the reference in that bin.
    assert bright["lift"] == pytest.approx(bright["purity"] / (73 / bright["records"]))


def test_lowest_thresholds(sel):
    command = "eval cut --by flux --efficiency 0.3,0.4,0.5 --reference reference"
    for said in sel(f"{command} {TABLE}").records:
        known = RECORDED["efficiency_threshold_on_flux"][str(said["efficiency"])]
        assert said["threshold"] == known["threshold"]
        assert said["selected"] == known["n"]
        assert said["purity"] == pytest.approx(known["efficiency"])
        assert said["completeness"] == pytest.approx(known["completeness"])


@pytest.mark.parametrize("errors", ["", "_with_errors"])
@pytest.mark.parametrize("least", ["0.1", "0.5", "0.9"])
def test_thresholds_of_recorded_memberships(sel, errors, least):
    shares = np.load(FOLDER / "gmm.npz")[f"membership{errors}"].tolist()
    records = [
        {**orjson.loads(line), "p": p}
        for line, p in zip(TABLE.read_bytes().splitlines(), shares, strict=True)
    ]
    run = sel(
        ["eval", "cut", "--where", f"p > {least}", "--reference", "reference"], records
    )
    agrees(run.records[0], RECORDED["gmm"][f"membership{errors}>{least}"])


def test_average_precision():
    truth = [
        orjson.loads(line)["reference"] for line in TABLE.read_bytes().splitlines()
    ]
    plain = np.load(FOLDER / "gmm.npz")["membership"]
    found = _roc.average_precision(plain, np.array(truth))
    assert found == pytest.approx(RECORDED["average_precision_of_membership"])


ROWS = [
    {"k": 1, "x": 0.0, "y": 0, "v": 5},
    {"k": 2, "x": 1.0, "y": 0, "v": 1},
    {"k": 3, "x": 2.0, "y": 9, "v": None},
    {"k": 4, "x": None, "y": 0, "v": 7},
]


def test_by_key_unmatched_and_censored_are_apart(sel, tmp_path):
    (tmp_path / "ref").write_bytes(lines([{"k": 1}, {"k": 3}, {"k": 9}]))
    (said,) = sel("eval cut --where v>4 --against ref --on k", ROWS).records
    assert (said["records"], said["censored"], said["censored_reference"]) == (3, 1, 1)
    assert (said["selected"], said["reference"], said["both"]) == (2, 1, 1)
    assert said["unmatched"] == 1


def test_by_coordinates(sel, tmp_path):
    there = [{"x": 0.1, "y": 0.1}, {"x": 0.2, "y": 0}, {"x": None, "y": 0}]
    (tmp_path / "ref").write_bytes(lines(there))
    command = "eval cut --where v>4 --against ref --near x,y --within 0.3"
    (said,) = sel(command, ROWS).records
    assert (said["reference"], said["both"]) == (1, 1)
    assert (said["unmatched"], said["without_coordinates"]) == (1, 1)


def test_partners_by_brute_force():
    rng = np.random.RandomState(0)
    ours, theirs = rng.uniform(size=(60, 2)), rng.uniform(size=(50, 2))
    pairs = sorted(
        (np.hypot(*(a - b)), i, j)
        for i, a in enumerate(ours)
        for j, b in enumerate(theirs)
    )
    known, taken = np.full(60, -1), set()
    for apart, i, j in pairs:
        if apart <= 0.05 and known[i] < 0 and j not in taken:
            known[i] = j
            taken.add(j)
    assert _crossmatch.matched(ours, theirs, 0.05).tolist() == known.tolist()
    assert (known >= 0).any()


def test_edges_make_bins(sel):
    command = (
        "eval cut --where v>0 --reference v>4 --bin x --edges 0.5,1.5 --on-error skip"
    )
    names = [r["bin"] for r in sel(f"{command} --max-errors 9", ROWS).records]
    assert names == ["all", "..0.5", "0.5..1.5", "none"]


def test_faults(sel):
    for options in (
        "--reference v>4",
        "--where v>4",
        "--where v>4 --against ref",
        "--where v>4 --against ref --on k --near x",
        "--where v>4 --reference v>4 --edges 2,1 --bin x",
        "--by v --reference v>4 --efficiency 2",
    ):
        sel(f"eval cut {options}", ROWS[:2], code=2)
    assert (
        "no record can be judged"
        in sel("eval cut --where w>4 --reference v>4", ROWS[:2], code=3).err
    )


def test_no_records(sel):
    (said,) = sel("eval cut --where v>4 --reference v>4", b"").records
    assert said["records"] == 0 and said["purity"] is None
    (said,) = sel("eval cut --by v --reference v>4", b"").records
    assert said["threshold"] is None


def test_the_area_under_the_curve():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 12, 90).astype(float)  # with ties
    truth = rng.uniform(size=90) < 0.2 + scores / 20
    found = areas.area(scores, truth)
    high, low = scores[truth], scores[~truth]
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    assert found["auc"] == pytest.approx(wins.mean())
    # DeLong's variance, from the placements themselves.
    one, other = wins.mean(axis=1), wins.mean(axis=0)
    spread = one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)
    assert found["auc_high"] - found["auc"] == pytest.approx(1.959964 * spread**0.5)
    assert areas.area(scores, np.ones(90, bool))["auc"] is None
    assert areas.area(-scores, truth)["auc"] == pytest.approx(1 - wins.mean())


def test_the_interval_of_the_area_holds_it():
    rng, inside = np.random.default_rng(1), 0
    for _ in range(300):
        scores = rng.normal(size=120)
        truth = np.arange(120) < 60
        scores[truth] += 1  # the area is the normal distribution at 1 / sqrt(2)
        found = areas.area(scores, truth)
        inside += found["auc_low"] <= 0.7602499 <= found["auc_high"]
    assert 0.92 < inside / 300 < 0.98


def test_signals_against_pages_that_people_judged(sel, tmp_path):
    for name in ("quality.jsonl.zst", "wiki.jsonl.zst"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    fit = "--target wiki.jsonl.zst --min-length 1"
    scored = sel("score length --unit words --as words quality.jsonl.zst").out
    scored = sel(f"score dsir {fit} --per-token --as like", scored).out
    scored = sel(f"score dsir {fit} --as whole", scored).out
    scored = sel("score random", scored).out
    found = {}
    for name in ("words", "like", "whole", "random"):
        command = ["eval", "cut", "--by", name, "--reference", "label == 1"]
        (found[name],) = sel(command, scored).records
    assert found["words"]["auc"] == pytest.approx(0.763, abs=0.001)
    assert found["like"]["auc_low"] > 0.5
    # The sum over all n-grams falls with the length, and people keep long pages.
    assert found["whole"]["auc_high"] < 0.5
    assert found["random"]["auc"] == pytest.approx(0.445, abs=0.001)
    unanimous = ["eval", "cut", "--by", "words", "--reference", "label == 1"]
    clear = sel("pick where unanimous", scored).out
    assert sel(unanimous, clear).records[0]["auc"] > 0.8
