"""GreeDi: what shards choose together, how good it is, and that it is said."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sel.diversify import facility
from sel.errors import MachineError
from sel.maths.greedy import facility as _facility
from sel.runs.shards import engines
from tests.diversify.choosing import rows_of, units_of
from tests.diversify.test_facility import similar_of, slowly
from tests.runs.sharded import call, in_shards, one_run, pieces

N, K = 420, 25


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Records in several files, some of which are empty or compressed."""
    monkeypatch.chdir(tmp_path)
    rows = rows_of(N, centres=40, seed=3)
    rows[17], rows[300] = 0, np.nan
    np.save("v.npy", rows)
    records = [{"id": i, "text": f"text {i}"} for i in range(N)]
    return pieces(records, range(0, N, 50), packed=(4,))


COMMAND = f"diversify facility -k {K} --vectors v.npy --summary s.json"


def said():
    return json.loads(Path("s.json").read_bytes())


@pytest.mark.parametrize("seed", range(3))
def test_the_second_choice_is_the_greedy_one_on_the_sample(seed):
    rows = rows_of(120, seed=seed)
    units = units_of(rows)
    chosen, total = slowly(similar_of(rows), 30)
    found = _facility.united(units, units, 30)
    assert found.tolist() == chosen
    assert _facility.covered(units, units[found]) / _facility.FINE == pytest.approx(
        total, rel=1e-4
    )
    few = _facility.united(units[:40], units[60:], 12)
    similar = np.maximum(units[60:] @ units[:40].T, 0)
    best = np.zeros(60)
    for place in few:
        gains = np.maximum(similar - best[:, None], 0).sum(axis=0)
        assert gains[place] >= gains.max() - 1e-3
        best = np.maximum(best, similar[:, place])
    assert _facility.united(units[:3], units, 9).tolist() != []
    assert sorted(_facility.united(units[:3], units, 9).tolist()) == [0, 1, 2]
    assert _facility.covered(units[:0], units) == 0 == _facility.covered(units, few[:0])


def test_shards_cover_nearly_as_much_as_one_run(files):
    whole = one_run(COMMAND, files)
    central = said()["covered"]
    assert in_shards(COMMAND, files, 1, "r1")[0] == whole
    rows = np.load("v.npy")
    units = units_of(rows)
    there = np.isfinite(units).all(axis=1)
    for shards in (2, 7):
        found, times = in_shards(COMMAND, files, shards, f"r{shards}")
        assert times <= 5
        told, chosen = said(), [json.loads(x)["id"] for x in found.splitlines()]
        assert len(set(chosen)) == told["kept"] == K
        assert told["without"] == {"vector": 2}
        assert told["greedi"]["shards"] == shards
        # What is said to be covered is what the records that were written cover.
        cosines = np.maximum(units[there] @ units[chosen].T, 0).max(axis=1)
        assert told["covered"] == pytest.approx(cosines.mean(), abs=1e-4)
        assert told["covered"] >= told["greedi"]["best_shard"]
        assert 0.98 < told["covered"] / central <= 1.001


def test_the_same_shards_choose_the_same(files):
    found, _ = in_shards(COMMAND, files, 2, "r")
    assert in_shards(COMMAND, files, 2, "again")[0] == found


def test_the_best_shard_is_taken_where_the_choice_of_all_is_worse(files, monkeypatch):
    monkeypatch.setattr(_facility, "united", lambda *_: np.zeros(1, np.int64))
    found, _ = in_shards(COMMAND, files, 3, "r")
    chosen = [json.loads(line)["id"] for line in found.splitlines()]
    rows, choices = np.load("v.npy"), []
    there = np.isfinite(rows).all(axis=1) & rows.any(axis=1)
    units = units_of(rows)
    for first, last in pairwise([0, 100, 250, N]):
        own = facility.diversify(rows[first:last], k=K).rows + first
        cosines = np.maximum(units[there] @ units[own].T, 0).max(axis=1)
        choices.append((cosines.sum(), sorted(own.tolist())))
    best = max(choices)
    assert chosen == best[1]
    told = said()["greedi"]
    assert told["choice"] == f"of shard {choices.index(best) + 1}"
    assert told["best_shard"] == said()["covered"]


def test_records_that_say_their_row(files):
    whole, _ = in_shards(COMMAND, files, 3, "plain")
    turned = [
        {"id": i, "_row": i} for i in map(int, np.random.default_rng(1).permutation(N))
    ]
    found, _ = in_shards(COMMAND, pieces(turned, [100, 200, 300]), 3, "said")
    assert len(found.splitlines()) == len(whole.splitlines()) == K
    half = pieces(turned[:200], [100])
    assert len(in_shards(COMMAND, half, 2, "half")[0].splitlines()) == K


def test_an_engine_cuts_by_size_alone(files, monkeypatch):
    call(f"{COMMAND} -q --engine local -o one.jsonl {' '.join(files)}")
    assert said()["greedi"]["shards"] == 1
    assert Path("one.jsonl").read_bytes() == one_run(COMMAND, files)
    monkeypatch.setattr(engines, "WIDE", 3)
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_shard")
    call(f"{COMMAND} -q --engine local -o engine.jsonl {' '.join(files)}")
    assert said()["greedi"]["shards"] == 4
    found, _ = in_shards(COMMAND, files, 4)
    assert Path("engine.jsonl").read_bytes() == found


def test_a_shard_that_was_ended_goes_on_from_its_states(files, monkeypatch):
    whole, _ = in_shards(COMMAND, files, 2, "whole")

    def ended(*_):
        raise MachineError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(_facility, "covered", ended)
        for codes in ((0, 0), (4, 0)):
            for i, code in enumerate(codes, 1):
                meeting = f"--shard {i}/2 --rounds r -o r-part-{i - 1}.jsonl"
                call(f"{COMMAND} -q {meeting} {' '.join(files)}", code)
    before = {path: path.stat().st_ino for path in Path("r").glob("*.npz")}
    assert len(before) == 5
    assert in_shards(COMMAND, files, 2, "r")[0] == whole
    assert all(path.stat().st_ino == inode for path, inode in before.items())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("--budget 9 --cost id", "say how many"),
        ("-k 5 --budget 9 --cost id", "--budget"),
        ("-k 5 --by id", "--by"),
        ("-k 5 --already in-1.jsonl", "--already"),
        ("-k 5 --graph v.npy", "--graph"),
        ("-k 5 --ranked", "--ranked"),
        ("-k 5 --order score", "--order score"),
        ("-k 5 --explain 3", "--explain"),
    ],
)
def test_what_has_no_form_says_so(files, capsys, options, word):
    meeting = "--vectors v.npy --shard 1/2 --rounds r -o x.jsonl"
    call(f"diversify facility {options} {meeting} {' '.join(files)}", 2)
    assert word in capsys.readouterr().err


def test_it_is_said_that_this_is_another_choice(files, capsys):
    word = "by GreeDi: near to what one run chooses, and not that"
    for shards in (1, 2):
        parts = [f"{shards}-{i}.jsonl" for i in range(shards)]
        capsys.readouterr()
        for _ in range(5):
            for i, part in enumerate(parts, 1):
                meeting = f"--shard {i}/{shards} --rounds r{shards} -o {part}"
                call(f"{COMMAND} {meeting} {' '.join(files)}")
        assert (word in capsys.readouterr().err) == (shards > 1)
        call(f"{COMMAND} --merge -o y.jsonl {' '.join(parts)}")
        assert (word in capsys.readouterr().err) == (shards > 1)


def test_a_matrix_of_more_rows_is_refused(files, capsys):
    np.save("v.npy", np.load("v.npy")[[*range(N), 0]])
    call(f"{COMMAND} --shard 1/2 --rounds r -o x.jsonl {' '.join(files)}")
    call(f"{COMMAND} --shard 2/2 --rounds r -o y.jsonl {' '.join(files)}", 3)
    assert "420 records and 421 rows" in capsys.readouterr().err


def test_a_fraction_is_of_all_records(files):
    call_ = COMMAND.replace(f"-k {K}", "--fraction 0.1")
    assert len(in_shards(call_, files, 3)[0].splitlines()) == 42
