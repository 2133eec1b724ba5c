import numpy as np
import orjson
import pytest

from sel.errors import DataError
from sel.maths.random.noise import SeededNoise
from sel.maths.ranking.topk import TopK
from sel.pick import sample
from tests.conftest import GOLDEN, lines

QURATING = GOLDEN / "qurating"
EXPECTED = orjson.loads((QURATING / "expected.json").read_bytes())
NOISY = "sample --noise noise.npy"
SELECTIONS = EXPECTED["selections_on_educational_value"]


def documents():
    docs = [
        orjson.loads(line)
        for line in (QURATING / "docs.jsonl").read_bytes().splitlines()
    ]
    column = EXPECTED["criteria"].index("educational_value")
    z = np.load(QURATING / "expected_normalized.npy")[:, column]
    average = np.load(QURATING / "expected_average.npy")
    sums = average.sum(axis=1)
    sums = (sums - sums.mean()) / sums.std()
    return [
        {
            "id": d["id"],
            "length": d["length"],
            "domain": d["domain"],
            "z": float(v),
            "raw": float(raw[column]),
            "four": float(four),
        }
        for d, v, raw, four in zip(docs, z, average, sums, strict=True)
    ]


def chosen(sel, tmp_path, options):
    np.save(tmp_path / "noise.npy", np.load(QURATING / "gumbel_noise.npy"))
    command = f"pick {options} --budget {EXPECTED['budget_tokens']} --cost length --over over --order score"
    return [record["id"] for record in sel(command, documents()).records]


@pytest.mark.parametrize(
    "name,options",
    [
        ("topk", "top --by z"),
        ("bottomk", "top --by z --lowest"),
        ("sample_tau1", f"{NOISY} --by z"),
        ("sample_tau2", f"{NOISY} --by z --temperature 2"),
        ("inverse_sample_tau1", f"{NOISY} --by z --lowest"),
        ("inverse_sample_tau2", f"{NOISY} --by z --lowest --temperature 2"),
        ("sample_tau2_unnormalised", f"{NOISY} --by raw --temperature 2"),
        ("sum_of_four_sample_tau2", f"{NOISY} --by four --temperature 2"),
    ],
)
def test_budgets_of_qurating(sel, tmp_path, name, options):
    found = chosen(sel, tmp_path, options)
    assert found == SELECTIONS[name]["ids_in_pick_order"]


@pytest.mark.parametrize(
    "name,options",
    [
        ("topk_per_domain", "top --by z"),
        ("sample_tau2_per_domain", f"{NOISY} --by z --temperature 2"),
    ],
)
def test_domains_of_qurating_share_the_budget(sel, tmp_path, name, options):
    options += " --per domain --shares proportional"
    found = chosen(sel, tmp_path, options)
    assert set(found) == set(SELECTIONS[name]["ids_in_pick_order"])
    assert len(found) == SELECTIONS[name]["n"]


PLACKETT = orjson.loads((QURATING / "plackett_luce.json").read_bytes())


@pytest.mark.parametrize("case", PLACKETT["exact"])
def test_inclusion_is_as_likely_as_it_should_be(case):
    tau, k = (int(part[-1]) for part in case.split("_"))
    logits = np.array(PLACKETT["logits"])
    draws, n = 20_000, len(logits)
    keys = np.arange(draws * n, dtype=np.uint64)
    ranked = sample.rank(
        np.tile(logits, draws), keys, SeededNoise(7), temperature=tau
    ).reshape(draws, n)

    taken = np.zeros(n)
    np.add.at(taken, np.argsort(-ranked, axis=1)[:, :k].ravel(), 1)

    exact = np.array(PLACKETT["exact"][case]["inclusion_probability"])
    assert (
        np.abs(taken / draws - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)
    ).all()


@pytest.mark.parametrize("case", ["tau1_k2", "tau2_k3"])
def test_a_stream_is_drawn_from_as_likely(case):
    """One record at a time, of which few are ever held."""
    tau, k = (int(part[-1]) for part in case.split("_"))
    logits, draws = np.array(PLACKETT["logits"]), 4000
    keys = np.arange(draws * len(logits), dtype=np.uint64)
    ranked = sample.rank(np.tile(logits, draws), keys, SeededNoise(3), temperature=tau)
    taken = np.zeros(len(logits))
    for keys in ranked.reshape(draws, -1).tolist():
        best = TopK(k)
        for item, key in enumerate(keys):
            if key > best.floor:
                best.add(key, 0.0, item)
        taken[[best.items[place] for place in best.chosen()]] += 1
    exact = np.array(PLACKETT["exact"][case]["inclusion_probability"])
    far = 4 * np.sqrt(exact * (1 - exact) / draws)
    assert (np.abs(taken / draws - exact) < far).all()


def test_each_record_has_a_temperature_of_its_own():
    logits, warmth = np.array([2.0, 1.0, 0.0, 3.0]), np.array([1.0, 0.5, 4.0, 6.0])
    draws = 20_000
    keys = np.arange(draws * 4, dtype=np.uint64)
    several = np.tile(logits, draws), keys, SeededNoise(7), np.tile(warmth, draws)
    first = sample.rank(*several).reshape(draws, 4).argmax(axis=1)
    exact = np.exp(logits / warmth)
    exact /= exact.sum()
    found = np.bincount(first, minlength=4) / draws
    assert (np.abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)).all()


def test_a_field_or_an_expression_has_the_temperatures(sel):
    records = [{"i": i, "s": i % 5, "t": 2.5, "u": 0.5 + i % 3} for i in range(60)]
    command = "pick sample -k 9 --by s --temperature"
    alike = [sel(f"{command} {tau}", records).out for tau in ("2.5", "t", "t*2/2")]
    assert alike[0] == alike[1] == alike[2]
    unlike = sel(f"{command} u", records).out
    assert unlike not in alike
    scaled = [{**one, "s": one["s"] / one["u"]} for one in records]
    rows = [one["i"] for one in sel("pick sample -k 9 --by s", scaled).records]
    assert rows == [one["i"] for one in sel(f"{command} u", records).records]


@pytest.mark.parametrize(
    "given,said",
    [
        ({"t": 0}, "the temperature 't' is 0, not above 0"),
        ({"t": -1}, "the temperature 't' is -1, not above 0"),
        ({"t": None}, "the temperature 't' is null"),
        ({"t": "1"}, "is a string, not a number"),
        ({}, "field 't' is missing"),
    ],
)
def test_a_record_without_a_temperature_is_a_bad_line(sel, given, said):
    records = [{"s": 1, "t": 1}, {"s": 2, **given}]
    assert said in sel("pick sample -k 1 --by s --temperature t", records, 3).err


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf"])
def test_a_temperature_is_above_0(sel, number):
    run = sel(f"pick sample -k 1 --by s --temperature={number}", [{"s": 1}], 2)
    assert "a number above 0, or a field" in run.err


def test_a_toss_has_no_temperature(sel):
    run = sel("pick sample --pareto 9 --by s --temperature s", [{"s": 1}], 2)
    assert "--pareto goes with neither --temperature" in run.err


def test_records_without_a_score_are_never_drawn(sel):
    run = sel("pick sample --by s -k 9", [{"s": None}, {"s": 1}])
    assert run.records == [{"s": 1}]
    assert "1 without a score" in run.err


def test_thin_streams_give_the_same_sample(sel):
    whole = [{"s": 1.0, "i": i} for i in range(300)]
    thin = [{"_row": i, "s": 1.0} for i in range(300)]
    a = sel("pick sample --by s -k 20 --seed 3", whole).records
    b = sel("pick sample --by s -k 20 --seed 3", thin).records
    assert [r["i"] for r in a] == [r["_row"] for r in b]


def test_a_row_that_is_no_number_is_named(sel):
    run = sel("pick sample --by s -k 1", [{"s": 1, "_row": "x"}], code=3)
    assert "standard input:1: _row is 'x'" in run.err


def test_proportional_weights():
    keys = np.arange(40_000, dtype=np.uint64)
    ranked = sample.rank(
        np.tile([1.0, 3.0], 20_000), keys, SeededNoise(1), weights="proportional"
    ).reshape(-1, 2)
    assert abs((ranked.argmax(axis=1) == 1).mean() - 0.75) < 0.015


def test_negative_weights_are_refused():
    with pytest.raises(DataError, match="negative"):
        sample.rank(
            np.array([-1.0]),
            np.zeros(1, np.uint64),
            SeededNoise(),
            weights="proportional",
        )


def test_too_little_noise_is_refused(sel, tmp_path):
    np.save(tmp_path / "n.npy", np.zeros(1))
    sel("pick sample --by s -k 1 --noise n.npy", lines([{"s": 1}, {"s": 2}]), code=3)


def test_rows_of_records_that_are_let_go(sel):
    """A `_row` counts in whichever block it stands, and however it is spelt."""
    plain = [{"s": i % 7, "t": "x" * 200} for i in range(8000)]
    rows = [{**one, "_row": i} for i, one in enumerate(plain)]
    command = "pick sample -k 50 --by s --seed 3"
    by_place = sel(command, plain).records
    by_row = sel(command, rows).records
    assert [{k: v for k, v in one.items() if k != "_row"} for one in by_row] == by_place
    spelt = lines(rows).replace(b'"_row"', b'"\\u005fr\\u006fw"')
    assert sel(command, spelt).records == by_row
    half = sel(command, [*plain[:4000], *rows[4000:]]).records
    assert [one["t"] for one in half] == [one["t"] for one in by_place]


@pytest.mark.parametrize("shape", [3, 9])
def test_the_toss_of_gpt3_is_as_likely_as_it_should_be(shape):
    scores = np.repeat(np.linspace(0, 1, 11), 20_000)
    keys = np.arange(len(scores), dtype=np.uint64)
    ranked = sample.rank(scores, keys, SeededNoise(5), pareto=shape)
    kept = np.isfinite(ranked).reshape(11, -1).mean(axis=1)
    chance = (2 - np.linspace(0, 1, 11)) ** -shape
    # numpy's own draws, as in NeMo: pareto(a) > 1 - score
    theirs = np.random.default_rng(0).pareto(shape, len(scores)) > 1 - scores
    spread = 4 * np.sqrt(chance * (1 - chance) / 20_000)
    assert (np.abs(kept - chance) <= spread + 1e-12).all()
    assert (
        np.abs(theirs.reshape(11, -1).mean(axis=1) - chance) <= spread + 1e-12
    ).all()
    assert kept[-1] == 1


def test_a_toss_depends_on_nothing_but_the_record(sel):
    records = [{"p": i % 10 / 10, "i": i} for i in range(500)]
    command = "pick sample --pareto 3 --by p --key i --seed 4"
    kept = sel(command, records).records
    assert 30 < len(kept) < 300
    turned = sel(command, records[::-1]).records
    assert turned == kept[::-1]
    alone = [record for record in records if sel_alone(record)]
    assert kept == alone
    few = sel(f"{command} -k 20", records).records
    assert len(few) == 20 and all(record in kept for record in few)
    assert sel("pick sample --pareto 9 --by p", [{"p": None}, {"p": 1}]).records == [
        {"p": 1}
    ]
    by_two = [{"p": 1, "q": 0.5}, {"p": None, "q": 1}]
    shared = sel("pick sample --pareto 9 --by p --per q", by_two).records
    assert shared == by_two[:1]


def sel_alone(record):
    """Whether a record is kept where there is no other."""
    from sel.maths.random import noise

    key = np.array([noise.key(str(record["i"]).encode())], np.uint64)
    score = np.array([record["p"]])
    return np.isfinite(sample.rank(score, key, SeededNoise(4), pareto=3))[0]


@pytest.mark.parametrize(
    "options,code,said",
    [
        ("--pareto 0", 2, "--pareto must be a number above 0"),
        ("--pareto 9 --temperature 2", 2, "goes with neither --temperature nor"),
        ("--pareto 9 --weights proportional", 2, "goes with neither --temperature"),
        ("--pareto 9 --lowest", 3, "takes scores from 0 to 1, and here is one of -1"),
        ("--pareto 9 -k -1", 2, "k must be"),
        ("", 2, "say how many"),
    ],
)
def test_what_a_toss_does_not_go_with(sel, options, code, said):
    run = sel(f"pick sample --by p {options}", [{"p": 0.5}, {"p": 1}], code=code)
    assert said in run.err
    if not options.endswith("lowest"):
        return
    run = sel("pick sample --by p --pareto 9", [{"p": 1.5}], code=3)
    assert "here is one of 1.5" in run.err


@pytest.fixture
def scored():
    rng = np.random.default_rng(8)
    return [
        {"id": f"r{i}", "s": s} for i, s in enumerate(rng.normal(size=300).tolist())
    ]


@pytest.mark.parametrize("more", ["", "--lowest", "--temperature 0.3", "--normalize"])
def test_a_cut_makes_the_choice_again(sel, tmp_path, scored, more):
    command = f"pick sample --by s --key id --seed 2 {more}"
    whole = sel(f"{command} -k 40 --summary a.json", scored).records
    cut = orjson.loads((tmp_path / "a.json").read_bytes())["cut"]
    assert sel(f"{command} --cut {cut!r}", scored).records == whole
    best = sel(f"{command} -k 10 --order score", scored).records
    assert sel(f"{command} -k 10 --cut {cut!r} --order score", scored).records == best
    if more != "--normalize":  # which looks at all records
        parts = [
            sel(f"{command} --cut {cut!r}", scored[i : i + 75]).records
            for i in range(0, 300, 75)
        ]
        assert [one for part in parts for one in part] == whole


def test_a_cut_with_groups_and_what_it_does_not_go_with(sel, scored):
    grouped = [one | {"g": one["id"][-1]} for one in scored]
    plain = sel("pick sample --by s --cut 1.5", grouped).records
    assert sel("pick sample --by s --cut 1.5 --per g", grouped).records == plain
    assert "cut" not in sel("pick sample --by s -k 2 --per g", grouped).err
    for options in "--pareto 3 --cut 1 --by s", "--by s,id --cut 1 -k 2":
        sel(f"pick sample {options}", grouped, code=2)
