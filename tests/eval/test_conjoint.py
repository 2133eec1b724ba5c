"""Mixtures of attributes: the recorded solutions, a grid, two players, refusals."""

from itertools import product

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import DataError, UsageError
from sel.eval import _attributes
from tests.conftest import GOLDEN

FIXTURE = GOLDEN / "mixture"
SAID = orjson.loads((FIXTURE / "expected.json").read_bytes())
ROWS = str(FIXTURE / "rows.jsonl")
GIVEN = {"attributes": "source,length", "outcome": "y"}


def solved(**options):
    *levels, last = library.evaluate("conjoint", ROWS, **(GIVEN | options))
    weights = {}
    for row in levels:
        weights.setdefault(row["attribute"], {})[row["level"]] = row["weight"]
    return weights, last


@pytest.mark.parametrize("name", SAID["solutions"])
def test_the_recorded_solutions(name):
    leash, _, strength = name.partition("_lambda")
    weights, last = solved(**{leash.lower(): float(strength)})
    expected = SAID["solutions"][name]
    for attribute, levels in SAID["levels"].items():
        found = [weights[attribute][level] for level in levels]
        assert found == pytest.approx(expected[attribute], abs=1e-6)
        assert sum(found) == pytest.approx(1, abs=1e-12)
    for ours, theirs in {
        "objective": "objective",
        "model": "Q_model",
        "penalty": "penalty",
        "weighted": "Q_hajek",
    }.items():
        assert last[ours] == pytest.approx(expected[theirs], abs=1e-6)
    assert last["ess"] == pytest.approx(expected["effective_sample_size"], rel=1e-6)
    assert last["observed"] == SAID["mean_outcome"]
    assert last["value_low"] < last["value"] < last["value_high"]


def test_the_coefficients():
    rows = list(map(orjson.loads, (FIXTURE / "rows.jsonl").read_bytes().splitlines()))
    levels = SAID["levels"]
    codes = np.array([[levels[a].index(row[a]) for a in levels] for row in rows])
    y = np.array([float(row["y"]) for row in rows])
    profiles = _attributes.Profiles(codes, levels, y, 2, 1.0, np.arange(len(y)))
    model = _attributes.Design(profiles, np.zeros(len(rows), np.int64)).fit()
    found = [
        model.constant,
        *model.mains[0][1:],
        *model.mains[1][1:],
        *model.pairs[0, 1][1:, 1],
    ]
    assert found == pytest.approx(list(SAID["coefficients"].values()), abs=1e-9)
    cells = [
        [model.value([np.eye(3)[i], np.eye(2)[j]]) for j in (0, 1)] for i in range(3)
    ]
    assert np.array(cells) == pytest.approx(
        np.array(SAID["cell_means_model"]), abs=1e-9
    )
    shares = _attributes.shares(codes, (3, 2))
    assert model.value(shares) == pytest.approx(SAID["Q_at_p"], abs=1e-9)


def model(luck, sizes):
    mains = [luck.normal(0, 1, n) for n in sizes]
    pairs = {
        (a, b): luck.normal(0, 1, (sizes[a], sizes[b]))
        for a in range(len(sizes))
        for b in range(a + 1, len(sizes))
    }
    return _attributes.Model(0.0, mains, pairs)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_no_point_of_a_grid_is_better(seed, squared):
    luck = np.random.default_rng(seed)
    known = model(luck, (2, 2, 2))
    prior = [luck.dirichlet(np.ones(2)) for _ in range(3)]
    leash = _attributes.Leash(float(luck.choice([0.1, 0.5, 2])), squared)
    found = _attributes.Game(known, leash, prior).optimum(prior, range(3))

    def worth(point):
        return known.value(point) - leash.strength * leash.penalty(point, prior)

    grid = [np.array([x, 1 - x]) for x in np.linspace(0, 1, 21)]
    assert worth(found) >= max(map(worth, map(list, product(grid, repeat=3)))) - 1e-9


def test_leashes_without_end_and_without_any():
    weights, last = solved(kl=1e6)
    assert list(weights["source"].values()) == pytest.approx(
        [0.6275, 0.135, 0.2375], abs=1e-5
    )
    assert last["penalty"] < 1e-9 and last["ess"] == pytest.approx(400, abs=0.01)
    weights, _ = solved(kl=0.0)
    assert weights["source"]["code"] == weights["length"]["long"] == 1
    low, lost = solved(kl=0.2, lowest=True)
    assert low["source"]["code"] < 0.135 and lost["model"] < lost["observed"]


def test_two_players_come_to_an_equilibrium():
    luck = np.random.default_rng(0)
    known = model(luck, (3, 3))
    prior = [np.full(3, 1 / 3)] * 2
    for squared, strength in product((False, True), (0.3, 1.0, 3.0)):
        leash = _attributes.Leash(strength, squared)
        found, settled, _ = _attributes.Game(known, leash, prior).equilibrium(1)
        assert settled
        for i, sign in ((0, 1.0), (1, -1.0)):
            best = leash.answer(sign * known.gains(found, i), prior[i])
            assert best == pytest.approx(found[i], abs=1e-6)


def test_players_that_chase_each_other_are_said_not_to_settle():
    pennies = _attributes.Model(
        0.0, [np.zeros(2)] * 2, {(0, 1): np.array([[1.0, -1], [-1, 1]])}
    )
    prior = [np.array([0.4, 0.6])] * 2
    leash = _attributes.Leash(0.0, False)
    assert not _attributes.Game(pennies, leash, prior).equilibrium(1)[1]


def games(n=600, strength=0.8, seed=0):
    """Who wins: ours by a, theirs by x, and a beats x."""
    luck = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        ours, theirs = luck.choice(["a", "b"]), luck.choice(["x", "y"])
        chance = 0.4 + 0.2 * (ours == "a") - 0.2 * (theirs == "x")
        rows.append({"o": ours, "t": theirs, "win": float(luck.random() < chance)})
    return rows


def test_against_is_the_other_player_of_the_same_records():
    given = {"attributes": "o", "against": "t", "outcome": "win", "kl": 0.3}
    *levels, last = library.evaluate("conjoint", games(), **given)
    weights = {row["level"]: row["weight"] for row in levels}
    assert weights["a"] > 0.55 and weights["x"] > 0.55
    assert last["settled"] and last["rounds"] > 1


def test_what_rests_on_too_little_is_refused():
    with pytest.raises(UsageError, match=r"rests on 11\.3 records, and least is 50"):
        solved(kl=0.02, least=50.0)
    with pytest.raises(UsageError, match="two leashes"):
        solved(kl=0.02, l2=1.0)
    with pytest.raises(DataError, match="4 records or groups are too few"):
        library.evaluate("conjoint", games(4), attributes="o", outcome="win")
    with pytest.raises(DataError, match="no record has a number as its win"):
        library.evaluate(
            "conjoint", [{"o": 1, "win": None}], attributes="o", outcome="win"
        )
    for attributes, against in (("o,o", None), ("o", "o"), (",", None)):
        with pytest.raises(UsageError, match="names of fields, each once"):
            library.evaluate(
                "conjoint",
                games(),
                attributes=attributes,
                against=against,
                outcome="win",
            )


def test_records_of_a_person_are_left_out_together():
    given = {"attributes": "o,t", "outcome": "win", "kl": 0.3}
    once = [{**row, "who": i} for i, row in enumerate(games(200))]
    *_, plain = library.evaluate("conjoint", once, **given)
    *_, alone = library.evaluate("conjoint", once, per="who", **given)
    assert alone == plain
    *_, thrice = library.evaluate("conjoint", once * 3, per="who", **given)
    for name in ("value", "value_low", "value_high"):
        assert thrice[name] == pytest.approx(plain[name], abs=1e-9)
    *_, believed = library.evaluate("conjoint", once * 3, **given)
    width = plain["value_high"] - plain["value_low"]
    assert believed["value_high"] - believed["value_low"] < 0.7 * width


def test_pairs_that_no_record_has_are_said():
    rows = [row for row in games() if (row["o"], row["t"]) != ("a", "y")]
    *levels, last = library.evaluate(
        "conjoint", rows, attributes="o,t", outcome="win", kl=0.3
    )
    weights = {row["level"]: row["weight"] for row in levels}
    assert last["unseen"] == pytest.approx(weights["a"] * weights["y"])
    assert solved(kl=0.05)[1]["unseen"] == 0
    many = [{"o": i, "t": i % 70, "win": 1.0} for i in range(80)]
    with pytest.raises(DataError, match="pairs of values are 5,600, more than 4,000"):
        library.evaluate("conjoint", many, attributes="o,t", outcome="win")


def test_odd_values_are_values(sel):
    rows = [{**row, "z": i % 3 or None} for i, row in enumerate(games(300))]
    rows += [{"o": "a", "t": "x", "win": None, "z": 1}]
    run = sel("eval conjoint --attributes o,z --outcome win --kl 0.5", rows)
    assert {row["level"] for row in run.records if row.get("attribute") == "z"} == {
        "null",
        "1",
        "2",
    }
    assert "301 read, 300 kept, 1 dropped" in run.err
    assert (
        "field 'win' is a string"
        in sel(
            "eval conjoint --attributes o --outcome win", [{"o": 1, "win": "x"}], code=3
        ).err
    )
    picked = sel("pick mix - --per o -k 50", run.out, code=2).err
    assert "standard input" in picked
