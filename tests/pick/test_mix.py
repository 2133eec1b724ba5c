"""Mixtures of domains: exact budgets, caps, epochs, what is said and what is refused."""

import random
from collections import Counter

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import UsageError
from sel.pick import mix
from tests.conftest import lines

MIX = {"web": 0.2, "code": 0.3, "wiki": 0.5}


def pool(n=1000, seed=1):
    luck = random.Random(seed)
    shares = {"web": 0.7, "code": 0.2, "wiki": 0.1}
    domains = luck.choices(list(shares), list(shares.values()), k=n)
    return [
        {"id": i, "domain": domain, "tokens": luck.randint(1, 300), "q": luck.random()}
        for i, domain in enumerate(domains)
    ]


POOL = pool()
SIZES = Counter(record["domain"] for record in POOL)


def mixed(records=POOL, *, per="domain", **options):
    found = library.pick("mix", records, per=per, **options)
    return found.to_list(), found.summary


def test_the_number_of_records_is_exact():
    for k in (0, 1, 7, 100, 167):
        found, said = mixed(mix=MIX, k=k)
        assert len(found) == k == said["kept"]
        assert said["read"] == said["kept"] + said["dropped"] == 1000
    counts = Counter(record["domain"] for record in mixed(mix=MIX, k=100)[0])
    assert counts == {"web": 20, "code": 30, "wiki": 50}
    assert found == sorted(found, key=lambda record: record["id"])


def test_what_a_small_domain_lacks_goes_to_the_others_by_weight():
    found, said = mixed(mix=MIX, k=400)
    counts = Counter(record["domain"] for record in found)
    lacking = 200 - SIZES["wiki"]
    assert counts["wiki"] == SIZES["wiki"] and sum(counts.values()) == 400
    assert said["short"] == {"wiki": lacking}
    assert sum(said["redistributed"].values()) == lacking
    assert abs(counts["web"] - (80 + lacking * 0.4)) < 1
    assert said["domains"]["wiki"]["epochs"] == 1


def test_repeats_come_in_whole_epochs():
    found, said = mixed(mix=MIX, k=500, max_repeats=4)
    times = Counter(record["id"] for record in found if record["domain"] == "wiki")
    assert sum(times.values()) == 250 and "short" not in said
    assert set(times.values()) == {250 // SIZES["wiki"], 250 // SIZES["wiki"] + 1}
    assert len(times) == SIZES["wiki"]
    ids = [record["id"] for record in found]
    first = ids[: said["kept"]]
    assert first == sorted(set(ids))  # one epoch after the other, each in order
    assert said["lines"] == 500


def test_each_record_once_with_its_count():
    records = [{**record, "_repeats": 9} for record in POOL]
    several, _ = mixed(mix=MIX, k=500, max_repeats=4)
    once, said = mixed(records, mix=MIX, k=500, max_repeats=4, counted=True)
    counts = Counter(record["id"] for record in several)
    assert {record["id"]: record["_repeats"] for record in once} == counts
    assert len(once) == said["kept"] == len(counts)
    with pytest.raises(UsageError, match="no trainer reads _repeats"):
        mixed(mix=MIX, k=5, counted=True, form="text")


def test_if_there_is_too_little_all_is_written_and_said():
    found, said = mixed(mix=MIX, k=5000, max_repeats=2)
    assert len(found) == 2000
    assert said["wanted"] == "5,000, and all that can be are written"


def test_a_budget_is_never_passed_and_nothing_left_would_fit():
    for budget in (1, 50, 5_000, 20_000, 60_001):
        found, said = mixed(mix=MIX, budget=budget, cost="tokens")
        spent = sum(record["tokens"] for record in found)
        assert spent == said["budget"]["spent"] <= budget
        ids = {record["id"] for record in found}
        left = [record["tokens"] for record in POOL if record["id"] not in ids]
        assert min(left) > budget - spent
        for name, one in said["domains"].items():
            assert one["asked"] == pytest.approx(MIX[name] * budget)
            assert one["left"] == pytest.approx(one["asked"] - one["spent"])


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_caps_and_budgets_hold_for_any_costs(seed, whole):
    luck = np.random.default_rng(seed)
    n, d = int(luck.integers(1, 300)), int(luck.integers(1, 6))
    domains, scores = luck.integers(0, d, n), luck.random(n)
    costs = luck.integers(0, 50, n).astype(float) if whole else luck.random(n) * 50
    weights = luck.random(d) * (luck.random(d) < 0.8)
    weights[int(luck.integers(d))] = 1
    cap = float(luck.choice([0.5, 1, 1.5, 3]))
    total = float(luck.integers(1, 20_000))
    found = mix.pick(domains, scores, costs, weights, total, max_repeats=cap)
    spent = np.bincount(domains, found.copies * costs, d)
    sizes = np.bincount(domains, costs, d)
    assert np.allclose(spent, found.spent)
    assert spent.sum() <= total * (1 + 1e-15)
    assert (spent <= cap * sizes + 1e-9).all()
    assert found.copies.max() <= np.ceil(cap)
    assert not found.copies[weights[domains] == 0].any()
    for one in range(d):
        mine = found.copies[domains == one][costs[domains == one] > 0]
        assert not len(mine) or np.ptp(mine) <= 1
    room = min(total, (cap * sizes * (weights > 0)).sum())
    assert found.given.sum() == pytest.approx(room)
    assert found.asked.sum() == pytest.approx(total)
    assert spent.sum() > room - d * 50


def test_the_names_and_the_order_of_domains_do_not_matter():
    turned = {"wiki": "a", "web": "b", "code": "c"}
    renamed = [{**record, "domain": turned[record["domain"]]} for record in POOL]
    weights = {turned[name]: 7 * weight for name, weight in MIX.items()}
    ids = [record["id"] for record in mixed(mix=MIX, k=333)[0]]
    assert [record["id"] for record in mixed(renamed, mix=weights, k=333)[0]] == ids


def test_chance_depends_on_the_seed_and_the_record_alone():
    def drawn(records, **more):
        found, _ = mixed(records, mix=MIX, k=120, key="id", **more)
        return {record["id"] for record in found}

    turned = POOL[::-1]
    assert drawn(POOL) == drawn(turned) != drawn(POOL, seed=1)
    taken = Counter(i for seed in range(60) for i in drawn(POOL, seed=seed))
    web = [taken[r["id"]] for r in POOL if r["domain"] == "web"]
    assert np.mean(web) == pytest.approx(60 * 24 / SIZES["web"])
    assert max(web) < 12


def test_how_the_input_is_divided_does_not_matter(sel, tmp_path):
    whole = sel("pick mix --per domain --alpha 0.5 -k 200 --max-repeats 2 -q", POOL).out
    for i, at in enumerate((0, 300, 310)):
        end = (300, 310, 1000)[i]
        (tmp_path / f"{i}.jsonl").write_bytes(lines(POOL[at:end]).rstrip(b"\n"))
    words = "pick mix --per domain --alpha 0.5 -k 200 --max-repeats 2 -q"
    assert sel(f"{words} 0.jsonl 1.jsonl 2.jsonl").out == whole


def test_the_best_of_each_domain():
    found, _ = mixed(mix=MIX, k=30, by="q", lowest=True)
    for name in MIX:
        every = sorted(r["q"] for r in POOL if r["domain"] == name)
        chosen = sorted(r["q"] for r in found if r["domain"] == name)
        assert chosen == every[: len(chosen)]


def test_weights_from_sizes():
    _, said = mixed(alpha=0.3, k=100)
    powers = {name: size**0.3 for name, size in SIZES.items()}
    for name, one in said["domains"].items():
        exact = 100 * powers[name] / sum(powers.values())
        assert abs(one["asked"] - exact) < 1
    _, said = mixed(alpha=1, budget=10_000, cost="tokens")
    tokens = Counter()
    for record in POOL:
        tokens[record["domain"]] += record["tokens"]
    for name, one in said["domains"].items():
        share = tokens[name] / sum(tokens.values())
        assert one["asked"] == pytest.approx(10_000 * share)


@pytest.mark.parametrize("total", [90, 300, 800, 1500])
def test_unimax_is_the_papers_loop(total):
    left, budget = len(SIZES), total
    expected = {}
    for name, size in sorted(SIZES.items(), key=lambda item: item[1]):
        expected[name] = min(budget / left, 1.5 * size)
        budget -= expected[name]
        left -= 1
    _, said = mixed(unimax=1.5, k=total)
    for name, one in said["domains"].items():
        assert abs(one["written"] - expected[name]) <= 1


def test_weights_are_read_from_whatever_holds_them(sel, tmp_path):
    (tmp_path / "pool.jsonl").write_bytes(lines(POOL))
    rows = [{"domain": k, "weight": v, "prior": 9} for k, v in MIX.items()]
    rows += [{"target": "loss", "r2": 0.9}]
    kinds = {
        "a.json": orjson.dumps(MIX, option=orjson.OPT_INDENT_2),
        "b.json": orjson.dumps(MIX),
        "c.json": orjson.dumps({"run": 1, "weights": MIX}),
        "d.jsonl": lines(rows),
        "e.csv": b"domain,weight\nweb,20\ncode,30\nwiki,50\n",
        "f.json": orjson.dumps(rows),
        "g.jsonl": lines(
            [{"attribute": "domain", "level": k, "weight": v} for k, v in MIX.items()]
            + [{"attribute": "x", "level": "web", "weight": 3}, {"mixture": "kl"}]
        ),
    }
    found = set()
    for name, data in kinds.items():
        (tmp_path / name).write_bytes(data)
        found.add(sel(f"pick mix {name} --per domain -k 50 -q pool.jsonl").out)
    found.add(sel("pick mix - --per domain -k 50 -q pool.jsonl", lines([MIX])).out)
    (tmp_path / "mix.json").write_bytes(orjson.dumps(MIX))
    found.add(sel("pick mix mix.json --per domain -k 50 -q", POOL).out)
    assert len(found) == 1


def test_domains_that_only_one_has_are_refused_or_said():
    with pytest.raises(UsageError, match=r"names 'wikis', which no .* mean 'wiki'"):
        mixed(mix={"web": 1, "code": 1, "wikis": 1}, k=5)[0]
    with pytest.raises(UsageError, match="no weight for 'wiki', the domain of"):
        mixed(mix={"web": 1, "code": 1}, k=5)[0]
    found, said = mixed(mix={"web": 1, "code": 1, "x": 2}, k=10, partial=True)
    assert said["absent"] == "x" and said["unweighted"] == {"wiki": SIZES["wiki"]}
    assert Counter(r["domain"] for r in found) == {"web": 5, "code": 5}
    found, said = mixed(mix={"web": 1, "code": 1, "wiki": 0}, k=10)
    assert len(found) == 10 and "unweighted" not in said


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"web": -1}', "the weight of 'web' is -1, not a number from 0 on"),
        (b'{"web": null}', "the weight of 'web' is null"),
        (b'{"web": "0.5"}', "the weight of 'web' is a string"),
        (b'{"web": 0}', "there is no weight above 0"),
        (b"", "there is no weight above 0"),
        (b"[1, 2", "mix.json:1:6: the last line is cut"),
        (b'{"web": NaN}', "mix.json:1:9: NaN and Infinity are not JSON numbers"),
        (b'{"web": 1' + b"0" * 400 + b"}", "not a number from 0 on"),
        (b'{"domain":"a","weight":1}\n{"domain":"a","weight":2}\n', "two weights"),
        (b'{"domain":"a"}\n{"domain":"b","weight":2}\n', "'domain' and 'weight'"),
    ],
)
def test_weights_that_are_none(sel, tmp_path, data, words):
    (tmp_path / "mix.json").write_bytes(data)
    run = sel("pick mix mix.json --per domain -k 5", POOL[:9], code=3)
    assert words in run.err and len(run.err.splitlines()) == 1


def test_options_that_do_not_go_together(sel):
    for words, said in {
        "--per domain": "say how many",
        "--per domain -k 5 --budget 5 --cost tokens": "say how many",
        "--per domain -k 5": "give a file of weights",
        "--per domain -k 5 --alpha 1 --unimax 2": "--alpha and --unimax each",
        "--per domain -k 5 --unimax 2 --max-repeats 2": "no --max-repeats",
        "--per domain -k 5 --unimax 0": "--unimax must be above 0",
        "--per domain -k 5 --alpha -1": "--alpha must be between 0 and 10",
    }.items():
        assert said in sel(f"pick mix {words}", code=2).err


def test_bad_and_lacking_records_are_counted(sel, tmp_path):
    (tmp_path / "mix.json").write_bytes(orjson.dumps(MIX))
    odd = [
        {"id": -1, "domain": None, "tokens": 5},
        {"id": -2, "domain": "web", "tokens": None},
        {"id": -3, "domain": "web", "tokens": -1},
        {"id": -4, "tokens": 1},
    ]
    data = b"nonsense\n\n" + lines(odd) + lines(POOL) + b"\n{}\n"
    run = sel(
        "pick mix mix.json --per domain --budget 5000 --cost tokens --on-error skip"
        " --summary said.json --limit 20",
        data,
    )
    said = orjson.loads((tmp_path / "said.json").read_bytes())
    law = said["kept"] + said["dropped"] + said["rejected"] + said["blank"]
    assert said["read"] == law == 1008
    assert said["rejected"] == 4 and said["blank"] == 2
    assert said["without"] == {"group": 1, "cost": 1}
    assert len(run.records) == said["kept"] == 20
    assert all(record in POOL for record in run.records)
    counted = sel(
        "pick mix mix.json --per domain -k 50 --on-error skip --counted -q", data
    )
    assert all(record.pop("_repeats") == 1 for record in counted.records)


def test_nothing_comes_of_nothing(sel, tmp_path):
    (tmp_path / "mix.json").write_bytes(orjson.dumps(MIX))
    for how in ("-k 5", "--budget 5 --cost tokens", "-k 5 --counted"):
        run = sel(f"pick mix mix.json --per domain {how} --fail-if-empty", b"", code=1)
        assert run.out == b""
    assert sel("pick mix --per domain --alpha 0.5 -k 5", b"").out == b""
