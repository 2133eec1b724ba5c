"""Effects of treatments: double robustness, coverage, the naive difference, refusals."""

import numpy as np
import pytest

import sel as library
from sel.errors import DataError, OptionError
from sel.eval import _nuisance, effect
from sel.maths.random.noise import SeededNoise
from sel.types import Trial


def made(n, seed, truth=1.0, curved=False):
    """A trial in which x decides both; the naive difference is wrong by more than 1."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    shape = x[:, 0] ** 2 - 1 if curved else x[:, 0]
    treated = rng.random(n) < 1 / (1 + np.exp(-1.5 * shape))
    outcomes = 2 * shape + x[:, 1] + truth * treated + rng.normal(size=n)
    return Trial(treated, outcomes, x)


def estimated(trial, **options):
    return effect.measure(trial, SeededNoise(0), **options)


def test_an_effect_that_is_confounded():
    naive, robust = estimated(made(4_000, 1))
    assert naive["low"] > 1.5
    assert robust["low"] < 1 < robust["high"]
    assert robust["high"] - robust["low"] < 0.4
    assert naive["treated"] + naive["untreated"] == 4_000


def test_the_interval_covers_no_effect_in_95_of_100():
    trials = (made(400, seed, truth=0.0) for seed in range(200))
    lines = [estimated(trial)[1] for trial in trials]
    covered = sum(line["low"] < 0 < line["high"] for line in lines)
    assert 180 <= covered <= 199


@pytest.mark.parametrize("right", ["outcome", "treatment"])
def test_either_model_is_enough(right):
    """A wrong model of the one does no harm beside a right one of the other."""
    wrong = {"outcome": "treatment", "treatment": "outcome"}[right]
    lines = estimated(made(20_000, 3), min_max=True)[1:]
    found = {
        (line[f"{right}_model"], line[f"{wrong}_model"]): line["effect"]
        for line in lines
    }
    assert found["linear", "constant"] == pytest.approx(1, abs=0.1)
    assert abs(found["constant", "constant"] - 1) > 1


def test_the_pair_that_moves_least_is_right_where_lines_are_wrong():
    lines = estimated(made(20_000, 4, curved=True), min_max=True)[1:]
    assert len(lines) == 9
    (taken,) = [line for line in lines if line["taken"]]
    assert taken["effect"] == pytest.approx(1, abs=0.15)
    assert "quadratic" in (taken["outcome_model"], taken["treatment_model"])
    effects = np.array([line["effect"] for line in lines]).reshape(3, 3)
    i, j = 0, 1
    near = np.concatenate([effects[i], effects[:, j]])
    assert lines[3 * i + j]["moves"] == pytest.approx(
        np.abs(near - effects[i, j]).max()
    )


def test_without_covariates_it_is_the_difference_of_the_means():
    trial = made(300, 5)
    naive, robust = estimated(Trial(trial.treated, trial.outcomes, np.empty((300, 0))))
    assert robust["effect"] == pytest.approx(naive["effect"], rel=1e-12)
    assert robust["ess_treated"] == pytest.approx(naive["treated"])


def test_the_models_are_those_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    trial = made(500, 6)
    rows = _nuisance.standard(trial.covariates)
    theirs = linear_model.LogisticRegression(C=1.0, tol=1e-10).fit(rows, trial.treated)
    ours = _nuisance.chance(rows, trial.treated, rows)
    assert np.allclose(ours, theirs.predict_proba(rows)[:, 1], atol=1e-6)
    ridge = linear_model.Ridge(1.0).fit(rows, trial.outcomes)
    assert np.allclose(
        _nuisance.expected(rows, trial.outcomes, rows), ridge.predict(rows)
    )


def test_a_treatment_that_a_covariate_decides_is_said():
    trial = made(400, 7)
    x = np.where(trial.treated, 1.0, -1.0)[:, None]
    line = estimated(Trial(trial.treated, trial.outcomes, x))[1]
    assert line["outside"] == 1
    assert np.isfinite(line["effect"])


@pytest.mark.parametrize("unit", [1e-200, 1e200, 1e305])
def test_a_unit_of_a_covariate_makes_no_difference(unit):
    trial = made(400, 7)
    scaled = Trial(trial.treated, trial.outcomes, trial.covariates * unit)
    assert estimated(scaled)[1]["effect"] == pytest.approx(
        estimated(trial)[1]["effect"]
    )


def test_an_outcome_is_right_or_wrong():
    trial = made(200, 8)
    right = (trial.outcomes > 0).tolist()
    x = trial.covariates[:, 0].tolist()
    rows = [
        {"ok": bool(t), "right": r, "x": x}
        for t, r, x in zip(trial.treated, right, x, strict=True)
    ]
    asked = {"treatment": "ok", "outcome": "right", "covariates": "x"}
    told = library.evaluate("effect", rows, **asked)
    as_numbers = [{**row, "right": int(row["right"])} for row in rows]
    assert told == library.evaluate("effect", as_numbers, **asked)


def test_from_records(sel):
    trial = made(200, 8)
    rows = [
        {"ok": bool(t), "y": float(y), "x": x[0], "z": x[1]}
        for t, y, x in zip(
            trial.treated, trial.outcomes, trial.covariates.tolist(), strict=True
        )
    ]
    rows[0]["y"] = None
    rows[1]["x"] = None
    words = "eval effect --treatment ok --outcome y --covariates x,z"
    run = sel(words, rows)
    naive, robust = run.records
    assert naive["treated"] + naive["untreated"] == 198
    again = library.evaluate(
        "effect", rows, treatment="ok", outcome="y", covariates="x,z"
    )
    assert again[1]["effect"] == robust["effect"]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"treatment": "y > 100"}, DataError, "none of the"),
        ({"folds": 1}, OptionError, "folds"),
        ({"folds": 40}, DataError, "too few"),
        ({"clip": 0.5}, OptionError, "clip"),
    ],
)
def test_refusals(options, error, words):
    trial = made(100, 9)
    rows = [
        {"ok": bool(t), "y": float(y)}
        for t, y in zip(trial.treated, trial.outcomes, strict=True)
    ]
    given = {"treatment": "ok", "outcome": "y"} | options
    with pytest.raises(error, match=words):
        library.evaluate("effect", rows, **given)
