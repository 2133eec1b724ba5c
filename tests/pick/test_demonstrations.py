import numpy as np
import orjson
import pytest

from sel.errors import UsageError
from sel.pick import demonstrations
from tests.conftest import GOLDEN, lines

VOTEK = GOLDEN / "votek"
RETRIEVAL = orjson.loads((VOTEK / "prompt_retrieval.json").read_bytes())[
    "prompt_retrieval"
]


def prompts(run, queries):
    found = [[] for _ in range(queries)]
    for record in run.records:
        found[record["_query"]].append(record)
    return found


def test_prompts_of_the_authors(sel, tmp_path):
    pairs = zip(RETRIEVAL["pool"], RETRIEVAL["words_pool"], strict=True)
    pool = [{"_row": row, "i": i, "n": n} for i, (row, n) in enumerate(pairs)]
    asked = [{"n": n} for n in RETRIEVAL["words_query"]]
    (tmp_path / "asked.jsonl").write_bytes(lines(asked))
    command = (
        f"pick demonstrations --vectors {VOTEK}/emb.npy --queries {VOTEK}/queries.npy"
        " --query-records asked.jsonl --centre own --no-card-check --cost n"
        f" --budget {RETRIEVAL['max_total_words']}"
        f" --longest {RETRIEVAL['max_example_words']}"
    )
    run = sel(command, pool)
    found = prompts(run, 40)
    expected = RETRIEVAL["order_in_prompt_positions_in_pool_least_similar_first"]
    assert [[record["i"] for record in prompt] for prompt in found] == expected
    for prompt, own in zip(found, asked, strict=True):
        likeness = [record["_cosine"] for record in prompt]
        assert likeness == sorted(likeness)
        assert own["n"] + sum(record["n"] for record in prompt) <= 250
    assert "18 read, " in run.err and "queries 40" in run.err


def by_hand(pool, asked, costs, groups, k, budget, stops):
    """Every cosine, every sort, in plain Python."""
    found = []
    length = np.linalg.norm
    for query in asked:
        cosines = [float(v @ query / length(v) / length(query)) for v in pool]
        order = sorted(range(len(pool)), key=lambda i: -cosines[i])
        if groups is not None:
            turn = {
                i: sum(groups[j] == groups[i] for j in order[:at])
                for at, i in enumerate(order)
            }
            order.sort(key=turn.get)
        taken, left = [], budget
        for i in order:
            if len(taken) == k:
                break
            if costs[i] <= left:
                taken.append(i)
                left -= costs[i]
            elif stops:
                break
        found.append(sorted(taken, key=lambda i: cosines[i]))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("packing", ["stop", "skip"])
@pytest.mark.parametrize("grouped", [False, True])
def test_against_brute_force(seed, packing, grouped):
    rng = np.random.default_rng(seed)
    pool, asked = rng.normal(size=(150, 4)), rng.normal(size=(9, 4))
    costs = rng.integers(1, 50, 150).astype(float)
    groups = rng.integers(0, 4, 150) if grouped else None
    budget = int(rng.integers(60, 3000))
    k = int(rng.integers(1, 120))
    found = demonstrations.pick(
        pool, asked, costs, None, groups, k=k, budget=budget, packing=packing
    )
    expected = by_hand(pool, asked, costs, groups, k, budget, packing == "stop")
    assert [[row for row, _ in prompt] for prompt in found] == expected


def test_labels_take_turns_and_the_rest_is_unchanged(sel, tmp_path):
    np.save(tmp_path / "p.npy", np.array([[1, 0.1], [1, 0.2], [1, 3], [1, 0.3]], "f4"))
    np.save(tmp_path / "q.npy", np.array([[1, 0]], "f4"))
    pool = b'{"l": "a", "x": 1.0}\n{"l":"a"}\n{"l":"b"}\n{"l":"a"}'
    run = sel(
        "pick demonstrations --vectors p.npy --queries q.npy -k 3 --per l --report r",
        pool,
    )
    assert [record["_row"] for record in run.records] == [2, 1, 0]
    assert run.out.splitlines()[2].startswith(b'{"l": "a", "x": 1.0,"_query":0,')
    report = [orjson.loads(line) for line in (tmp_path / "r").read_bytes().splitlines()]
    assert [(one["value"], one["pool"], one["kept"]) for one in report] == [
        ("a", 3, 2),
        ("b", 1, 1),
    ]
    assert report[0]["low"] < 2 / 3 < report[0]["high"] < 1 == report[1]["high"]


def test_itself_zeros_and_too_many(sel, tmp_path):
    np.save(tmp_path / "p.npy", np.array([[1, 0], [0, 0], [np.nan, 1], [1, 1]], "f4"))
    np.save(tmp_path / "q.npy", np.array([[2, 0], [0, 0]], "f4"))
    pool = [{"i": i} for i in range(4)]
    command = "pick demonstrations --vectors p.npy --queries q.npy -k 9"
    run = sel(command, pool)
    assert [record["i"] for record in run.records] == [3]
    assert "unusable queries 1" in run.err
    assert [r["i"] for r in sel(f"{command} --equal", pool).records] == [3, 0]
    np.save(tmp_path / "p.npy", np.empty((0, 2), "f4"))
    assert sel(command, b"").out == b""
    np.save(tmp_path / "p.npy", np.array([[1, 1]], "f4"))
    assert [r["i"] for r in sel(command, pool[:1]).records] == [0]


def test_what_is_missing_is_said(sel, tmp_path):
    np.save(tmp_path / "p.npy", np.eye(3, dtype="f4"))
    base = "pick demonstrations --vectors p.npy --queries p.npy"
    pool = [{"i": i} for i in range(3)]
    assert "say how many" in sel(base, pool, code=2).err
    assert "--cost goes with" in sel(f"{base} --budget 9", pool, code=2).err
    assert "'n' is missing" in sel(f"{base} --budget 9 --cost n", pool, code=3).err
    assert "3 rows" in sel(f"{base} -k 1", pool[:2], code=3).err
    with pytest.raises(UsageError):
        demonstrations.pick(np.eye(2), np.eye(2))
