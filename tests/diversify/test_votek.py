"""Vote-k: the authors' orders, exact sums by hand, groups, and graphs that are given."""

from fractions import Fraction

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sel.diversify import _votes, votek
from sel.errors import OptionError, UsageError
from tests.conftest import GOLDEN, lines
from tests.diversify.choosing import rows_of

HERE = GOLDEN / "votek"
RECORDED = orjson.loads((HERE / "golden.json").read_bytes())
CASES = RECORDED["cases"]
GRAPHS = {
    centred: np.load(HERE / f"knn150_{name}.npy").astype(np.int32)
    for centred, name in ((True, "centred"), (False, "raw"))
}
SURE = -np.load(HERE / "synthetic_loss.npy")
STAGES = {
    "batch10_budget100",
    "batch10_budget18",
    "batch2_budget18",
    "batch10_budget50",
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "rule,name", [("paper", "exact_authors_tiebreak"), ("released", "authors_order")]
)
def test_the_recorded_orders(case, rule, name):
    known = CASES[case]
    graph = GRAPHS[known["centred"]][:, : known["k"]]
    found = votek.diversify(None, graph=graph, k=100, rule=rule)
    assert found.rows.tolist() == known[name]


@pytest.mark.parametrize("case", CASES)
def test_the_recorded_orders_from_vectors(case):
    known = CASES[case]
    found = votek.diversify(
        np.load(HERE / "emb.npy"),
        k=100,
        neighbours=str(known["k"]),
        center=known["centred"],
    )
    assert found.rows.tolist() == known["exact_authors_tiebreak"]


@pytest.mark.parametrize("stage", sorted(STAGES))
@pytest.mark.parametrize(
    "rule,name",
    [("paper", "full_votek_exact_paper_discount"), ("released", "full_votek_authors")],
)
def test_the_recorded_second_stages(stage, rule, name):
    first, budget = (int(part.strip("abcdeghtu")) for part in stage.split("_"))
    graph = GRAPHS[True]
    one = votek.diversify(None, graph=graph, k=first, rule=rule).rows
    two = votek.diversify(
        None, one, SURE, graph=graph, k=budget - first, rule=rule
    ).rows
    assert [*one.tolist(), *two.tolist()] == RECORDED[name][stage]


def test_hubs_that_run_out_are_not_chosen_twice():
    rows = rows_of(30)
    found = votek.diversify(rows, k=30, neighbours="2").rows.tolist()
    assert sorted(found) == list(range(30))


def slowly(graph, k, size):
    """The rule as it is written, in fractions."""
    voters = [[i for i, named in enumerate(graph) if j in named] for j in range(size)]
    named = [j for i in range(len(graph)) for j in graph[i][::-1] if j >= 0]
    first = {j: named.index(j) if j in named else len(named) for j in range(size)}
    count, chosen = [0] * len(graph), []
    for _ in range(k):
        worth = {
            j: sum(Fraction(1, 10 ** count[i]) for i in voters[j] if i not in chosen)
            for j in range(size)
            if j not in chosen
        }
        best = min(worth, key=lambda j: (-worth[j], -len(voters[j]), first[j], j))
        chosen.append(best)
        for i in voters[best]:
            count[i] += 1
    return chosen


@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 12))
def test_the_rule_as_it_is_written(seed, n, k):
    rng = np.random.default_rng(seed)
    k = min(k, n - 1)
    graph = [
        rng.permutation([j for j in range(n) if j != i])[:k].tolist() for i in range(n)
    ]
    found = votek.diversify(None, graph=np.array(graph, np.int32), k=n)
    assert found.rows.tolist() == slowly(graph, n, n)


def test_sums_of_more_digits_than_a_word_has(monkeypatch):
    monkeypatch.setattr(_votes, "ROOM", 10**5)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        graph = [
            rng.permutation([j for j in range(25) if j != i])[:9].tolist()
            for i in range(25)
        ]
        found = votek.diversify(None, graph=np.array(graph, np.int32), k=25)
        assert found.rows.tolist() == slowly(graph, 25, 25)


def test_a_worked_example():
    graph = np.array([[1, 2], [0, 2], [0, 1], [2, 0]], np.int32)
    found = votek.diversify(None, graph=graph, k=3)
    # 0 and 2 have three voters each, and voter 0 is asked first and names 2 last.
    # Voters 1 and 3 have a chosen neighbour then, and 2 is silent.
    assert found.rows.tolist() == [2, 0, 1]
    assert found.gains.tolist() == pytest.approx([3, 0.2, 0])


def test_neighbours_by_themselves_follow_pool_and_number():
    rows = rows_of(400)
    assert votek.diversify(rows, k=20).facts["neighbours"] == 20
    assert votek.diversify(rows, k=2).facts["neighbours"] == 30
    assert votek.diversify(rows, k=100).facts["neighbours"] == 10
    with pytest.raises(OptionError, match="--neighbours"):
        votek.diversify(rows, k=2, neighbours="some")


def test_groups_are_chosen_as_wholes(sel, tmp_path):
    np.save(tmp_path / "v.npy", rows_of(60))
    pool = [{"i": i, "talk": i // 4} for i in range(60)]
    run = sel("diversify votek -k 3 --group-field talk --vectors v.npy", pool)
    talks = [record["talk"] for record in run.records]
    assert len(talks) == 12
    assert len(set(talks)) == 3
    assert "groups 3" in run.err


def test_groups_of_one_are_rows():
    rows = rows_of(80)
    plain = votek.diversify(rows, k=10)
    grouped = votek.diversify(rows, groups=np.arange(80), k=10)
    assert sorted(plain.rows.tolist()) == sorted(grouped.rows.tolist())


def test_a_voter_counts_once_for_a_group():
    graph = np.array([[1, 2, 3], [2, 3, 0], [1, 0, -1], [0, 1, 2]], np.int32)
    named = _votes.by_group(graph, np.array([0, 1, 1, 2]))
    wanted = [[-1, 1, 2], [-1, 0, 2], [-1, -1, 0], [-1, 0, 1]]
    assert [sorted(line) for line in named.tolist()] == wanted


def test_second_stage_in_the_shell(sel, tmp_path):
    np.save(tmp_path / "v.npy", np.load(HERE / "emb.npy"))
    pool = [{"i": i, "loss": -float(sure)} for i, sure in enumerate(SURE)]
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    base = "diversify votek --vectors v.npy --neighbours 150 --order score pool.jsonl"
    one = sel(f"{base} -k 10 --ranks -o first.jsonl")
    assert one.code == 0
    two = sel(f"{base} -k 8 --already first.jsonl --confidence loss --lowest")
    wanted = RECORDED["full_votek_exact_paper_discount"]["batch10_budget18"]
    assert [record["i"] for record in two.records] == wanted[10:]


def test_more_bins_than_there_are_unsure_rows():
    rows = rows_of(20)
    sure = np.random.default_rng(0).random(20)
    found = votek.diversify(rows, np.array([0]), sure, k=19).rows.tolist()
    assert len(set(found)) == len(found)
    assert 0 not in found


def test_what_does_not_go_together():
    rows = rows_of(9)
    with pytest.raises(UsageError, match="group-field"):
        votek.diversify(rows, confidence=np.ones(9), groups=np.arange(9), k=2)
    with pytest.raises(UsageError, match="graph"):
        votek.diversify(None, k=2)
