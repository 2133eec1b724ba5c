"""Forgetting against the numbers of its authors' code, and on digits."""

import numpy as np
import orjson
import pytest
from sklearn.linear_model import LogisticRegression

from sel.errors import DataError, OptionError
from sel.eval import _forgetting, _network, _unlearning, forget
from sel.eval._forgetting import Dampening
from sel.eval._network import Network
from sel.maths.learning.classifiers import Labelled
from sel.maths.random.noise import SeededNoise
from tests.conftest import GOLDEN, lines

RECORDED = orjson.loads((GOLDEN / "ssd/expected.json").read_bytes())
EXPECTED = np.load(GOLDEN / "ssd/expected.npz")
DATA = np.load(GOLDEN / "ssd/data.npz")
PIXELS, CLASS = DATA["X_train"] / 16.0, DATA["y_train"].astype(np.int64)
TEST, TRUTH = DATA["X_test"] / 16.0, DATA["y_test"].astype(np.int64)
NAMES = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
MODEL = Network(tuple(np.load(GOLDEN / "ssd/model.npz")[name] for name in NAMES))
SETTINGS = [name for name in RECORDED["cases"] if "labelfree" not in name]


def ordered(name):
    """Retained rows and then those to forget, as the authors have them."""
    forgotten = np.zeros(len(PIXELS), bool)
    forgotten[RECORDED[f"{name}_forget_rows"]] = True
    return np.argsort(forgotten, kind="stable"), int(forgotten.sum())


def accuracy(network, rows, classes):
    return (network.outputs(rows).argmax(axis=1) == classes).mean()


@pytest.mark.parametrize("name", ["class", "random60"])
@pytest.mark.parametrize("batch", [1, 64])
def test_importances_and_weights_are_those_of_the_authors(name, batch):
    order, count = ordered(name)
    how = Dampening(10, 1, "row" if batch == 1 else "batch", batch)
    found = {"full": how.weighed(MODEL, PIXELS[order], CLASS[order])}
    last = order[-count:]
    found["forget"] = how.weighed(MODEL, PIXELS[last], CLASS[last])
    new = how.of(MODEL, PIXELS[order], CLASS[order], count).network
    found["dampened_a10_l1"] = list(new.layers)
    for kind, arrays in found.items():
        for one, layer in zip(arrays, NAMES, strict=True):
            known = EXPECTED[f"{name}|b{batch}|{kind}|{layer}"]
            np.testing.assert_allclose(one, known, rtol=1e-9, atol=1e-12)


EARLY = {"random60_b64_alpha10_lambda0.1": 0.0}
"""What was recorded where the authors' attack did not move from its start."""


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_is_left_is_that_of_the_authors(setting):
    name, batch, alpha, strength = setting.split("_")
    order, count = ordered(name)
    kind = "row" if batch == "b1" else "batch"
    how = Dampening(float(alpha[5:]), float(strength[6:]), kind)
    new, _, share = how.of(MODEL, PIXELS[order], CLASS[order], count)
    known, kept, last = RECORDED["cases"][setting], order[:-count], order[-count:]
    assert share == pytest.approx(known["share_dampened"])
    assert accuracy(new, PIXELS[kept], CLASS[kept]) == known["acc_retain_train"]
    assert accuracy(new, PIXELS[last], CLASS[last]) == known["acc_forget_train"]
    assert accuracy(new, TEST, TRUTH) == known["acc_test"]
    entropies = [
        _forgetting.entropies(new.outputs(rows))
        for rows in (PIXELS[kept], TEST, PIXELS[last])
    ]
    called = _forgetting.attack(*entropies).mean()
    if setting in EARLY:
        assert known["entropy_attack"] == EARLY[setting] < called
    else:  # theirs ends a little before the optimum, which is worth one row
        assert called == pytest.approx(known["entropy_attack"], abs=1 / count + 1e-9)


@pytest.mark.parametrize("name", ["class", "random60"])
def test_without_labels(name):
    order, count = ordered(name)
    new, _, share = Dampening(1.5, 1, "output").of(
        MODEL, PIXELS[order], CLASS[order], count
    )
    known = RECORDED["cases"][f"{name}_labelfree_alpha1.5_lambda1"]
    assert round(share * sum(one.size for one in MODEL.layers)) == known["n_dampened"]
    kept, last = order[:-count], order[-count:]
    assert accuracy(new, PIXELS[kept], CLASS[kept]) == known["acc_retain_train"]
    assert accuracy(new, PIXELS[last], CLASS[last]) == known["acc_forget_train"]


def test_no_ratio_of_importances_exceeds_the_ceiling():
    order, count = ordered("class")
    whole = _forgetting.fisher(MODEL, PIXELS, CLASS)
    last = order[-count:]
    some = _forgetting.fisher(MODEL, PIXELS[last], CLASS[last])
    ceiling = len(PIXELS) / count
    assert _forgetting.adaptive(whole, some, 0.0) <= ceiling * (1 + 1e-9)
    none = _forgetting.dampened(MODEL, whole, some, ceiling * (1 + 1e-9), 1)
    assert none.share == 0
    alpha = _forgetting.adaptive(whole, some, 0.05)
    found = _forgetting.dampened(MODEL, whole, some, alpha, 1).share
    assert found == pytest.approx(0.05, abs=0.01)


def test_weights_that_matter_to_no_other_row_are_selected_though_they_are_many():
    rng = np.random.default_rng(0)
    rows = np.zeros((40, 8))
    rows[:30, :4], rows[30:, 4:] = rng.normal(size=(30, 4)), rng.normal(size=(10, 4))
    network = _network.begun(8, 2, 0, rng)
    how = Dampening(None, 1.0)
    found = how.of(network, rows, np.arange(40) % 2, 10)
    assert found.share == pytest.approx(8 / 18)
    expected = np.array(network.layers[0])
    expected[:, 4:] /= 4
    np.testing.assert_allclose(found.network.layers[0], expected)


def test_gradients_are_those_of_small_steps():
    rng = np.random.default_rng(0)
    rows, classes = rng.normal(size=(7, 5)), np.array([0, 1, 2, 0, 1, 2, 2])
    network = _network.begun(5, 3, 4, rng)
    (found,) = _network.of_batches(
        network, rows, lambda here: _network.cross_entropy(classes[here]), 7
    )
    for at, layer in enumerate(network.layers):
        for place in np.ndindex(layer.shape):
            moved = [np.array(one) for one in network.layers]
            moved[at][place] += 1e-6
            more = Network(tuple(moved)).losses(rows, classes).mean()
            slope = (more - network.losses(rows, classes).mean()) / 1e-6
            assert found[at][place] == pytest.approx(slope, abs=1e-5)


def test_zrf_by_hand():
    sure = np.array([[50.0, 0.0], [0.0, 50.0]])
    assert _forgetting.apart(sure, sure[::-1]) == pytest.approx([1, 1])
    assert _forgetting.apart(sure, sure) == pytest.approx([0, 0], abs=1e-12)
    p, q, m = np.array([0.9, 0.1]), np.array([0.5, 0.5]), np.array([0.7, 0.3])
    by_hand = ((p * np.log2(p / m)).sum() + (q * np.log2(q / m)).sum()) / 2
    found = _forgetting.apart(np.log(p)[None], np.log(q)[None])
    assert found == pytest.approx([by_hand])


def test_the_attack_is_the_logistic_regression_that_it_says():
    rng = np.random.default_rng(1)
    retained, test = rng.gamma(1, 0.2, 300), rng.gamma(2, 0.2, 80)
    asked = np.linspace(0, 1, 1001)
    model = LogisticRegression(class_weight="balanced", tol=1e-10)
    model.fit(np.r_[retained, test][:, None], np.repeat([1, 0], [300, 80]))
    theirs = model.predict(asked[:, None])
    np.testing.assert_array_equal(_forgetting.attack(retained, test, asked), theirs)
    apart = _forgetting.attack(np.zeros(9), np.full(9, 700.0), np.array([0, 700.0]))
    assert apart.tolist() == [1, 0]


def test_verdicts():
    rng = np.random.default_rng(0).normal(size=(3, 40))
    said = [_unlearning.memory(rng + by, SeededNoise()) for by in (9, 0, -9)]
    assert [one["verdict"] for one in said] == ["remembers", "as retrained", "shuns"]
    for one in said:
        assert one["memory_low"] < one["memory"] < one["memory_high"]


@pytest.fixture
def place(tmp_path):
    """300 digits, of which 20 have a wrong label, and others to test with."""
    labels = CLASS[:300].copy()
    labels[:20] = (labels[:20] + 1) % 10
    np.save(tmp_path / "pool.npy", PIXELS[:300].astype("f4"))
    np.save(tmp_path / "test.npy", TEST[:200].astype("f4"))
    records = [{"_row": i, "digit": int(c)} for i, c in enumerate(labels)]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    (tmp_path / "wrong.jsonl").write_bytes(lines(records[:20]))
    tests = [{"digit": int(c)} for c in TRUTH[:200]]
    (tmp_path / "test.jsonl").write_bytes(lines(tests))
    return tmp_path


COMMAND = "eval forget --vectors pool.npy --labels digit --test test.npy --batch 16 --epochs 60"


def test_wrong_labels_are_in_the_model_and_not_in_one_without_them(sel, place):
    command = f"{COMMAND} --hidden 64 --models 2 wrong.jsonl"
    run = sel(command)
    trained, dampened, again = run.records
    assert [one["model"] for one in run.records] == ["trained", "dampened", "retrained"]
    assert trained["accuracy_forgotten"] > 0.9 and trained["accuracy_retained"] == 1
    assert again["accuracy_forgotten"] < 0.1 and again["accuracy_retained"] == 1
    assert trained["verdict"] == "remembers"
    assert dampened["memory"] < trained["memory"]
    assert dampened["ceiling"] == 15 and dampened["alpha"] < 15
    assert 0 < dampened["dampened"] < 0.03
    assert "memory" not in again and 0 <= again["zrf"] <= 1
    assert run.out == sel(command).out


def test_a_model_of_the_users(sel, place):
    ten = np.eye(10, dtype="f4")
    said = ten[CLASS[:300]]
    said[:5] = ten[(CLASS[:5] + 1) % 10]
    np.save(place / "hers.npy", said)
    np.save(place / "hers_test.npy", 0.1 * ten[TRUTH[:200]])
    more = "--logits hers.npy --test-logits hers_test.npy --models 1 --hidden 0"
    given, *_ = sel(f"{COMMAND} {more} wrong.jsonl").records
    assert given["model"] == "given"
    assert given["accuracy_forgotten"] == 5 / 20
    assert given["accuracy_retained"] == given["accuracy_test"] == 1
    assert (given["attack"], given["attack_test"]) == (1, 0)
    np.save(place / "hers_test.npy", ten[TRUTH[:199]])
    err = sel(f"{COMMAND} {more} wrong.jsonl", code=3).err
    assert "199 rows" in err
    sel(f"{COMMAND} --logits hers.npy wrong.jsonl", code=2)


def test_faults_on_the_command_line(sel, place):
    err = sel(f"{COMMAND} --alpha 15 wrong.jsonl", code=2).err
    assert "below N / |F| = 15" in err
    assert "300 of 300" in sel(f"{COMMAND} pool.jsonl", code=3).err
    (place / "other.jsonl").write_bytes(lines([{"_row": 0, "digit": 99}]))
    assert "another class" in sel(f"{COMMAND} other.jsonl", code=3).err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("alpha", 0.0),
        ("lambda_", np.inf),
        ("hidden", -1),
        ("epochs", 0),
        ("models", 0),
        ("weight_decay", 2.0),
        ("alpha", 5.0),  # N / |F|
    ],
)
def test_options_are_checked(option, value):
    pool = Labelled(PIXELS[:10].astype("f4"), CLASS[:10], np.arange(10))
    some = Labelled(pool.vectors[:2], pool.classes[:2], pool.rows[:2])
    with pytest.raises(OptionError):
        forget.measure([some], pool, pool, None, SeededNoise(), **{option: value})


def test_rows_and_trainings_that_cannot_be():
    pool = Labelled(PIXELS[:10].astype("f4"), CLASS[:10], np.arange(10) + 5)
    absent = Labelled(pool.vectors[:1], pool.classes[:1], np.array([3]))
    with pytest.raises(DataError, match="row 3 is to be forgotten, and is not there"):
        forget.measure([absent], pool, pool, None, SeededNoise())
    some = Labelled(pool.vectors[:2], pool.classes[:2], pool.rows[:2])
    with pytest.raises(DataError, match="diverged"):
        forget.measure([some], pool, pool, None, SeededNoise(), learning_rate=1e300)


def test_an_alpha_beyond_the_ceiling_is_allowed_for_batches(sel, place):
    more = "--alpha 15 --importance batch --models 1 wrong.jsonl"
    assert sel(f"{COMMAND} {more}").records[1]["alpha"] == 15
