"""Duplicates among shards are those of one run, byte by byte."""

from __future__ import annotations

import numpy as np
import pytest

from sel.runs import engines
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


def test_bad_lines_are_counted(files, tmp_path):
    (tmp_path / "in-3.jsonl").write_bytes(b'no\n{"text": 5}\n{"text": "Text"}\n')
    command = "diversify exact --on-error skip"
    whole = one_run(command, files)
    assert in_shards(command, files, 2)[0] == whole


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
    ("options", "word"),
    [
        ("exact --bloom 0.01", "--bloom"),
        ("exact --save x.npz", "--save"),
        ("exact --level line", "--level line"),
        ("exact --report y.jsonl", "--report"),
        ("minhash --report y.jsonl", "--report"),
        ("minhash --load in-1.jsonl", "--load"),
    ],
)
def test_what_has_no_form_says_so(files, capsys, options, word):
    meeting = "--shard 1/2 --rounds r"
    call(f"diversify {options} {meeting} -o x.jsonl {' '.join(files)}", 2)
    said = capsys.readouterr().err
    assert word in said
    assert "no form for --shard" in said or "does not go with shards" in said


@pytest.mark.parametrize("method", ["exact", "minhash --threshold 0.6 --ngrams 2"])
def test_an_engine_holds_the_rounds(tmp_path, monkeypatch, method):
    monkeypatch.chdir(tmp_path)
    files = pieces(near(), [30, 120], packed=(1,))
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
