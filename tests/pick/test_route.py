"""Routing, against the authors' rankings and triplets, scikit-learn, and by hand."""

import random

import numpy as np
import orjson
import pytest
from sklearn.metrics import ndcg_score

import sel as library
from sel.errors import SelError
from sel.maths.random.noise import SeededNoise
from sel.pick import _networks, _routing
from sel.pick._networks import Classifier, Draws
from sel.pick._routing import Tried
from tests.conftest import DATA, GOLDEN, lines

PET = orjson.loads((GOLDEN / "complexity/pet_select.json").read_bytes())
COSTS = {"a": 1, "b": 2, "all": 9}


def test_the_authors_rankings():
    tables = [one["records"] for one in PET["rankings"]]
    success = np.array([[r["exec_acc"] for r in some] for some in tables], float)
    cost = np.array([[r["total_tokens"] for r in some] for some in tables], float)
    tried = Tried(tuple(PET["techniques"]), success, cost)
    assert [one["order"] for one in PET["rankings"]] == tried.order.tolist()
    wanted = [[one["relevance"][str(i)] for i in range(9)] for one in PET["rankings"]]
    assert tried.relevance.tolist() == wanted
    for one, best in zip(PET["rankings"], tried.order[:, 0], strict=True):
        assert one["best"] in (best, None)


def test_the_authors_triplets():
    """Their draws are those of Python's own generator."""
    names, chance = PET["hard"] + PET["easy"], random.Random(42)
    hard = np.arange(len(PET["hard"]))
    easy = np.arange(len(hard), len(names))
    drawn = _routing.triplets(hard, easy, lambda n: chance.choice(range(n)))
    assert [[names[i] for i in some] for some in drawn] == PET["triplets_seed42"]
    assert _routing.triplets(hard[:1], easy, chance.randrange).shape == (0, 3)


def test_the_quality_of_a_ranking():
    rng = np.random.default_rng(1)
    tried = Tried(
        tuple("abcde"),
        (rng.random((40, 5)) < 0.4).astype(float),
        rng.integers(1, 9, (40, 5)).astype(float),
    )
    scores = rng.normal(size=(40, 5))
    found = _routing.quality(_routing.ranked(scores), tried)
    solved = tried.success.max(axis=1) > 0
    assert 0 < solved.sum() < 40
    wanted = ndcg_score(tried.relevance[solved], scores[solved])
    assert found["ndcg"] == pytest.approx(wanted)
    places = [
        sorted(-row).index(-row[best]) + 1
        for row, best in zip(scores[solved], tried.order[solved, 0], strict=True)
    ]
    assert found["mrr"] == pytest.approx(np.mean([1 / place for place in places]))
    assert found["accuracy"] == np.mean([place == 1 for place in places])


def test_gradients_are_those_of_differences():
    rng = np.random.default_rng(2)
    rows, classes = rng.normal(size=(7, 4)), rng.integers(3, size=7)
    net = Classifier(rows, classes, 3, Draws(SeededNoise(1)), 1)

    def loss():
        shares = _networks.softmax(net.scores(rows))
        return -np.log(shares[np.arange(7), classes]).mean()

    for layer, gradient in zip(net._layers, net._gradients(rows, classes), strict=True):
        at = tuple(n // 2 for n in layer.shape)
        assert gradient[at] == pytest.approx(slope(loss, layer, at), abs=1e-6)
    near, far, turn = rng.normal(size=(3, 5, 5)) * [[[0.5]], [[4]], [[1]]]

    def apart():
        parts = [np.linalg.norm(one @ turn, axis=1) for one in (near, far)]
        return np.maximum(parts[0] - parts[1] + 5, 0).mean()

    pulled = _networks._pull(near, far, turn)
    for at in ((0, 0), (3, 1), (4, 4)):
        assert pulled[at] == pytest.approx(slope(apart, turn, at), abs=1e-6)


def slope(function, array, at):
    before, values = array[at], []
    for step in (1e-6, -1e-6):
        array[at] = before + step
        values.append(function())
    array[at] = before
    return (values[0] - values[1]) / 2e-6


def test_a_toss_at_the_same_cost():
    """No toss between two options passes more, by brute force."""
    rng = np.random.default_rng(3)
    tried = Tried(tuple("abcd"), rng.random((9, 4)).round(), rng.random((9, 4)))
    passed, costs = tried.success.mean(axis=0), tried.cost.mean(axis=0)
    for cost in np.linspace(costs.min(), costs.max(), 7):
        shares = _routing.mixed(tried, cost)
        assert shares.sum() == pytest.approx(1)
        assert shares @ costs <= cost + 1e-12
        best = max(
            (1 - s) * passed[a] + s * passed[b]
            for a in range(4)
            for b in range(4)
            for s in np.linspace(0, 1, 201)
            if (1 - s) * costs[a] + s * costs[b] <= cost
        )
        assert best - 1e-12 <= shares @ passed <= best + 0.01
    assert _routing.mixed(tried, 0).tolist() == (costs == costs.min()).tolist()


def test_a_toss_at_the_cost_of_one_option_is_that_option():
    """Rounding of a mean makes no difference, which an interval would leave 0 out of."""
    success = np.array([[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1]], float)
    tried = Tried(tuple("abc"), success, np.tile([1.1, 2.2, 3.3], (4, 1)))
    for option, cost in enumerate(tried.cost.mean(axis=0)):
        for near in (cost, np.nextafter(cost, 0), np.nextafter(cost, 9)):
            shares = _routing.mixed(tried, near)
            assert (success @ shares).tolist() == success[:, option].tolist()


def world(folder, count=160, signal=True):
    """Queries of two kinds: a cheap option for each, and a dear one for both."""
    rng = np.random.default_rng(4)
    kinds = rng.integers(2, size=count)
    rows = rng.normal(size=(count, 6)).astype(np.float32)
    rows[:, 0] += np.where(kinds == 1, 3, -3)
    np.save(folder / "v.npy", rows)
    told = kinds if signal else rng.permutation(kinds)
    runs = [
        {"id": i, "option": name, "success": name == "all" or "ab"[kind] == name}
        | {"tokens": COSTS[name]}
        for i, kind in enumerate(told)
        for name in COSTS
    ]
    queries = [{"id": i, "deep": int(kind)} for i, kind in enumerate(kinds)]
    (folder / "runs.jsonl").write_bytes(lines(runs))
    return queries, runs, ["ab"[kind] for kind in kinds]


def routed(queries, folder, **options):
    more = {"vectors": folder / "v.npy", "runs": folder / "runs.jsonl"}
    summary = folder / "summary.json"
    made = library.pick("route", queries, summary=summary, **more, **options)
    records = list(made)
    return records, orjson.loads(summary.read_bytes())


@pytest.mark.parametrize(
    "options", [{}, {"hard": "deep"}, {"learner": "ridge"}, {"learner": "knn"}]
)
def test_what_can_be_learnt_is(tmp_path, options):
    queries, _, kinds = world(tmp_path)
    made, said = routed(queries, tmp_path, parts=True, **options)
    assert np.mean([a["route"] == k for a, k in zip(made, kinds, strict=True)]) > 0.95
    assert all(
        sorted(a["route_order"]) == sorted(COSTS) and a["route_order"][0] == a["route"]
        for a in made
    )
    assert said["queries"] == 160
    assert said["single"] == {"pass": 1, "cost": 9}
    assert said["cheapest"]["cost"] == 1 < said["routed"]["cost"] < 2
    assert said["hindsight"]["pass"] == 1
    assert said["random"] == {"pass": pytest.approx(2 / 3), "cost": 4}
    assert said["routed"]["pass"] > 0.95 < said["routed"]["accuracy"]
    assert said["over chance at its cost"]["low"] > 0.3


def test_nothing_is_learnt_of_nothing(tmp_path):
    queries, _, _ = world(tmp_path, signal=False)
    _, said = routed(queries, tmp_path)
    gain = said["over chance at its cost"]
    assert gain["low"] < 0.05
    assert said["over single"]["high"] < 0


def test_order_and_queries_without_runs(tmp_path):
    """What comes first does not matter; a query without all runs is routed by others."""
    queries, runs, kinds = world(tmp_path)
    made, said = routed(queries, tmp_path)
    again, _ = routed(
        [{"_row": i} | queries[i] for i in reversed(range(len(queries)))], tmp_path
    )
    assert [one["route"] for one in again[::-1]] == [one["route"] for one in made]
    some = [one for one in runs if one["id"] >= 20 or one["option"] == "a"]
    (tmp_path / "runs.jsonl").write_bytes(lines(some))
    made, said = routed(queries, tmp_path)
    assert said["queries"] == 140
    right = [a["route"] == k for a, k in zip(made[:20], kinds[:20], strict=True)]
    assert np.mean(right) > 0.9


def test_the_page_of_seven_models(sel, tmp_path):
    """On real runs the router knows no more than a toss, and says so."""
    answers, runs = (DATA / f"gsm8k_{name}.jsonl.zst" for name in ("answers", "runs"))
    sel(f"embed static --text prompt {answers} -o v.npy -q")
    command = f"pick route --vectors v.npy --runs {runs} --name model"
    command += " --success correct --cost billions*characters --thin"
    run = sel(f"{command} --summary s.json {answers}")
    assert len(run.records) == 660
    said = orjson.loads((tmp_path / "s.json").read_bytes())
    assert said["routed"]["cost"] < said["random"]["cost"] < said["single"]["cost"]
    assert said["cheapest"]["pass"] < said["routed"]["pass"] < said["single"]["pass"]
    assert said["over chance at its cost"]["high"] < 0.05
    assert "over chance at its cost pass" in run.err


BAD = [
    ({"success": "yes"}, "not true or false, 1 or 0"),
    ({"success": 0.5}, "not true or false, 1 or 0"),
    ({"tokens": "x"}, "not a number"),
    ({"option": "b", "id": 1}, "b was tried before for id 1"),
]


def test_bad_input(tmp_path):
    queries, runs, _ = world(tmp_path, 30)
    for change, said in BAD:
        first = [*runs[:3], runs[3] | change, *runs[4:]]
        (tmp_path / "runs.jsonl").write_bytes(lines(first))
        with pytest.raises(SelError, match=said):
            routed(queries, tmp_path)
    for some, said in [
        ([one for one in runs if one["option"] == "a"], "1 options, and two or more"),
        ([one | {"success": False} for one in runs], "no query can be learnt from"),
        ([one | {"tokens": None} for one in runs], "no query can be learnt from"),
        ([one | {"id": str(one["id"])} for one in runs], "no query can be learnt from"),
    ]:
        (tmp_path / "runs.jsonl").write_bytes(lines(some))
        with pytest.raises(SelError, match=said):
            routed(queries, tmp_path)
    (tmp_path / "runs.jsonl").write_bytes(lines(runs))
    rows = np.load(tmp_path / "v.npy")
    rows[0], rows[1] = np.nan, 0
    np.save(tmp_path / "v.npy", rows)
    hard = [one | {"deep": None} for one in queries]
    made, said = routed(hard, tmp_path, hard="deep")
    assert [one["route"] for one in made[:2]] == [None, None]
    assert said["queries"] == 28
    for options, message in [
        ({"folds": 1}, "folds"),
        ({"epochs": 0}, "epochs"),
        ({"resume": True}, "resume"),
        ({"threshold": 1.0}, "goes with hard"),
    ]:
        with pytest.raises(SelError, match=message):
            routed(queries, tmp_path, **options)
    np.save(tmp_path / "v.npy", rows[:0])
    assert routed([], tmp_path)[0] == []
