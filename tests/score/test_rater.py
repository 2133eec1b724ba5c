"""Raters of judgments and of grades: what they find, saved, and from a shell."""

import numpy as np
import orjson
import pytest

from sel.errors import DataError, OptionError
from sel.maths.random.noise import SeededNoise
from sel.score import _ratings, rater
from sel.score._ratings import Votes
from tests.conftest import DATA, lines

N = 120
COMMAND = "score rater --judgments pairs.jsonl --vectors v.npy pool.jsonl"


def judgments(truth, criterion=None, *, count=600, name=lambda i: i):
    draw = np.random.default_rng(5)
    found = []
    for _ in range(count):
        a, b = draw.choice(len(truth), 2, replace=False).tolist()
        likely = 1 / (1 + np.exp(truth[a] - truth[b]))
        row = {"a": name(a), "b": name(b), "p": round(float(likely), 6)}
        found.append(row | ({"criterion": criterion} if criterion else {}))
    return found


@pytest.fixture
def pool(tmp_path):
    """Vectors of length 1, and what is good of them: two directions."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(N, 8)).astype("f4")
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    good, deep = 8 * rows[:, 0], 8 * rows[:, 1]
    np.save(tmp_path / "v.npy", rows)
    records = [{"id": f"d{i}", "text": f"text {i}"} for i in range(N)]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    pairs = judgments(good, "good") + judgments(deep, "deep piece")
    (tmp_path / "pairs.jsonl").write_bytes(lines(pairs))
    return {"good": good, "deep piece": deep}


def test_each_criterion_gets_its_ratings(sel, pool, tmp_path):
    run = sel(f"{COMMAND} --save r.npz --summary s.json")
    for name, truth in pool.items():
        found = np.array([one[f"rater_{name}"] for one in run.records])
        assert np.corrcoef(found, truth)[0, 1] > 0.99
        assert found.mean() == pytest.approx(0, abs=1e-9)
        assert found.std() == pytest.approx(1)
    said = orjson.loads((tmp_path / "s.json").read_bytes())
    assert min(said["held_out_accuracy"].values()) > 0.95
    assert set(said["learnt_from_pairs"]) == set(pool)

    load = "score rater --load r.npz --vectors v.npy pool.jsonl"
    assert sel(load).out == run.out
    assert sel(f"{load} --jobs 2").out == run.out
    assert "held_out" not in sel(load).err


def test_judgments_that_name_a_field(sel, pool, tmp_path):
    rows = judgments(pool["good"], name=lambda i: f"d{i}")
    (tmp_path / "named.jsonl").write_bytes(lines(rows))
    command = "score rater --judgments named.jsonl --vectors v.npy pool.jsonl"
    found = [one["rater"] for one in sel(f"{command} --on id").records]
    assert np.corrcoef(found, pool["good"])[0, 1] > 0.99
    assert "judges no record" in sel(command, code=3).err


def test_vectors_in_records(sel, pool, tmp_path):
    rows = np.load(tmp_path / "v.npy").tolist()
    records = lines([{"v": row} for row in rows])
    inside = sel("score rater --judgments pairs.jsonl --vectors @v", records).records
    beside = sel(COMMAND).records
    for name in pool:
        a, b = ([one[f"rater_{name}"] for one in some] for some in (inside, beside))
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_votes_are_labels_of_pairs_that_were_seen_in_both_orders():
    votes = Votes(
        "",
        np.array([0, 1, 0, 2, 3]),
        np.array([1, 0, 2, 0, 3]),
        np.array([[4, 16], [16, 4], [10, 10], [3, 3], [0, 20.0]]),
    )
    found = votes.judged(np.ones(4, bool), None)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert found.chance.tolist() == [0.8]
    assert len(votes.judged(np.ones(4, bool), 6)) == 2
    assert len(votes.judged(np.array([True, False, True, True]), 6)) == 1


def test_votes_from_a_shell(sel, pool, tmp_path):
    rows = []
    for one in judgments(pool["good"]):
        votes = round(20 * one["p"])
        sides = {"votes_a": 20 - votes, "votes_b": votes}
        rows.append({"a": one["a"], "b": one["b"], **sides})
        swapped = {"votes_a": votes, "votes_b": 20 - votes}
        rows.append({"a": one["b"], "b": one["a"], **swapped})
    (tmp_path / "pairs.jsonl").write_bytes(lines(rows))
    found = [one["rater"] for one in sel(COMMAND).records]
    assert np.corrcoef(found, pool["good"])[0, 1] > 0.99
    half = [row for row in rows if row["a"] < row["b"]]
    (tmp_path / "pairs.jsonl").write_bytes(lines(half))
    assert "nothing to learn from" in sel(COMMAND, code=3).err


def test_real_pages_that_people_judged(sel, tmp_path):
    """Half of the pages are graded; the others are rated by their words."""
    graded = "score rater --labels grade --clip 0,1"
    source = sel(f"pick random -k 1000 {DATA}/quality.jsonl.zst").records
    pages = [
        one | ({"grade": one["label"]} if i % 2 else {"grade": None})
        for i, one in enumerate(source)
    ]
    run = sel(graded, pages)
    assert "held_out_rank_correlation" in run.err
    rated = [
        (one["rater"], one["label"]) for one in run.records if one["grade"] is None
    ]
    good = [rating for rating, label in rated if label]
    bad = [rating for rating, label in rated if not label]
    auc = np.mean([a > b for a in good for b in bad])
    assert auc > 0.75
    assert min(good + bad) >= 0 and max(good + bad) <= 1


def test_pieces_of_a_text_are_averaged_by_their_words():
    texts = ["good fine nice", "bad poor sad", "good poor", "nice bad"]
    votes = Votes("", np.array([1]), np.array([0]), np.array([[np.nan, 1.0]]))
    state = rater.fit(texts, [votes], None, SeededNoise(), ngrams=1, dim=64)
    whole = rater.score(["a b c good", ""], state)[""]
    pieces = rater.score(["a b c", "good"], state)[""]
    found = rater.score(["a b c good", ""], state, chunk=3)[""]
    assert found[0] == pytest.approx((3 * pieces[0] + pieces[1]) / 4)
    assert found[0] != pytest.approx(whole[0])
    assert np.isnan([found[1], whole[1]]).all()


def test_rows_that_cannot_be_used_get_no_rating():
    rows = np.array([[1, 0], [0, 1], [0, 0], [np.nan, 1]], "f4")
    pairs = np.array([[0, 1], [0, 2], [3, 1]])
    chances = np.column_stack([np.full(3, np.nan), np.ones(3)])
    votes = Votes("", pairs[:, 0], pairs[:, 1], chances)
    state = rater.fit(rows, [votes], None, SeededNoise())
    assert state.learnt_from.tolist() == [1]
    found = rater.score(rows, state)[""]
    assert found[0] < found[1]
    assert np.isnan(found[2:]).all()
    with pytest.raises(DataError, match="nothing to learn"):
        rater.fit(
            rows[2:],
            [Votes("", *np.array([[0], [1]]), chances[:1])],
            None,
            SeededNoise(),
        )


def test_sure_judgments_count():
    rows = np.eye(3, dtype="f4")
    votes = Votes(
        "", np.array([0, 1]), np.array([1, 2]), np.array([[np.nan, 0.6], [np.nan, 0.9]])
    )
    count = [
        rater.fit(rows, [votes], None, SeededNoise(), confidence=c).learnt_from[0]
        for c in (0, 0.5)
    ]
    assert count == [2, 1]


def test_bad_judgments(sel, pool, tmp_path):
    for row in (
        {"a": 0, "b": 1},
        {"a": 0, "p": 1},
        {"a": 0, "b": 1, "p": 1.5},
        {"a": 0, "b": 1, "p": "x"},
        {"a": 0, "b": 1, "votes_a": 3},
        {"a": 0, "b": 1, "votes_a": 3, "votes_b": -1},
    ):
        (tmp_path / "bad.jsonl").write_bytes(lines([row]))
        run = sel(COMMAND.replace("pairs", "bad"), code=3)
        assert "bad.jsonl:1: " in run.err
        assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--judgments pairs.jsonl --labels x",
        "--labels x --on id",
        "--judgments pairs.jsonl --confidence 2",
        "--judgments pairs.jsonl --label-temperature 0",
        "--judgments pairs.jsonl --ridge 0",
        "--judgments pairs.jsonl --clip 5,0",
        "--judgments pairs.jsonl --chunk 0",
    ],
)
def test_wrong_options(sel, pool, options):
    run = sel(f"score rater {options} pool.jsonl", code=2)
    assert run.err.count("\n") <= 2


def test_what_does_not_fit(sel, pool, tmp_path):
    sel(f"{COMMAND} --save r.npz")
    texts = sel("score rater --load r.npz pool.jsonl", code=3)
    assert "has learnt from vectors" in texts.err
    np.save(tmp_path / "w.npy", np.ones((N, 3), "f4"))
    other = sel("score rater --load r.npz --vectors w.npy pool.jsonl", code=3)
    assert "the rater has 8 columns" in other.err
    none = sel("score rater --labels grade pool.jsonl", code=3)
    assert "no record has a number" in none.err
    one = lines([{"text": "a b", "grade": 1}])
    assert "fewer than 2 records" in sel("score rater --labels grade", one, code=3).err


def test_damaged_states_are_refused():
    votes = Votes("x", np.array([0]), np.array([1]), np.array([[np.nan, 1.0]]))
    state = rater.fit(np.eye(2, dtype="f4"), [votes], None, SeededNoise())
    assert state.sound()
    whole = {name: getattr(state, name) for name in rater.Rater.__annotations__}
    for name, wrong in (
        ("criteria", "x\ny"),
        ("scale", np.zeros(1)),
        ("weights", state.weights[0]),
        ("shift", np.array([np.nan])),
        ("ngrams", 99),
    ):
        assert not rater.Rater(**{**whole, name: wrong}).sound()


def test_ends():
    assert _ratings.asked(None, "0,5") == (0, 5)
    for wrong in ("5,0", "1", "a,b", "1,nan"):
        with pytest.raises(OptionError):
            _ratings.asked(None, wrong)
