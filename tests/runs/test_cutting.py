"""A choice from shards in rounds is that of one run, byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from sel.runs.shards import engines
from tests.runs.sharded import call, in_shards, one_run, pieces


def records(n=400, levels=0, seed=3):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=n)
    if levels:
        scores = np.round(scores * levels) / levels
    made = []
    for i in range(n):
        one = {
            "id": f"r{i}",
            "s": float(scores[i]),
            "tokens": int(rng.integers(0, 50)),
            "size": int(rng.integers(0, 9)),
            "lang": str(rng.choice(["de", "en", "fr"], p=[0.7, 0.2, 0.1])),
        }
        if i % 17 == 5:
            one["s"] = None
        if i % 23 == 4:
            one["lang"] = None
        if i % 29 == 7:
            one["tokens"] = None
        made.append(one)
    for one in made[320:]:
        one["lang"] = "nn"  # a group of the last shard alone
    made[11] = b"\n"
    return made


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return pieces(records(levels=4), [0, 50, 51, 51, 200, 320], packed=(2, 4))


COMMANDS = [
    "top --by s -k 0",
    "top --by s -k 1",
    "top --by s -k 100",
    "top --by s -k 10000",
    "top --by s --lowest -k 33",
    "top --by s/(tokens+1) -k 33 --on-error skip",
    "top --by s --fraction 0.1",
    "top --by s -k 7%",
    "top --by s --threshold 0.5",
    "top --by s --threshold 0.5 -k 20",
    "top --by s --budget 500 --cost tokens",
    "top --by s --budget 501 --cost tokens --over over",
    "top --by s --budget 502 --cost tokens --over nearest",
    "top --by s --budget 0 --cost tokens",
    "top --by s --budget 1e9 --cost tokens",
    "top --by s --budget 400 --cost tokens -k 12",
    "top --by s -k 41 --per lang",
    "top --by s -k 41 --per lang --shares proportional",
    "top --by s -k 9 --per lang --shares each",
    "top --by s --fraction 0.2 --per lang --shares each",
    "top --by s -k 40 --per lang --shares de=0.3,nn=0.7",
    "top --by s --budget 700 --cost tokens --per lang --shares proportional",
    "top --by s --budget 100 --cost tokens --per lang --shares each --over nearest",
    "sample --by s -k 60",
    "sample --by s -k 60 --key id --seed 5",
    "sample --by s --budget 900 --cost tokens --temperature 0.3",
    "sample --by s -k 60 --temperature tokens+1 --on-error skip",
    "random -k 77",
    "random --fraction 0.25 --per lang --shares proportional --key id",
    "fuse --rank s,tokens -k 50",
    "fuse --rank s:0.25,-tokens:0.75 --fraction 0.1 --ties min",
    "fuse --rank tokens,s --ties ordinal -k 33 --per lang",
    "fuse --rank s,tokens:2 --fusion rrf -k 40 --ties ordinal",
    "fuse --rank -s,tokens --fusion rrf --budget 700 --cost tokens --constant 5",
    "fuse --rank s --threshold -60",
    "turns --by s,tokens -k 40",
    "turns --by tokens,s -k 9% --rule skip",
    "turns --by s,tokens,size -k 1 --rule max --lowest",
    "turns --by s,tokens -k 10000",
    "where --percentile 's >= 80 or tokens < 5'",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_shards_choose_what_one_run_does(files, command):
    whole = one_run(f"pick {command}", files)
    for shards in (1, 7) if "-k 1" in command else (2, 7):
        found, times = in_shards(f"pick {command}", files, shards, f"rounds{shards}")
        assert found == whole
        assert times <= 4 + 2 * ("fuse" in command)
    kept = len(whole.splitlines())
    assert (kept > 0) == (command[-5:] != " -k 0" and "budget 0" not in command)


CHOICES = [
    "top --by s -k 30",
    "fuse --rank s,tokens --ties ordinal -k 30",
    "turns --by s,tokens -k 30",
]


@pytest.mark.parametrize("choice", CHOICES)
def test_bad_lines_are_counted(files, tmp_path, choice):
    (tmp_path / "in-1.jsonl").write_bytes(
        b'{"s": 1, "tokens": 1}\nno\n{"s": "x"}\n{"s": 9, "tokens": 9}\n'
    )
    command = f"pick {choice} --on-error skip --summary said.json"
    whole = one_run(command, files)
    said = orjson.loads((tmp_path / "said.json").read_bytes())
    assert in_shards(command, files, 3)[0] == whole
    found = orjson.loads((tmp_path / "said.json").read_bytes())
    assert found | {"seconds": 0} == said | {"seconds": 0}
    assert said["rejected"] == 2


@pytest.mark.parametrize(
    "choice",
    [
        *(one.replace("30", "500") for one in CHOICES),
        "sample --by s -k 40",
        "random -k 10 --per lang",
        "top --by s --budget 700 --cost tokens",
        "top --by s --budget 90 --cost tokens --per lang --shares each",
        "top --by s --fraction 0.2 --per lang --shares proportional --report rates",
        "fuse --rank s,tokens --budget 700 --cost tokens --per lang --report rates",
        "top --by s --threshold 0.3 --per lang --report rates",
        "where --percentile 's > 50'",
    ],
)
def test_summaries_of_shards_are_that_of_one_run(files, tmp_path, choice):
    command, rates = f"pick {choice} --summary said.json", tmp_path / "rates"
    one_run(command, files)
    said = orjson.loads((tmp_path / "said.json").read_bytes())
    report = rates.read_bytes() if rates.exists() else b""
    in_shards(command, files, 3)
    found = orjson.loads((tmp_path / "said.json").read_bytes())
    assert found | {"seconds": 0} == said | {"seconds": 0}
    assert bool(report) == ("report" in choice)
    assert not report or rates.read_bytes() == report


@pytest.mark.parametrize("choice", CHOICES)
def test_a_bad_line_ends_the_run_with_its_words(files, tmp_path, capsys, choice):
    (tmp_path / "in-1.jsonl").write_bytes(b"no\n")
    call(f"pick {choice} -q -o x.jsonl {' '.join(files)}", 3)
    said = capsys.readouterr().err
    meeting = "--shard 1/1 --rounds r"
    call(f"pick {choice} -q {meeting} -o x.jsonl {' '.join(files)}", 3)
    assert capsys.readouterr().err == said
    assert not (tmp_path / "x.jsonl").exists()


@pytest.mark.parametrize(
    "choice",
    ["fuse --rank s,more --ties ordinal -k 50", "turns --by s,more -k 9%"],
)
def test_fields_that_are_joined(files, choice):
    made = [
        orjson.dumps({"_row": i, "more": i * 7919 % 101}) + b"\n" for i in range(399)
    ]
    Path("more.jsonl").write_bytes(b"".join(made))
    command = f"pick {choice} --join more.jsonl"
    whole = one_run(command, files)
    assert in_shards(command, files, 3)[0] == whole
    assert len(whole.splitlines()) > 30


def test_large_numbers_of_ties(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [{"s": 1.5, "i": i} for i in range(300)]
    files = pieces(made, [100, 101, 250])
    whole = one_run("pick top --by s -k 160", files)
    assert in_shards("pick top --by s -k 160", files, 3)[0] == whole
    assert orjson.loads(whole.splitlines()[-1])["i"] == 159


def test_many_rounds_where_keys_are_close(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sel.maths.ranking.cuts.BINS", 4)
    made = [{"s": float(np.nextafter(1, 2) + i * 2.0**-52)} for i in range(300)]
    files = pieces(made, [100, 101, 250])
    whole = one_run("pick top --by s -k 160", files)
    found, times = in_shards("pick top --by s -k 160", files, 3)
    assert found == whole
    assert 3 <= times <= 5


def test_states_do_not_grow_with_the_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    sizes = []
    for n in (10_000, 40_000):
        made = [
            b'{"s": %r, "g": "%d"}\n' % (x, i % 3)
            for i, x in enumerate((rng.random(n) + 1).tolist())
        ]
        files = pieces(made, [n // 2])
        command = f"pick top --by s -k {n // 3} --per g"
        whole = one_run(command, files)
        assert in_shards(command, files, 2, f"r{n}")[0] == whole
        first = sorted((tmp_path / f"r{n}").glob("round-1-*"))
        sizes.append(max(path.stat().st_size for path in first))
    assert sizes[1] <= sizes[0] * 1.01  # 16 bins for each group


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("sample --by s -k 3 --noise noise.npy", "--noise"),
        ("top --by s -k 3 --order score", "--order"),
        ("top --by s -k 3 --limit 2", "--limit"),
        ("fuse --rank s -k 3 --ranked", "--ranked"),
        ("where --percentile 's > 9' --per lang", "--per"),
        ("sample --by s -k 3 --normalize", "--normalize"),
        ("top --by s,tokens -k 3", "--by"),
    ],
)
def test_what_has_no_form_says_so(files, capsys, options, word):
    meeting = "--shard 1/2 --rounds r"
    np.save("noise.npy", np.zeros((1, 9)))
    call(f"pick {options} {meeting} -o x.jsonl {' '.join(files)}", 2)
    said = capsys.readouterr().err
    assert word in said
    assert "no form for --shard" in said or "does not go with shards" in said
    assert said.count("\n") == 1


def test_costs_that_are_not_whole_are_refused(files, tmp_path, capsys):
    (tmp_path / "in-1.jsonl").write_bytes(b'{"s": 1, "tokens": 1.5}\n')
    command = "pick top --by s --budget 9 --cost tokens --shard 1/1 --rounds r"
    call(f"{command} -o x.jsonl {' '.join(files)}", 3)
    assert "not whole" in capsys.readouterr().err


def test_states_of_another_run_are_refused(files, capsys):
    meeting = f"--shard 1/2 --rounds r -o x.jsonl {' '.join(files)}"
    call(f"pick top --by s -k 3 {meeting}")
    assert "the same again" in capsys.readouterr().err
    call(f"pick top --by s -k 4 {meeting.replace('1/2', '2/2')}", 3)
    assert "other options or inputs" in capsys.readouterr().err


def test_a_state_that_is_cut_off_is_refused(files, tmp_path, capsys):
    meeting = f"--shard 1/2 --rounds r -o x.jsonl {' '.join(files)}"
    call(f"pick top --by s -k 3 {meeting}")
    (state,) = (tmp_path / "r").iterdir()
    state.write_bytes(state.read_bytes()[:-40])
    capsys.readouterr()
    call(f"pick top --by s -k 3 {meeting.replace('1/2', '2/2')}", 3)
    assert "is not a saved state" in capsys.readouterr().err


def test_shards_need_a_folder(files, capsys):
    call(f"pick top --by s -k 3 --shard 1/2 -o x.jsonl {' '.join(files)}", 2)
    assert "Try: --rounds DIR" in capsys.readouterr().err


def test_a_large_file_is_cut(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [{"s": i * 7919 % 30_011, "text": "x" * 60} for i in range(30_000)]
    files = pieces(made, [])
    for command in ("top --by s -k 900", "random -k 900", "sample --by s -k 900"):
        whole = one_run(f"pick {command}", files)
        assert in_shards(f"pick {command}", files, 4, command[:3])[0] == whole
    sizes = {path.stat().st_size for path in tmp_path.glob("top-part-*")}
    assert min(sizes) > 1000


@pytest.mark.parametrize("choice", ["sample --by s -k 60 --per lang", *CHOICES[1:]])
def test_an_engine_holds_the_rounds(files, monkeypatch, choice):
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_shard")
    command = f"pick {choice}"
    whole = one_run(command, files)
    call(f"{command} -q --engine local -o engine.jsonl {' '.join(files)}")
    assert Path("engine.jsonl").read_bytes() == whole
    assert not list(Path().glob(".engine*"))


def test_equal_groups_come_in_the_order_of_what_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [{"g": "a", "s": None}, {"g": "b", "s": 1}, {"g": "a", "s": 1}]
    files = pieces(made, [1, 2])
    command = "pick top --by s -k 1 --per g --shares proportional"
    whole = one_run(command, files)
    assert in_shards(command, files, 3)[0] == whole
    assert orjson.loads(whole)["g"] == "b"


def test_ranks_are_looked_up_by_ranges_of_values(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sel.runs.picks.standing.CHUNK", 4)
    monkeypatch.setattr("sel.runs.picks.standing.SAMPLE", 3)
    monkeypatch.setattr("sel.runs.picks.standing.PENDING", 10)
    command = "pick fuse --rank s,tokens,size --ties ordinal -k 60"
    whole = one_run(command, files)
    assert in_shards(command, files, 7)[0] == whole
    first = next((tmp_path / "states").glob("round-1-000003-*"))
    data = bytearray(first.read_bytes())
    at = data.index(b"PK\x03\x04", data.index(b"upto.npy")) - 28  # a count
    data[at] ^= 1
    first.write_bytes(data)
    for path in (tmp_path / "states").glob("round-2-*"):
        path.unlink()
    for path in tmp_path.glob("states-part-*"):
        path.unlink()
    with pytest.raises(AssertionError):
        in_shards(command, files, 7)
    assert "is damaged" in capsys.readouterr().err


def test_shards_with_unlike_numbers_of_queries_are_refused(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    files = pieces([{"r": [1, 2]}, {"r": [1, 2, 3]}], [1])
    command = f"pick turns --by r -k 1 -q {' '.join(files)}"
    for shard in ("2/2", "1/2"):
        call(
            f"{command} --shard {shard} --rounds r -o x.jsonl",
            3 if shard[0] == "1" else 0,
        )
    assert "a record has 3 scores and those before it 2" in capsys.readouterr().err
    call(f"{command} -o x.jsonl", 3)
    assert "a record has 3 scores and those before it 2" in capsys.readouterr().err
