from itertools import combinations

import numpy as np
import orjson
import pytest

from sel.errors import DataError
from sel.pick import committee
from sel.pick._voting import objectives
from sel.pick._voting.seats import Bound
from tests.conftest import GOLDEN

EXPECTED = orjson.loads((GOLDEN / "multiwinner/expected.json").read_bytes())
RULES = {
    "sntv": "sntv",
    "k-approval": "kapproval",
    "borda": "borda",
    "dcg": "dcg",
    "cc": "cc",
    "cc-approval": "cc_approval",
    "harmonic": "harmonic_borda",
}
every_rule = pytest.mark.parametrize("rule", RULES)
every_profile = pytest.mark.parametrize("profile", EXPECTED["profiles"])
DIS = np.array([group == "dis" for group in EXPECTED["group"]], int)
SOUTH = np.array([group == "south" for group in EXPECTED["second_attribute"]], int)
FIELDS = np.stack([DIS, SOUTH], axis=1)
PROPORTIONAL = [Bound("dis", 0, 1, 2, 5)]
OVERLAPPING = [
    Bound("dis", 0, 1, 1, 5),
    Bound("south", 1, 1, 2, 5),
    Bound("north", 1, 0, 0, 3),
]


def ballots(profile):
    """Scores, shape (items, voters), that rank as the ballots do."""
    found = np.empty((EXPECTED["m"], EXPECTED["n_voters"]))
    for voter, ballot in enumerate(EXPECTED["profiles"][profile]):
        found[ballot, voter] = -np.arange(EXPECTED["m"])
    return found


def elect(profile, rule, bounds, **more):
    scores = ballots(profile)
    ones = np.ones(scores.shape[1])
    return committee.pick(scores, ones, FIELDS, bounds, 5, rule=rule, **more)


@every_profile
@every_rule
def test_the_best_by_an_integer_program(profile, rule):
    for bounds, name in ((), "unconstrained"), (PROPORTIONAL, "constrained_lower"), (OVERLAPPING, "overlapping_attributes"):  # fmt: skip
        found = elect(profile, rule, bounds, exact=True)
        golden = EXPECTED["results"][profile][RULES[rule]][name]
        assert found.score == pytest.approx(golden["score"], abs=1e-9)
        if golden["n_optimal"] == 1:
            assert sorted(found.chosen) == golden["committee"]


@every_profile
@every_rule
def test_greedy_ways(profile, rule):
    for bounds, name in ((), "greedy"), (PROPORTIONAL, "greedy_lower"):
        found = elect(profile, rule, bounds)
        golden = EXPECTED["results"][profile][RULES[rule]][name]
        assert found.score == pytest.approx(golden["score"], abs=1e-9)
        assert sum(found.gains) == pytest.approx(found.score, abs=1e-9)
        if rule in committee.ADDS:
            best = EXPECTED["results"][profile][RULES[rule]]["constrained_lower"]
            if bounds:
                assert found.score == pytest.approx(best["score"], abs=1e-9)


def test_what_the_bounds_cost():
    found = elect("latent", "borda", PROPORTIONAL)
    assert found.price == {"all": 8.0, "dis": 8.0}


def test_points():
    for rule, points in EXPECTED["candidate_points_latent"].items():
        name = next(ours for ours, theirs in RULES.items() if theirs == rule)
        assert elect("latent", name, ()).points == pytest.approx(points, abs=1e-9)


def worth(satisfied, rows, rule):
    chosen = satisfied[list(rows)]
    if rule in committee.COVERS:
        return chosen.max(axis=0).sum()
    if rule == "harmonic":
        return sum(
            x / (i + 1)
            for column in chosen.T
            for i, x in enumerate(sorted(column)[::-1])
        )
    return chosen.sum()


@every_rule
@pytest.mark.parametrize("seed", range(5))
def test_against_all_committees(rule, seed):
    """Exact is the best of all that keep the bounds; greedy keeps them, and is close."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, (9, 3)).astype(float)  # with ties
    groups = rng.integers(0, 3, (9, 2))
    low, high = Bound("a", 0, 0, 1, 4), Bound("b", 1, 1, 0, 2)
    satisfied = committee._satisfied(scores, 4, rule)
    kept = [
        rows
        for rows in combinations(range(9), 4)
        if (groups[list(rows), 0] == 0).sum() >= 1
        and (groups[list(rows), 1] == 1).sum() <= 2
    ]
    if not kept:
        with pytest.raises(DataError):
            committee.pick(scores, np.ones(3), groups, [low, high], 4, rule=rule)
        return
    best = max(worth(satisfied, rows, rule) for rows in kept)
    for exact in (True, False):
        found = committee.pick(
            scores, np.ones(3), groups, [low, high], 4, rule=rule, exact=exact
        )
        assert tuple(sorted(found.chosen)) in kept
        assert found.score == pytest.approx(worth(satisfied, found.chosen, rule))
        assert found.score >= best * (1 - 1e-9 if exact else 0.5)


@every_rule
def test_greedy_is_that_of_looking_at_all(rule, monkeypatch):
    """Fronts and heaps pick as plain loops do, on many records."""
    monkeypatch.setattr(objectives, "FRONT", 7)
    rng = np.random.default_rng(3)
    scores, k = rng.normal(size=(60, 3)), 20
    satisfied = committee._satisfied(scores, k, rule)
    chosen = []
    for _ in range(k):
        rest = [i for i in range(60) if i not in chosen]
        gains = [round(worth(satisfied, [*chosen, i], rule), 9) for i in rest]
        if chosen and max(gains) <= round(worth(satisfied, chosen, rule), 9):
            break
        chosen.append(rest[int(np.argmax(gains))])
    found = committee.pick(scores, np.ones(3), np.empty((60, 0), int), (), k, rule=rule)
    assert found.score == pytest.approx(worth(satisfied, chosen, rule))
    assert len(found.chosen) == k
    if rule not in committee.ADDS:
        assert found.chosen[: len(chosen)] == chosen


def test_stuck_bounds_are_planned_for():
    """The best are English from the web, and German is on the web alone."""
    scores = np.arange(100.0)[::-1, None]
    german = np.arange(100) >= 80
    web = (np.arange(100) < 50) | german
    groups = np.stack([german, web], axis=1).astype(int)
    bounds = [Bound("de", 0, 1, 5, 20), Bound("web", 1, 1, 0, 8)]
    found = committee.pick(scores, np.ones(1), groups, bounds, 20)
    assert sorted(found.chosen) == [0, 1, 2, *range(50, 62), *range(80, 85)]
    assert found.price["web"] > 0 and found.price["de"] > 0
    exact = committee.pick(scores, np.ones(1), groups, bounds, 20, exact=True)
    assert exact.score == found.score


POOL = [
    {
        "id": i,
        "a": i % 7,
        "b": (i * 5) % 11,
        "lang": "de" if i % 9 == 0 else "en",
        "n": {"s": i % 3},
    }
    for i in range(60)
]
COMMAND = "pick committee -k 10 --rank a,b"


def test_bounds_of_the_command_line(sel, tmp_path):
    run = sel(
        f"{COMMAND} --at-least lang=de:0.3 --at-most n.s=*:4 --report r --summary s",
        POOL,
    )
    assert sum(r["lang"] == "de" for r in run.records) >= 3
    sizes = np.bincount([r["n"]["s"] for r in run.records], minlength=3)
    assert sizes.max() <= 4 and len(run.records) == 10
    assert [r["id"] for r in run.records] == sorted(r["id"] for r in run.records)
    summary = orjson.loads((tmp_path / "s").read_bytes())
    assert set(summary["price"]) == {
        "all",
        "--at-least lang=de:0.3",
        "--at-most n.s=*:4",
    }
    report = [orjson.loads(line) for line in (tmp_path / "r").read_bytes().splitlines()]
    assert {
        one["value"]: one["pool"] for one in report if one.get("field") == "lang"
    } == {"de": 7, "en": 53}
    assert report[-1]["price"] == summary["price"]


@pytest.mark.parametrize(
    "bounds,said",
    [
        ("--at-least lang=de:8", "lang=de:8 asks for 8, and there are 7"),
        ("--at-least lang=fr:0.1", "lang=fr:0.1 asks for 1, and there are 0"),
        ("--at-least lang=de:6 --at-least lang=en:6", "ask for 12 of 10 seats"),
        ("--at-most lang=*:0.2", "leave room for 4 of 10"),
        ("--at-least lang=de:5 --at-most lang=de:2", "at least 5, at most 2"),
        (
            "--at-least lang=de:3 --at-most n.s=0:2",
            "lang=de:3 and --at-most n.s=0:2 cannot be kept together",
        ),
    ],
)
def test_bounds_that_cannot_be_kept_are_named(sel, bounds, said):
    run = sel(f"{COMMAND} {bounds}", POOL, code=3)
    assert said in run.err and "Try: other bounds" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("bad", ["lang:3", "lang=de:1.5", "lang=de:x", "lang=de"])
def test_bounds_that_are_none(sel, bad):
    assert "--at-least must be" in sel(f"{COMMAND} --at-least {bad}", POOL, code=2).err


def test_order_ranks_and_reasons(sel):
    run = sel(f"{COMMAND} --order score --ranked --explain 0", POOL)
    assert [r["_rank"] for r in run.records] == list(range(1, 11))
    gains = [r["_gain"] for r in run.records]
    assert gains == sorted(gains, reverse=True)
    assert "row 0 left: a " in run.err and "the least of those taken" in run.err
    first = run.records[0]["id"]
    assert (
        f"row {first} taken as number 1"
        in sel(f"{COMMAND} --explain {first}", POOL).err
    )
    assert "no row 99" in sel(f"{COMMAND} --explain 99", POOL, code=2).err


def test_saturation_is_said(sel):
    run = sel(f"{COMMAND} --rule cc", POOL)
    assert "nothing was gained" in run.err
    assert len(run.records) == 10
    assert "nothing was gained" not in sel(f"{COMMAND} --rule harmonic", POOL).err


def test_order_of_the_input_and_signs(sel):
    run = sel(["pick", "committee", "-k", "1", "--rank", "-a"], [{"a": 3}, {"a": 1}])
    assert run.records == [{"a": 1}]
    ids = {
        r["id"]
        for r in sel(["pick", "committee", "-k", "9", "--rank", "a:2,b"], POOL).records
    }
    mixed = sel(["pick", "committee", "-k", "9", "--rank", "a:2,b"], POOL[::-1]).records
    worth = [2 * r["a"] for r in mixed]
    assert len(ids) == len(worth) == 9


def test_nothing_one_and_nulls(sel):
    assert sel("pick committee -k 3 --rank a", b"").out == b""
    assert sel("pick committee -k 3 --rank a", [{"a": 1}]).records == [{"a": 1}]
    assert sel("pick committee -k 0 --rank a", [{"a": 1}]).records == []
    run = sel(
        "pick committee -k 3 --rank a,b", [{"a": None, "b": None}, {"a": None, "b": 2}]
    )
    assert run.records == [{"a": None, "b": 2}]
    assert "wanted 3" in run.err
    run = sel(
        "pick committee -k 3 --rank a --on-error skip --rule harmonic",
        b'{"a":1}\nx\n{"a":2}\n',
    )
    assert [r["a"] for r in run.records] == [1, 2] and "1 rejected" in run.err


def test_a_bound_on_what_no_record_has_is_said(sel):
    run = sel(f"{COMMAND} --at-most lang=dee:0.1 --at-most lang=en:9", POOL)
    assert "--at-most lang=dee:0.1: no record has this value" in run.err
    assert run.err.count("no record has") == 1
