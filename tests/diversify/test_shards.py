"""Duplicates among shards are those of one run, byte by byte."""

from __future__ import annotations

import errno
import os

import numpy as np
import orjson
import pytest

from sel.runs.shards import engines
from sel.streams import state
from tests.runs.sharded import call, in_shards, one_run, pieces


def texts(n=240, kinds=60, seed=1):
    rng = np.random.default_rng(seed)
    made = [
        {"id": i, "text": f"Text number {rng.integers(kinds)}", "q": int(q)}
        for i, q in enumerate(rng.integers(0, 5, n))
    ]
    made[9] = b"\n"
    made[10]["text"] = ""
    made[200]["text"] = "  "
    made[30]["text"] = "text NUMBER  7"
    return made


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return pieces(texts(), [0, 30, 31, 31, 120, 200], packed=(2, 4))


@pytest.mark.parametrize("options", ["", "--raw", "--fold"])
def test_exact(files, options):
    command = f"diversify exact {options}"
    whole = one_run(command, files)
    for shards in (1, 2, 7):
        found, times = in_shards(command, files, shards, f"r{shards}")
        assert found == whole
        assert times <= 3
    assert 55 < len(whole.splitlines()) < 70


def near(n=260, seed=2):
    """Texts of which some are near to others, a few of them to very many."""
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(500)]
    seeds = [rng.choice(words, 40).tolist() for _ in range(40)]
    made = []
    for i in range(n):
        kind = 0 if i % 4 == 0 else int(rng.integers(40))
        text = list(seeds[kind])
        for at in rng.integers(0, 40, int(rng.integers(0, 3))).tolist():
            text[at] = str(rng.choice(words))
        made.append({"id": i, "text": " ".join(text), "q": int(rng.integers(9))})
    made[5]["text"] = made[77]["text"] = ""
    made[6]["q"] = None
    made[8] = b"\n"
    return made


@pytest.mark.parametrize(
    "options",
    [
        "--threshold 0.7 --ngrams 2",
        "--threshold 0.5 --ngrams 1 --keep longest",
        "--threshold 0.6 --ngrams 3 --keep best --by q --unit chars",
        "--permutations 16",
    ],
)
def test_minhash(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sel.maths.text.lsh.REPS", 4)  # so that buckets are large
    files = pieces(near(), [0, 30, 31, 31, 120, 200], packed=(2, 4))
    command = f"diversify minhash -j 1 {options}"
    whole = one_run(command, files)
    for shards in (1, 7):
        found, times = in_shards(command, files, shards, f"r{shards}")
        assert found == whole
        assert times <= 6
    assert len(whole.splitlines()) < 220


def test_a_state_is_not_read_for_each_band(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = pieces(near(), [120])
    read, load = [], state.load
    monkeypatch.setattr(
        state, "load", lambda path, *a, **k: read.append(path) or load(path, *a, **k)
    )
    for shard in (1, 2, 1, 2, 1, 2):
        del read[:]
        meeting = f"--shard {shard}/2 --rounds r -o {shard}.jsonl"
        call(f"diversify minhash --threshold 0.5 -q {meeting} {' '.join(files)}")
        assert len(read) < 20


@pytest.fixture
def older(tmp_path, monkeypatch):
    """New records in several files, older ones in two, and an index of more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sel.maths.text.lsh.REPS", 4)  # so that buckets are large
    made = near()
    pieces(made[::5], [20], packed=(1,))
    for name, new in (("in-0.jsonl", "old-0.jsonl"), ("in-1.jsonl.zst", "old-1.zst")):
        (tmp_path / name).rename(new)
    pieces(made[1::9], [])
    call("diversify against --ngrams 2 --save kept.npz -q -o x.jsonl in-0.jsonl")
    rest = [one for i, one in enumerate(made) if i % 5 or i == 5]
    return pieces(rest, [0, 30, 31, 31, 120, 150], packed=(2, 4))


@pytest.mark.parametrize("keep", [4, 16])
@pytest.mark.parametrize(
    "options",
    [
        "--threshold 0.7 --ngrams 2 --old old-0.jsonl --old old-1.zst",
        "--threshold 0.6 --load kept.npz --old old-1.zst",
        "--permutations 16 --threshold 0.6 --save seen.npz",
    ],
)
def test_against(older, monkeypatch, options, keep):
    monkeypatch.setattr("sel.maths.text.lsh.REPS", keep)
    command = f"diversify against -j 1 {options}"
    whole = one_run(command, older)
    command = command.removesuffix("--save seen.npz")
    if "save" in options:  # else several files are taken for old ones by mistake
        call(f"diversify exact -q -o one.jsonl {' '.join(older)}")
        older = ["one.jsonl"]
        whole = one_run(command, older)
    for shards in (7,) if keep == 4 else (1, 2):
        found, times = in_shards(command, older, shards, f"r{shards}")
        assert found == whole
        assert times <= 5
    assert 10 < len(whole.splitlines()) < 160


def test_against_refuses_files_that_may_be_old(older, capsys):
    meeting = "--shard 1/1 --rounds r -o x.jsonl"
    call(f"diversify against {meeting} {' '.join(older)}", 2)
    assert "none for older ones" in capsys.readouterr().err


@pytest.mark.parametrize(
    "method",
    [
        "exact",
        "minhash --threshold 0.6 --ngrams 2 -j 1",
        "against --load kept.npz -j 1",
    ],
)
def test_summaries_of_shards_are_that_of_one_run(older, tmp_path, method):
    (tmp_path / older[3]).write_bytes(b'no\n{"text": 5}\n{"text": "Text"}\n')
    command = f"diversify {method} --on-error skip --summary said.json"
    whole = one_run(command, older)
    said = orjson.loads((tmp_path / "said.json").read_bytes())
    assert in_shards(command, older, 2)[0] == whole
    found = orjson.loads((tmp_path / "said.json").read_bytes())
    assert found | {"seconds": 0} == said | {"seconds": 0}


def test_a_damaged_state_is_refused(files, tmp_path, capsys):
    meeting = f"--shard 1/2 --rounds r -o x.jsonl {' '.join(files)}"
    call(f"diversify exact {meeting}")
    (state,) = (tmp_path / "r").iterdir()
    data = bytearray(state.read_bytes())
    at = data.index(b"PK\x03\x04", data.index(b"low.npy")) - 28  # of the last hash
    data[at] ^= 1
    state.write_bytes(data)
    capsys.readouterr()
    call(f"diversify exact {meeting.replace('1/2', '2/2')}", 3)
    assert "is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "column"), [(2, "small.npy"), (2, "large.npy"), (5, "rows.npy")]
)
def test_a_damaged_state_of_clusters_is_refused(
    tmp_path, monkeypatch, capsys, number, column
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sel.maths.text.lsh.REPS", 4)
    files = pieces(near(), [120])
    command = "diversify minhash -j 1 --threshold 0.6 --ngrams 2"
    call(f"{command} -q --shard 1/1 --rounds r -o x.jsonl {' '.join(files)}")
    path = tmp_path / f"r/round-{number}-000001-of-000001.npz"
    data = bytearray(path.read_bytes())
    data[data.index(b"\n", data.index(column.encode()) + 100) + 1] ^= 1
    path.write_bytes(data)
    for later in range(number + 1, 6):
        (tmp_path / f"r/round-{later}-000001-of-000001.npz").unlink()
    capsys.readouterr()
    call(f"{command} --shard 1/1 --rounds r -o x.jsonl {' '.join(files)}", 3)
    assert "is damaged" in capsys.readouterr().err


def test_a_disk_without_room_is_said_before_it_is_needed(files, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    meeting = "--shard 1/1 --rounds r -o x.jsonl"
    call(f"diversify minhash -j 1 -q {meeting} {' '.join(files)}", 4)
    assert "No space left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("exact --bloom 0.01", "--bloom"),
        ("exact --save x.npz", "--save"),
        ("exact --level line", "--level line"),
        ("exact --report y.jsonl", "--report"),
        ("minhash --report y.jsonl", "--report"),
        ("minhash --load in-1.jsonl", "--load"),
        ("against --save x.npz", "--save"),
    ],
)
def test_what_has_no_form_says_so(files, capsys, options, word):
    meeting = "--shard 1/2 --rounds r"
    call(f"diversify {options} {meeting} -o x.jsonl {' '.join(files)}", 2)
    said = capsys.readouterr().err
    assert word in said
    assert "no form for --shard" in said or "does not go with shards" in said


@pytest.mark.parametrize(
    "method",
    [
        "exact",
        "minhash --threshold 0.6 --ngrams 2",
        "against --load kept.npz --old old-1.zst",
    ],
)
def test_an_engine_holds_the_rounds(older, tmp_path, monkeypatch, method):
    monkeypatch.setattr("sel.maths.text.lsh.REPS", 16)  # as workers have it
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_shard")
    files = [older[1], older[4], older[5]]
    command = f"diversify {method}"
    whole = one_run(f"{command} -j 1", files)
    call(f"{command} -q -j 2 --engine local -o engine.jsonl {' '.join(files)}")
    assert (tmp_path / "engine.jsonl").read_bytes() == whole


@pytest.mark.parametrize("method", ["exact", "minhash"])
def test_an_engine_goes_on_after_the_rounds_that_were_done(
    tmp_path, monkeypatch, method
):
    monkeypatch.chdir(tmp_path)
    files = " ".join(pieces(near(), [90]))
    call(f"diversify {method} -q -o one.jsonl {files}")
    ordered, seen = engines.ordered, []

    def watched(*given):
        found = list(ordered(*given))
        states = tmp_path.glob(".two.jsonl.sel-parts/rounds-*/round-1-*")
        seen.append({one.name: one.stat().st_ino for one in states})
        if len(seen) == 1:
            raise KeyboardInterrupt
        return iter(found)

    monkeypatch.setattr(engines, "ordered", watched)
    command = f"diversify {method} -q --engine local -j 1 -o two.jsonl {files}"
    with pytest.raises(KeyboardInterrupt):
        call(command)
    call(f"{command} --resume")
    assert seen[0] and seen[0] == seen[1] == seen[-1]
    assert not list(tmp_path.glob(".two*"))
    assert (tmp_path / "one.jsonl").read_bytes() == (
        tmp_path / "two.jsonl"
    ).read_bytes()


def test_nothing_but_shards_keeps_rounds(files, capsys):
    call(f"diversify exact --resume -o x.jsonl {files[0]}", 2)
    assert "--resume goes with --engine or --shard" in capsys.readouterr().err
