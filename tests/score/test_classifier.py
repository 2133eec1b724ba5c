"""The classifier: against other solvers, fastText, pages that people judged."""

import json

import numpy as np
import pytest

from sel.errors import DataError
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics.areas import area
from sel.maths.text.bags import Bags, Kind
from sel.models import fasttext
from sel.runs.scores.trained import FastText
from sel.score import classifier
from sel.score._classifying import logistic
from sel.score._classifying.holding import measured
from sel.score._classifying.preparing import PREPARED
from tests.conftest import DATA, GOLDEN, lines, texts

GOOD = ["the cell divides and the nucleus grows", "a star burns hydrogen in its core"]
BAD = ["click here to buy cheap pills now", "buy now and win a free phone click"]
MODEL = GOLDEN / "quality_model/model.bin"
EXPECTED = json.loads((GOLDEN / "quality_model/expected.json").read_text())


def examples(balanced=False, prepare=None, **labelled):
    """Examples of labels; g2 is the grade 2."""
    batches = {
        float(label[1:]) if label[1:].isdigit() else label: [
            classifier.collect(some, prepare=prepare)
        ]
        for label, some in labelled.items()
    }
    return classifier.Examples(batches, balanced)


def learnt(given, seed=0, **options):
    return classifier.fit(given, SeededNoise(seed), **{"held_out": 0.0, **options})


@pytest.fixture(scope="module")
def pages():
    import zstandard

    data = (DATA / "quality.jsonl.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [json.loads(line) for line in plain.splitlines()]


def test_the_least_loss_is_that_of_another_solver():
    from scipy import optimize

    rng = np.random.default_rng(0)
    some = [" ".join(rng.choice(list("abcdefgh"), 9)) for _ in range(60)]
    bags, positive = Bags.of(some, Kind.of(1, 0, 64)), rng.random(60) < 0.4
    costs = rng.uniform(0.5, 3, 60)
    rows = np.zeros((60, 65))
    owner = np.repeat(np.arange(60), bags.sizes)
    rows[owner, bags.buckets] = bags.values()
    rows[:, 64] = 1
    signs = np.where(positive, 1, -1)

    def loss(w):
        return costs @ np.logaddexp(0, -signs * (rows @ w)) + w @ w / 2

    best = optimize.minimize(loss, np.zeros(65), method="BFGS", options={"gtol": 1e-7})
    weights, intercept = logistic.fitted(
        bags, positive, costs, SeededNoise(), buckets=64, epochs=500, small=1e-9
    )

    assert np.append(weights, intercept) == pytest.approx(best.x, abs=1e-4)


def test_one_step_solves_its_equation():
    from scipy.optimize import brentq

    for margin in (-800.0, -3.0, 0.0, 0.1, 5.0, 900.0):
        for dual, price in ((0.0, 1.0), (0.3, 1.0), (500.0, 1e3), (1e-9, 1e-3)):

            def off(new, margin=margin, dual=dual, price=price):
                after = margin + 2 * (new - dual)
                return new - price / (1 + np.exp(np.clip(after, -700, 700)))

            wanted = brentq(off, 0, price, xtol=1e-14)
            assert logistic._best(margin, dual, price) == pytest.approx(
                wanted, abs=1e-6 * price
            )


def test_pages_that_people_judged(pages):
    """Each is scored by what the others teach."""
    truth = np.array([page["label"] == 1 for page in pages])
    some = [page["text"] for page in pages]
    fold = SeededNoise(3).uniform(np.arange(len(pages), dtype=np.uint64)) * 5 // 1
    scores = np.empty(len(pages))
    for k in range(5):
        own = {
            name: [t for t, f, y in zip(some, fold, truth) if f != k and y == good]
            for name, good in (("g0", False), ("g1", True))
        }
        out = np.flatnonzero(fold == k)
        state = learnt(examples(**own))
        scores[out] = classifier.score([some[i] for i in out], state)[""]
    assert area(scores, truth)["auc"] > 0.86


def test_what_is_held_out_is_measured(pages):
    own = {
        name: [page["text"] for page in pages if page["label"] == label]
        for name, label in (("g0", 0), ("g1", 1))
    }
    state = learnt(examples(**own), held_out=0.3)
    auc, low, high, count = state.held
    assert 0.75 < low < auc < high <= 1
    assert 100 < count < 200
    # It is that of a model which has not seen them: the same learns all of the rest.
    assert state.facts["held_out"]["auc"] == auc
    assert learnt(examples(**own), held_out=0.0).facts == {"held_out": {"examples": 0}}


def test_equal_texts_are_held_out_together():
    rng = np.random.default_rng(1)
    some = [" ".join(rng.choice(list("abcdefghij"), 20)) for _ in range(50)]
    once = learnt(examples(g0=some[:25], g1=some[25:]), held_out=0.2)
    twice = learnt(examples(g0=some[:25] * 2, g1=some[25:] * 2), held_out=0.2)
    assert twice.held[3] == 2 * once.held[3] > 0


def test_neither_order_nor_blocks_change_what_is_learnt(pages):
    some = [page["text"] for page in pages]
    a = learnt(examples(g0=some[:200], g1=some[200:]), held_out=0.1)
    turned = {0.0: some[:200][::-1], 1.0: some[200:][::-1]}
    batches = {
        label: [classifier.collect(own[i::3]) for i in range(3)]
        for label, own in reversed(turned.items())
    }
    b = learnt(classifier.Examples(batches, False), held_out=0.1)
    assert np.array_equal(a.weights, b.weights)
    assert a.held == pytest.approx(b.held)
    other = learnt(examples(g0=some[:200], g1=some[200:]), seed=1, held_out=0.1)
    assert not np.array_equal(a.weights, other.weights)


def test_examples_weigh_the_same_where_they_are_balanced():
    few = learnt(examples(g0=BAD, g1=GOOD, balanced=True), epochs=200)
    many = learnt(examples(g0=BAD * 20, g1=GOOD, balanced=True), epochs=200)
    plain = learnt(examples(g0=BAD * 20, g1=GOOD), epochs=200)
    new = ["the star and the cell", "something else"]
    scores = [classifier.score(new, state)[""] for state in (few, many, plain)]
    assert abs(scores[1][1] - 0.5) < 0.1
    assert scores[2][1] < 0.3
    assert all(one[0] > one[1] for one in scores)


def test_grades_are_expected_and_stay_within_their_range():
    state = learnt(examples(g0=BAD, g2=["middle of the road"] * 2, g5=GOOD), epochs=100)
    found = classifier.score([*BAD, "middle of the road", *GOOD, ""], state)[""]
    assert found[0] < 1 < found[2] < 3.5 < found[3]
    assert np.nanmin(found) >= 0 and np.nanmax(found) <= 5
    assert np.isnan(found[-1])
    assert state.weights.shape == (2, 1 << 20)


def test_classes_by_name():
    own = {"bad": BAD, "good": GOOD, "other": ["middle of the road"] * 2}
    state = learnt(examples(**own), epochs=100)
    found = classifier.score([BAD[0], GOOD[1], "", "road"], state)
    assert found["label"] == ["bad", "good", None, "other"]
    assert (found[""][[0, 1, 3]] > 0.4).all() and np.isnan(found[""][2])
    shares = [classifier.score(GOOD, state, label=name)[""] for name in own]
    assert sum(shares) == pytest.approx(1)
    with pytest.raises(
        DataError, match=r"no class 'x'\. Try: --label with one of bad,"
    ):
        classifier.score(GOOD, state, label="x")
    two = learnt(examples(bad=BAD, good=GOOD), epochs=100)
    likely = classifier.score([*BAD, *GOOD], two)
    assert likely["label"] == ["bad"] * 2 + ["good"] * 2
    good = classifier.score(BAD, two, label="good")[""]
    assert good == pytest.approx(1 - likely[""][:2])


def test_characters_tell_apart_what_words_do_not():
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnop"))
    some = ["".join(rng.permutation(letters)) for _ in range(400)]
    codes = [float("ab" in one or "ba" in one) for one in some]
    batches = [[], []]
    for chars in (0, 2):
        sides = {
            code: [
                classifier.collect(
                    [t for t, c in zip(some[:300], codes) if c == code], chars=chars
                )
            ]
            for code in (0.0, 1.0)
        }
        state = learnt(classifier.Examples(sides, True), epochs=20)
        scores = classifier.score(some[300:], state)[""]
        batches[chars > 0] = area(scores, np.array(codes[300:]) == 1)["auc"]
    assert batches[0] < 0.7 < 0.95 < batches[1]


@pytest.mark.parametrize("form", ["dclm", "fineweb", "preselect"])
@pytest.mark.parametrize("label", ["hq", "__label__cc"])
def test_fasttext_says_the_same(form, label):
    model = FastText(fasttext.load(str(MODEL)), form)
    found = classifier.score(EXPECTED["texts"], model, label=label)[""]
    name = "__label__" + label.removeprefix("__label__")
    wanted = [min(said[name], 1) for said in EXPECTED[form]]
    assert found == pytest.approx(wanted, abs=2e-6)


def test_scores_of_known_models_have_their_meaning(sel):
    model = FastText(fasttext.load(str(MODEL)), "dclm")
    hq = classifier.score(EXPECTED["texts"], model, label="hq")[""]
    assert np.array_equal(classifier.score(EXPECTED["texts"], model)[""], hq)
    model.prepare = "redpajama"
    cc = classifier.score(EXPECTED["texts"], model, label="cc")[""]
    assert np.array_equal(classifier.score(EXPECTED["texts"], model)[""], 1 - cc)
    model.prepare = "preselect"
    with pytest.raises(DataError, match=r"no class '1'\. Try: --label with one of "):
        classifier.score(EXPECTED["texts"], model)
    model.prepare = "fineweb"
    likely = classifier.score(EXPECTED["texts"], model)
    assert set(likely["label"]) == {"hq", "cc"} and (likely[""] >= 0.5).all()


def test_a_model_of_fasttext_is_loaded(sel):
    records = [{"text": text} for text in EXPECTED["texts"]]
    run = sel(f"score classifier --load {MODEL} --prepare dclm", records)
    wanted = [min(said["__label__hq"], 1) for said in EXPECTED["dclm"]]
    assert [r["classifier"] for r in run.records] == pytest.approx(wanted, abs=2e-6)
    run = sel(f"score classifier --load {MODEL} --as c", records)
    assert run.records[0].keys() == {"text", "c", "c_label"}
    for data in (b"", b"\xba\x16\x4f\x2f", MODEL.read_bytes()[:5000]):
        run = sel("score classifier --load /dev/stdin", data, code=4 if data else 3)
        assert run.err.count("\n") == 1


TEXT = " \t One\u2028two.\r\n\r\nthree\x1cfour __label__x\x85\n"


@pytest.mark.parametrize(
    "name,line",
    [
        ("plain", TEXT),
        ("dclm", "One two.  three four __label__x"),
        ("dolma", "One two. three\x1cfour __label__x"),
        ("fineweb", " \t One\u2028two.\r \r three\x1cfour __label__x\x85 "),
        ("nemo", " \t One\u2028two.\r \r three\x1cfour  x\x85 "),
        ("preselect", "One\u2028two.\r\rthree\x1cfour __label__x"),
        ("redpajama", "One two.  three four __label__x"),
    ],
)
def test_how_texts_are_prepared(name, line):
    assert PREPARED[name](TEXT) == line


def test_preparing_is_kept_with_what_was_learnt():
    glued = examples(g0=["buy\nnow"], g1=["cell\nwall"], prepare="preselect")
    state = learnt(glued, epochs=50)
    a, b = classifier.score(["cellwall", "cell wall"], state)[""]
    assert a > 0.6 > b


def numbered(some):
    return [{"text": f"{text} {i}"} for i in range(10) for text in some]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "good.jsonl").write_bytes(lines(numbered(GOOD)))
    (tmp_path / "bad.jsonl").write_bytes(lines(numbered(BAD)))
    judged = [{"text": t, "q": 1} for t in GOOD] + [{"text": t, "q": 0} for t in BAD]
    (tmp_path / "judged.jsonl").write_bytes(lines(judged))
    wiki = texts(DATA / "wiki.jsonl.zst")
    (tmp_path / "wiki.jsonl").write_bytes(lines([{"text": t} for t in wiki]))
    return tmp_path


POOL = [{"text": "a cell"}, {"text": "click for free pills"}, {"text": ""}]


def test_from_examples_to_a_state_and_back(sel, files):
    first = sel("score classifier --pos good.jsonl --neg bad.jsonl --save s.npz", POOL)
    scores = [record["classifier"] for record in first.records]
    assert scores[0] > 0.5 > scores[1] and scores[2] is None
    assert "held_out examples" in first.err
    again = sel("score classifier --load s.npz", POOL)
    assert again.out == first.out
    assert first.err.partition("held_out")[2] == again.err.partition("held_out")[2]
    sel("score classifier --load s.npz --prepare plain", POOL)
    run = sel("score classifier --load s.npz --prepare dclm", POOL, code=2)
    assert "was trained with --prepare plain, not dclm" in run.err
    card = np.load(files / "s.npz")["card"].tobytes()
    assert json.loads(card)["options"]["strength"] == 10


def test_labels_of_records(sel, files):
    run = sel("score classifier --train judged.jsonl --labels q", POOL)
    assert run.records[0]["classifier"] > run.records[1]["classifier"]
    sel("score classifier --train judged.jsonl --labels missing", POOL, code=3)
    mixed = [{"text": "a", "q": "x"}, {"text": "b", "q": True}]
    (files / "mixed.jsonl").write_bytes(lines(mixed))
    run = sel("score classifier --train mixed.jsonl --labels q", POOL, code=3)
    assert "some labels are numbers and some are names: 1.0, 'x'" in run.err
    for odd in (None, [], "", "a\nb", 1e300):
        (files / "odd.jsonl").write_bytes(lines([*mixed, {"text": "c", "q": odd}]))
        run = sel("score classifier --train odd.jsonl --labels q", POOL, code=3)
        assert "odd.jsonl:3: 'q' is not a label" in run.err


def test_labels_among_the_records(sel, files):
    some = [{"text": t, "q": q} for t, q in zip([*GOOD, *BAD], (3, 3, 1, 1))]
    among = sel("score classifier --labels q", [*POOL, *some, {"text": "a", "q": None}])
    (files / "some.jsonl").write_bytes(lines(some))
    apart = sel("score classifier --train some.jsonl --labels q", POOL)
    assert [r["classifier"] for r in among.records[:3]] == [
        r["classifier"] for r in apart.records
    ]
    assert 1 < among.records[1]["classifier"] < among.records[0]["classifier"] < 3
    run = sel("score classifier --labels q", POOL, code=3)
    assert "no record has the field 'q'" in run.err


def test_the_result_does_not_depend_on_processes(sel, files):
    some = [{"text": text} for text in texts(DATA / "pool.jsonl.zst")[:400]]
    (files / "pool.jsonl").write_bytes(lines(some))
    command = "score classifier --pos wiki.jsonl --neg pool.jsonl pool.jsonl --save"
    outs = [sel(f"{command} {j}.npz -j {j}").out for j in (1, 2)]
    assert outs[0] == outs[1]
    assert (files / "1.npz").read_bytes() == (files / "2.npz").read_bytes()


@pytest.mark.parametrize(
    "options,said",
    [
        ("", "say what to learn from: --pos FILE and --neg FILE, --train FILE,"),
        ("--pos good.jsonl", "say what to learn from"),
        ("--pos good.jsonl --neg bad.jsonl --load s.npz", "say what to learn from"),
        ("--pos good.jsonl --neg bad.jsonl --labels q", "say what to learn from"),
        ("--train judged.jsonl --load s.npz", "say what to learn from"),
        ("--load s.npz --save t.npz", "--save goes with"),
        ("--pos good.jsonl --neg bad.jsonl --strength 0", "--strength must be"),
        ("--pos good.jsonl --neg bad.jsonl --epochs 0", "--epochs must be"),
        ("--pos good.jsonl --neg bad.jsonl --held-out 1", "--held-out must be"),
        ("--pos good.jsonl --neg bad.jsonl --chars 99", "--chars must be"),
        ("--pos good.jsonl --neg -", "can be read only once"),
    ],
)
def test_what_does_not_go_together(sel, files, options, said):
    assert said in sel(f"score classifier {options}", POOL, code=2).err


@pytest.mark.parametrize(
    "good,said",
    [
        ([], "there are no records"),
        ([{"text": ""}, {"text": " \n"}], "no example of 1.0 has any words"),
        ([{"text": None}], "good.jsonl:1: "),
    ],
)
def test_examples_that_teach_nothing(sel, files, good, said):
    (files / "good.jsonl").write_bytes(lines(good))
    command = "score classifier --pos good.jsonl --neg bad.jsonl"
    assert said in sel(command, POOL, code=3).err


def test_one_label_and_too_many():
    with pytest.raises(DataError, match=r"all examples have the label 1\.0"):
        learnt(examples(g1=GOOD))
    many = examples(**{f"g{i}": [f"text {i}"] for i in range(101)})
    with pytest.raises(DataError, match="101 labels"):
        learnt(many)


def test_nasty_texts_get_numbers_or_null(sel, files):
    nasty = ["\x00", "\u05d0\u05d1 abc", "!!! ...", "\u0130" * 50, "word " * 400_000]
    data = lines([{"text": text} for text in nasty])
    data += b'{"text":"' + b"x" * 3_000_000 + b'"}\n'
    command = "score classifier --pos good.jsonl --neg bad.jsonl --chars 4"
    run = sel(command, data)
    assert all(0 <= record["classifier"] <= 1 for record in run.records)
    assert len(run.records) == len(nasty) + 1
    (alone,) = classifier.score(["\ud800"], learnt(examples(g0=BAD, g1=GOOD)))[""]
    assert 0 <= alone <= 1


def test_measures_of_what_was_held_out():
    codes = np.array([0, 0, 1, 2, 2, 2])
    value, low, high = measured("accuracy", np.array([0, 1, 1, 2, 2, 2]), codes)
    assert value == pytest.approx(5 / 6) and 0.4 < low < value < high < 1
    value, low, high = measured("spearman", np.array([0.1, 0.2, 1, 2, 3, 2]), codes)
    assert 0.9 < value < 1 and low < value < high
    value, low, high = measured("auc", np.array([0.1, 0.2, 0.9]), np.array([0, 0, 1]))
    assert (value, high) == (1, 1) and low < 0.3  # three examples prove little
    assert np.isnan(measured("auc", np.array([]), np.array([], int))).all()
