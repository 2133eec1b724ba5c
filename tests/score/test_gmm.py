"""Gaussian mixtures against recorded memberships, and from a shell."""

import numpy as np
import orjson
import pytest

from sel.maths.expression import numeric
from sel.maths.random.noise import SeededNoise
from sel.score import _mixtures, gmm
from sel.score._mixtures import Mixture
from tests.conftest import GOLDEN, lines

FOLDER = GOLDEN / "catalogue"
TABLE = [orjson.loads(line) for line in (FOLDER / "table.jsonl").open("rb")]
ROWS = np.array([[one["u_v"], one["v_j"], one["nuv_u"]] for one in TABLE])
ERRORS = np.repeat([[one["e"]] for one in TABLE], 3, axis=1)
FEATURES = "--features u_v,v_j,nuv_u"


@pytest.fixture(scope="module")
def recorded():
    return np.load(FOLDER / "gmm.npz")


@pytest.fixture
def table(tmp_path):
    (tmp_path / "table.jsonl").write_bytes((FOLDER / "table.jsonl").read_bytes())
    members = [one for one in TABLE if one["reference"]]
    (tmp_path / "members.jsonl").write_bytes(lines(members[:20]))
    return tmp_path


def known(recorded, member=1):
    parts = (recorded[name] for name in ("weights", "means", "covariances"))
    return gmm.Members(*parts, member)


@pytest.mark.parametrize("errors", [None, ERRORS])
def test_memberships_are_those_recorded(recorded, errors):
    name = "membership" if errors is None else "membership_with_errors"
    said = gmm.score(ROWS, errors, known(recorded))
    np.testing.assert_allclose(said[""], recorded[name], atol=1e-6)
    every = gmm.score(ROWS, errors, known(recorded, -1))[""]
    np.testing.assert_allclose(every.sum(axis=1), 1)
    np.testing.assert_array_equal(every[:, 1], said[""])


def test_the_quality_of_memberships_is_that_recorded(recorded):
    expected = orjson.loads((FOLDER / "expected.json").read_bytes())["gmm"]
    truth = np.array([one["reference"] for one in TABLE])
    for name, errors in (("membership", None), ("membership_with_errors", ERRORS)):
        chance = gmm.score(ROWS, errors, known(recorded))[""]
        for cut in (0.1, 0.5, 0.9):
            chosen, wanted = chance > cut, expected[f"{name}>{cut}"]
            assert chosen.sum() == wanted["n_selected"]
            assert (chosen & truth).sum() == wanted["n_both"]
    density = gmm.score(ROWS, None, known(recorded))["density"]
    assert density.mean() == pytest.approx(expected["mean_loglik"], abs=1e-6)


def test_em_stays_where_the_recorded_fit_ended(recorded):
    start = Mixture(*(recorded[n] for n in ("weights", "means", "covariances")))
    found, height = _mixtures.em(ROWS, start)
    np.testing.assert_allclose(found.weights, start.weights, atol=1e-4)
    np.testing.assert_allclose(found.means, start.means, atol=1e-4)
    np.testing.assert_allclose(found.covariances, start.covariances, atol=1e-4)
    assert height == pytest.approx(-1.6078672494, abs=1e-6)


def test_em_comes_to_the_recorded_fit_from_nearby(recorded):
    rng = np.random.default_rng(0)
    start = Mixture(
        np.full(3, 1 / 3),
        recorded["means"] + rng.normal(size=(3, 3)) * 0.05,
        np.stack([np.cov(ROWS.T) / 3] * 3),
    )
    found, _ = _mixtures.em(ROWS, start)
    np.testing.assert_allclose(found.means, recorded["means"], atol=1e-4)
    np.testing.assert_allclose(found.weights, recorded["weights"], atol=1e-4)


def test_it_rises_at_every_step():
    start = Mixture(np.full(2, 0.5), ROWS[:2], np.stack([np.cov(ROWS.T)] * 2))
    heights = [_mixtures.em(ROWS, start, rounds)[1] for rounds in range(1, 30)]
    assert np.all(np.diff(heights) >= 0)


@pytest.mark.parametrize("seed", [0, 1])
def test_what_was_drawn_is_found(seed):
    rng = np.random.default_rng(seed)
    near, far = rng.normal(size=(700, 2)), rng.normal([7, -5], [1, 3], size=(300, 2))
    rows = np.vstack([near, far])[rng.permutation(1000)]
    found = _mixtures.fit(rows, 2, 10, SeededNoise(seed))
    np.testing.assert_allclose(found.weights, [0.7, 0.3], atol=0.01)
    np.testing.assert_allclose(found.means, [[0, 0], [7, -5]], atol=0.35)
    np.testing.assert_allclose(found.covariances[1].diagonal(), [1, 9], rtol=0.25)


def test_density_by_hand():
    one = Mixture(np.ones(1), np.array([[1.0]]), np.array([[[4.0]]]))
    by_hand = -0.5 * (3 - 1) ** 2 / 4 - 0.5 * np.log(2 * np.pi * 4)
    assert _mixtures.densities(np.array([[3.0]]), one)[0, 0] == pytest.approx(by_hand)
    wider = _mixtures.densities(np.array([[3.0]]), one, np.array([[3.0]]))[0, 0]
    by_hand = -0.5 * (3 - 1) ** 2 / 13 - 0.5 * np.log(2 * np.pi * 13)
    assert wider == pytest.approx(by_hand)


def test_scale_does_not_matter():
    scaled = ROWS * [1000, 0.01, 3] + [5, -7, 100]
    a, b = (_mixtures.fit(rows, 3, 10, SeededNoise(3)) for rows in (ROWS, scaled))
    np.testing.assert_allclose(a.weights, b.weights, atol=1e-4)
    np.testing.assert_allclose(
        a.means * [1000, 0.01, 3] + [5, -7, 100], b.means, rtol=1e-3
    )


def test_samples_add_up():
    whole = gmm.collect(ROWS)
    parts = gmm.collect(ROWS[:100]) + gmm.collect(ROWS[100:])
    np.testing.assert_array_equal(whole.rows, parts.rows)
    assert len(gmm.collect(np.array([[1.0, np.nan], [1, 2]])).rows) == 1


# From a shell


def test_targets_name_the_component(sel, table):
    command = f"score gmm {FEATURES} --seed 3 --target members.jsonl table.jsonl"
    records = sel(f"{command} --save s.npz").records
    truth = np.array([one["reference"] for one in TABLE])
    chosen = np.array([one["gmm"] for one in records]) > 0.5
    assert (chosen & truth).sum() / truth.sum() > 0.9
    assert (chosen & truth).sum() / chosen.sum() > 0.8
    again = sel(f"score gmm {FEATURES} --load s.npz table.jsonl -j 1")
    assert again.records == records
    two = sel(f"score gmm {FEATURES} --load s.npz --component 0 table.jsonl").records
    every = sel(f"score gmm {FEATURES} --seed 3 table.jsonl").records
    assert [one["gmm"] for one in two] == [one["gmm"][0] for one in every]
    wider = sel(f"score gmm {FEATURES} --errors e --load s.npz table.jsonl").records
    assert wider != records


def test_expressions_and_nulls(sel, table):
    records = [*({**one, "far": one["u_v"] + one["v_j"]} for one in TABLE)]
    records[4]["far"] = None
    (table / "more.jsonl").write_bytes(lines(records))
    command = ["score", "gmm", "--features", "far - v_j, v_j", "more.jsonl"]
    found = sel([*command, "--components", "2"]).records
    assert found[4]["gmm"] == [None, None] and found[4]["gmm_density"] is None
    plain = sel("score gmm --features u_v,v_j --components 2 more.jsonl").records
    assert found[0]["gmm"] == pytest.approx(plain[0]["gmm"], abs=0.01)


def test_numbers_of_records():
    assert numeric("a - b")({"a": 3, "b": 1}) == 2
    assert numeric("-a")({"a": 3}) == -3
    assert np.isnan(numeric("a - b")({"a": None, "b": 1}))


def test_bad_input(sel, table):
    bad = "score gmm table.jsonl"
    assert "--features" in sel(bad, code=2).err
    run = sel(f"{bad} --features u_v,nothing", code=3)
    assert "table.jsonl:1: field 'nothing' is missing" in run.err
    assert "is not a number" in sel(f"{bad} --features u_v,bin", code=3).err
    assert "--errors" in sel(f"{bad} {FEATURES} --errors e,e", code=2).err
    assert "--component" in sel(f"{bad} {FEATURES} --component 3", code=2).err
    assert "comma" in sel(f"{bad} --features u_v,", code=2).err
    assert "too few" in sel(f"score gmm {FEATURES}", TABLE[:9], code=3).err
    sel(f"{bad} {FEATURES} --save s.npz")
    run = sel(f"{bad} --features u_v,v_j --load s.npz", code=2)
    assert "was fitted to --features u_v,v_j,nuv_u, not u_v,v_j" in run.err
    assert (
        "one of them"
        in sel(f"{bad} {FEATURES} --load s.npz --target members.jsonl", code=2).err
    )
