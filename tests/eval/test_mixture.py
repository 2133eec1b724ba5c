"""Laws of mixtures: RegMix's runs, olmix's law, by brute force, and from a shell."""

import csv

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import DataError, UsageError
from sel.eval import _laws, _proposals, _proposer, mixture
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics.agreement import spearman
from tests.conftest import GOLDEN, lines

FIT = GOLDEN / "mixture_fit"
EXPECTED = orjson.loads((FIT / "expected.json").read_bytes())
PRIOR = np.array(EXPECTED["prior"]) / sum(EXPECTED["prior"])
STORED = np.load(FIT / "log_linear_params.npy")
LAW = _laws.Law("log-linear", STORED[:, 0], STORED[:, 1:])
COUNTS = np.full(13, 1 / 13)
NONE, ALL = np.zeros(17), np.ones(17)


def table(name):
    with (FIT / name).open() as file:
        rows = list(csv.reader(file))
    return np.array(rows[1:], float)[:, 1:]


TRAIN = table("train_mixture_1m.csv"), table("train_pile_loss_1m.csv")
TEST = table("test_mixture_1m.csv"), table("test_pile_loss_1m.csv")


@pytest.mark.parametrize(
    ("kind", "rank", "size"), [("linear", 1e-6, 1e-5), ("log-linear", 0.003, 0.02)]
)
def test_laws_of_the_runs_of_regmix(kind, rank, size):
    said = EXPECTED[kind.replace("-", "_")]
    predicted = _laws.fit(kind, *TRAIN).predict(TEST[0])
    found = [spearman(a, b) for a, b in zip(predicted.T, TEST[1].T, strict=True)]
    assert found == pytest.approx(said["spearman"], abs=rank)
    errors = np.sqrt(((predicted - TEST[1]) ** 2).mean(axis=0))
    assert errors == pytest.approx(said["rmse"], rel=size)


def test_no_fit_is_worse_than_the_recorded_one():
    ours = _laws.fit("log-linear", *TRAIN).predict(TRAIN[0])
    theirs = LAW.predict(TRAIN[0])
    for one, other, y in zip(ours.T, theirs.T, TRAIN[1].T, strict=True):
        assert _laws.huber(one - y) <= _laws.huber(other - y) * (1 + 1e-4)


@pytest.mark.parametrize("name", ["kl_0.05", "kl_0.5", "kl_0.05_caps_4x"])
def test_the_best_mixture_of_the_recorded_laws(name):
    said = EXPECTED["exact"][name]
    high = np.minimum(4 * PRIOR, 1) if "caps" in name else ALL
    kl = 0.5 if name == "kl_0.5" else 0.05
    x = _proposer.best(_proposer.Goal.of(LAW, COUNTS, PRIOR, kl), NONE, high)
    assert x == pytest.approx(said["x"], abs=1e-4)
    goal = COUNTS @ np.exp(LAW.exponents @ x) + kl * _proposer.divergence(x, PRIOR)
    assert goal == pytest.approx(said["objective"], abs=1e-9)
    assert spread(x, kl, NONE, high) < 1e-6


def spread(x, kl, low, high, law=LAW, counts=COUNTS, prior=PRIOR):
    """How unlike the slopes are where a weight is free; those of bounds must fit."""
    slope = (counts * np.exp(law.exponents @ x)) @ law.exponents
    slope = slope + kl * (np.log(np.maximum(x, 1e-10) / prior) + 1)
    free = (x > low + 1e-6) & (x < high - 1e-6)
    middle = slope[free].mean()
    assert (slope[x <= low + 1e-9] > middle - 1e-4).all()
    assert (slope[x >= high - 1e-9] < middle + 1e-4).all()
    return np.ptp(slope[free])


@pytest.mark.parametrize("seed", range(12))
def test_bounds_hold_and_no_free_weight_could_give_to_another(seed):
    luck = np.random.default_rng(seed)
    d, m = int(luck.integers(2, 12)), int(luck.integers(1, 4))
    law = _laws.Law("log-linear", np.zeros(m), luck.normal(0, 1.5, (m, d)))
    prior, counts = luck.dirichlet(np.ones(d)), luck.dirichlet(np.ones(m))
    low = prior * luck.choice([0, 0.3])
    high = np.minimum(prior * float(luck.choice([1.1, 2, 50])), 1)
    kl = float(luck.choice([0.01, 0.1, 1]))
    x = _proposer.best(_proposer.Goal.of(law, counts, prior, kl), low, high)
    assert abs(x.sum() - 1) < 1e-12
    assert (x >= low).all() and (x <= high + 1e-15).all()
    assert spread(x, kl, low, high, law, counts, prior) < 1e-6
    turn = luck.permutation(d)
    turned = _laws.Law("log-linear", law.constants, law.exponents[:, turn])
    other = _proposer.best(
        _proposer.Goal.of(turned, counts, prior[turn], kl), low[turn], high[turn]
    )
    assert other == pytest.approx(x[turn], abs=1e-8)


def test_a_strong_leash_gives_the_prior_and_none_the_optimum():
    for kind in ("log-linear", "linear"):
        law = _laws.Law(kind, STORED[:, 0], STORED[:, 1:])
        x = _proposer.best(_proposer.Goal.of(law, COUNTS, PRIOR, 1e9), NONE, ALL)
        assert x == pytest.approx(PRIOR, abs=1e-6)
    x = _proposer.best(
        _proposer.Goal.of(law, COUNTS, PRIOR, 0.0), NONE, ALL
    )  # of the linear one
    assert x == pytest.approx(np.eye(17)[(COUNTS @ law.exponents).argmin()], abs=1e-6)
    x = _proposer.best(_proposer.Goal.of(law, COUNTS, PRIOR, 0.7), NONE, ALL)
    closed = PRIOR * np.exp(-(COUNTS @ law.exponents) / 0.7)
    assert x == pytest.approx(closed / closed.sum(), abs=1e-7)
    bare = [
        _proposer.best(_proposer.Goal.of(LAW, COUNTS, PRIOR, kl), NONE, ALL)
        for kl in (0, 1e-7)
    ]
    values = [COUNTS @ np.exp(LAW.exponents @ one) for one in bare]
    assert values[0] == pytest.approx(values[1], abs=1e-6)
    luck = np.random.default_rng(0).dirichlet(ALL, 2000)
    assert values[0] < (np.exp(luck @ LAW.exponents.T) @ COUNTS).min()


def test_a_law_is_found_again():
    luck = np.random.default_rng(0)
    x = luck.dirichlet(np.ones(4), 60)
    true = _laws.Law("log-linear", np.log([1.5]), np.array([[0.2, -0.5, 1.0, 0.4]]))
    found = _laws.fit("log-linear", x, true.predict(x))
    assert found.constants == pytest.approx(true.constants, abs=1e-4)
    assert found.exponents == pytest.approx(true.exponents, abs=1e-3)


def literal(luck, times):
    """The released procedure, line by line."""
    base = PRIOR**0.5 / (PRIOR**0.5).sum()
    for _ in range(times):
        strength = luck.choice(np.logspace(np.log10(0.1), np.log10(5.0), 15))
        drawn = luck.dirichlet(base * strength)
        if (drawn > np.minimum(PRIOR * 15, 1)).any():
            continue
        drawn = np.where(drawn < 2e-4, 0, drawn)
        yield np.round(drawn / drawn.sum() / 2e-4) * 2e-4


def test_proposals_keep_the_rules_of_regmix():
    luck = np.random.default_rng(0)
    drawn = _proposals.regmix(PRIOR, 200, luck)
    assert drawn.shape == (200, 17)
    assert np.abs(drawn.sum(axis=1) - 1).max() < 1e-12
    units = drawn / 2e-4
    assert np.abs(units - np.rint(units)).max() < 1e-9
    assert (drawn <= np.minimum(15 * PRIOR, 1) + 2e-2).all()
    assert len(np.unique(drawn, axis=0)) == 200
    theirs = np.array(list(literal(np.random.RandomState(0), 2500)))
    theirs = np.unique(theirs.round(6), axis=0)
    many = _proposals.regmix(PRIOR, 1500, luck)
    assert many.mean(axis=0) == pytest.approx(theirs.mean(axis=0), abs=0.03)
    zeros = (many == 0).mean(), (theirs == 0).mean()
    assert zeros[0] == pytest.approx(zeros[1], abs=0.04)
    plain = _proposals.dirichlet(PRIOR * 1.0, 4000, luck)
    assert plain.mean(axis=0) == pytest.approx(PRIOR, abs=0.03)


def test_if_there_are_too_few_mixtures_it_is_said():
    luck = np.random.default_rng(0)
    with pytest.raises(DataError, match="only 1 unlike mixtures"):
        _proposals.regmix(np.ones(1), 5, luck)
    drawn = _proposals.regmix(np.array([0.5, 0, 0.5]), 20, luck)
    assert not drawn[:, 1].any() and len(drawn) == 20


def runs(n=40, seed=0, low=0.02):
    """Runs of a law that is known, over three domains."""
    luck = np.random.default_rng(seed)
    x = luck.dirichlet(np.ones(3), n) * (1 - 3 * low) + low
    loss = 1.5 + np.exp(x @ [0.8, -0.2, 0.6]) + luck.normal(0, 0.001, n)
    names = ("a", "b", "c")
    weights = [dict(zip(names, row, strict=True)) for row in x.tolist()]
    return [
        {"weights": one, "loss": y, "other": 9 - y}
        for one, y in zip(weights, loss.tolist(), strict=True)
    ]


def test_the_weights_and_how_well_the_law_holds():
    rows = library.evaluate("mixture", runs(), target="loss", kl=0.6)
    *domains, target = rows
    weights = {row["domain"]: row["weight"] for row in domains}
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)
    assert max(weights, key=weights.get) == "b"
    assert target["r2"] > 0.99 and target["spearman"] > 0.98
    assert target["predicted"] < target["at_prior"]
    x = np.array([weights[name] for name in "abc"])
    assert target["predicted"] == pytest.approx(
        1.5 + np.exp(x @ [0.8, -0.2, 0.6]), abs=0.01
    )


def test_columns_and_scales_of_weights_do_not_matter(sel, tmp_path):
    known = runs()
    (tmp_path / "a.jsonl").write_bytes(lines(known))
    names = "abc"
    head = ",".join([*(f"train_{name}" for name in names), "loss"])
    body = [
        [*(7 * row["weights"][name] for name in names), row["loss"]] for row in known
    ]
    table = "\n".join([head, *(",".join(map(repr, row)) for row in body), ""])
    (tmp_path / "a.csv").write_text(table)

    def weights(words):
        found = sel(f"eval mixture --target loss --kl 0.6 -q {words}").records
        return {row["domain"]: row["weight"] for row in found if "domain" in row}

    first = weights("a.jsonl")
    assert weights("--weights train_* a.csv") == pytest.approx(first, abs=1e-9)
    several = weights("--weights train_a,train_b,train_c a.csv")
    assert list(several.values()) == pytest.approx(list(first.values()), abs=1e-9)


def test_caps_epochs_and_the_prior(sel, tmp_path):
    tokens = {"a": 1000, "b": 100, "c": 500}
    (tmp_path / "tokens.json").write_bytes(orjson.dumps(tokens))
    words = "eval mixture --target loss --prior tokens.json --outside allow --budget 1k"
    run = sel(f"{words} --max-repeats 2 --summary said.json", runs())
    found = {row["domain"]: row for row in run.records[:3]}
    assert found["b"]["weight"] == pytest.approx(0.2, abs=1e-6)
    assert found["b"]["epochs"] == pytest.approx(2, abs=1e-5)
    assert found["a"]["prior"] == pytest.approx(0.625)
    said = orjson.loads((tmp_path / "said.json").read_bytes())
    assert 0 < said["effective"] <= 1 and said["divergence"] > 0 and said["runs"] == 40
    said = sel(f"{words[:-2]}10k --max-repeats 1", runs(), code=2).err
    assert "the caps allow for 0.16 of the mixture" in said
    said = sel("eval mixture --target loss --max-repeats 1", runs(), code=2).err
    assert "--max-repeats goes with --budget" in said
    (tmp_path / "tokens.json").write_bytes(b'{"a": 1, "b": 2}')
    said = sel("eval mixture --target loss --prior tokens.json", runs(), code=3).err
    assert "tokens.json has nothing for 'c'" in said


def test_a_domain_of_which_there_is_nothing_gets_nothing(tmp_path):
    (tmp_path / "prior.json").write_text('{"a": 1, "b": 0, "c": 3}')
    for outside in ("bound", "allow"):
        given = {"target": "loss", "outside": outside, "prior": tmp_path / "prior.json"}
        a, b, c, _ = library.evaluate("mixture", runs(low=0.1), **given)
        assert b["weight"] == 0 and a["weight"] + c["weight"] == pytest.approx(1)


def test_losses_of_any_size_end_in_numbers():
    for scale in (1e-90, 1e-9, 1e9, 1e90):
        some = [{**row, "loss": row["loss"] * scale} for row in runs()]
        for law in ("linear", "log-linear"):
            found = library.evaluate(
                "mixture", some, target="loss", law=law, outside="allow"
            )
            assert sum(row["weight"] for row in found[:3]) == pytest.approx(1)


def test_weights_outside_the_range_are_refused():
    narrow = runs(low=0.2)
    with pytest.raises(UsageError, match=r"best weight of 'b' would be 1, and"):
        library.evaluate("mixture", narrow, target="loss", kl=0.0)
    bound = library.evaluate("mixture", narrow, target="loss", kl=0.0, outside="bound")
    for row in bound[:3]:
        assert row["least_seen"] <= row["weight"] <= row["most_seen"] + 1e-15
    free = library.evaluate("mixture", narrow, target="loss", kl=0.0, outside="allow")
    assert free[1]["weight"] > 0.99


def test_several_targets_count_as_they_are_told():
    free = {"law": "linear", "outside": "allow"}
    both = library.evaluate("mixture", runs(), target="loss:3,other", **free)
    assert [row["counts"] for row in both[3:]] == [3, 1]
    alone = library.evaluate("mixture", runs(), target="loss", kl=0.1, **free)
    # a and its opposite, 3 to 1, are half of it: so is the leash.
    for one, other in zip(both[:3], alone[:3], strict=True):
        assert one["weight"] == pytest.approx(other["weight"], abs=1e-6)
    score = [{**row, "score": -row["loss"]} for row in runs()]
    high = library.evaluate(
        "mixture", score, target="score", kl=0.1, highest=True, **free
    )
    assert high[1]["weight"] == pytest.approx(alone[1]["weight"], abs=1e-9)
    assert high[3]["predicted"] == pytest.approx(-alone[3]["predicted"])


def test_mixtures_to_be_run(sel, tmp_path):
    (tmp_path / "t.csv").write_text("domain,tokens\na,300\nb,100\nc,600\n")
    words = "eval mixture --propose 6 --prior t.csv -q"
    found = sel(words).records
    assert [row["run"] for row in found] == list(range(6))
    for row in found:
        assert set(row["weights"]) == set("abc")
        assert sum(row["weights"].values()) == pytest.approx(1, abs=1e-12)
    assert sel(words).records == found != sel(f"{words} --seed 1").records
    plain = sel(f"{words} --proposals dirichlet").records
    assert len(plain) == 6 and plain != found
    assert "goes with --prior" in sel("eval mixture --propose 6", code=2).err
    assert "reads none" in sel(f"{words} t.csv", code=2).err


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"loss": 1}, "field 'weights' is missing"),
        ({"loss": 1, "weights": [1, 2]}, "not an object of weights"),
        ({"loss": 1, "weights": {}}, "not an object of weights"),
        ({"loss": 1, "weights": {"a": -1}}, "the weight of 'a' is -1"),
        ({"loss": 1, "weights": {"a": None}}, "the weight of 'a' is None"),
        ({"loss": 1, "weights": {"a": "x"}}, "'a' is a string, not a number"),
        ({"loss": 1, "weights": {"a": 0}}, "no weight of the run is above 0"),
        ({"loss": "1", "weights": {"a": 1}}, "field 'loss' is a string"),
        ({"weights": {"a": 1}}, "field 'loss' is missing"),
        ({"weights": {"a": 1}, "loss": 1e308}, "which is too large to be reckoned"),
    ],
)
def test_runs_that_are_none_are_bad_lines(record, words):
    with pytest.raises(DataError, match=words):
        library.evaluate("mixture", [*runs(), record], target="loss")
    given = {"target": "loss", "kl": 1.0, "on_error": "skip"}
    assert len(library.evaluate("mixture", [record, *runs()], **given)) == 4


def test_what_cannot_be_fitted_is_said():
    for options, error, words in (
        ({"target": "loss"}, DataError, "4 runs are too few for 3 domains"),
        ({"target": "gone"}, DataError, "field 'gone' is missing"),
        ({}, UsageError, "give target FIELD"),
        ({"target": "loss:0"}, UsageError, "fields, with how much each counts"),
        ({"target": "loss", "highest": True}, UsageError, "Try: law linear"),
        ({"target": "loss", "weights": "a*,b"}, UsageError, "one pattern"),
    ):
        with pytest.raises(error, match=words):
            library.evaluate("mixture", runs(4), **options)
    with pytest.raises(DataError, match="losses above 0"):
        library.evaluate("mixture", [{**r, "loss": -1} for r in runs()], target="loss")
    null = [{**row, "loss": None} for row in runs()]
    with pytest.raises(DataError, match="no run with weights and all of"):
        library.evaluate("mixture", null, target="loss")
    flat = [{**row, "loss": 2.0} for row in runs()]
    *_, target = library.evaluate("mixture", flat, target="loss")
    assert target["r2"] is None and target["predicted"] == pytest.approx(2, abs=1e-3)


def test_the_folds_are_left_out():
    luck = np.random.default_rng(0)
    noise = luck.normal(10, 1, (30, 1))
    x = luck.dirichlet(np.ones(6), 30)
    given = {"law": "linear", "kl": 1.0, "outside": "allow"}
    runs_ = _laws.Runs("abcdef", x, {"y": 1.0}, noise)
    rows, _ = mixture.measure(runs_, None, SeededNoise(0), **given)
    inside = _laws.fit("linear", x, noise).predict(x)
    whole = ((noise - noise.mean()) ** 2).sum()
    assert rows[-1]["r2"] < 0 < 0.05 < 1 - ((inside - noise) ** 2).sum() / whole
