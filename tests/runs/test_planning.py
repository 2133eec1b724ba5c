"""--dry-run says what a run would do, which then does it."""

import os
import re

import orjson
import pytest

from tests.conftest import lines

RECORDS = [
    {
        "text": f"{'the same words for some of them ' * 9}{i % 90}",
        "s": i % 7,
        "g": i % 3,
    }
    for i in range(120)
]


@pytest.fixture
def pool(tmp_path):
    (tmp_path / "target.jsonl").write_bytes(lines(RECORDS[:9]))
    (tmp_path / "pool.jsonl").write_bytes(lines(RECORDS))
    (tmp_path / "more.jsonl").write_bytes(lines(RECORDS[:40]))
    return tmp_path / "pool.jsonl"


def passes(said):
    (found,) = re.findall(r"passes over the records: (.*)", said)
    return int(found)


COMMANDS = [
    "score length",
    "score dsir --target target.jsonl",
    "score dsir --target target.jsonl --save made.npz",
    "score dsir --load fit.npz",
    "score classifier --pos target.jsonl --neg pool.jsonl",
    "score classifier --labels g",
    "pick top --by s -k 5",
    "pick top --by s --fraction 0.1",
    "pick top --by s -k 9 --per g --shares equal",
    "pick top --by s:desc,g:asc -k 5",
    "pick target --judge exact --own text --gold text",
    "pick sample --by s -k 5 --normalize",
    "pick fuse --rank s -k 5",
    "pick turns --by s,g -k 5",
    "pick where s>2",
    "diversify exact",
    "diversify minhash",
    "diversify against --save made.npz",
    "diversify substring",
    "diversify rouge",
    "eval profile",
    "eval drift --save made.npz",
    "embed ngrams --dim 8 -o made.npy",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_as_many_passes_as_are_made(sel, tmp_path, pool, command):
    """Those that --log tells of, which has a line for each pass over each file."""
    if "fit.npz" in command:
        sel("score dsir --target target.jsonl --save fit.npz pool.jsonl")
    before = sorted(os.listdir(tmp_path))
    run = sel(f"{command} pool.jsonl more.jsonl --log run.log --dry-run")
    assert run.out == b"" and sorted(os.listdir(tmp_path)) == before
    for name in ("pool.jsonl", "more.jsonl"):
        assert f"would read {name} (" in run.err
    for name in ("target.jsonl", "fit.npz"):
        assert (f" {name} (" in run.err) == (name in command)
    for name in ("made.npz", "made.npy"):
        assert (f"{name} (" in run.err) == (name in command)
    sel(f"{command} pool.jsonl more.jsonl --log run.log")
    told = map(orjson.loads, (tmp_path / "run.log").open("rb"))
    doing = [line["doing"] for line in told if line.get("file") == "more.jsonl"]
    assert passes(run.err) == len(doing), doing


def test_nothing_is_read(sel, tmp_path, pool):
    """A run would wait for ever for a named pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe")
    run = sel("diversify minhash --dry-run pipe")
    assert "would read pipe" in run.err and passes(run.err) == 3
    (tmp_path / "no.jsonl").write_bytes(b"{" * 1000)
    assert "(1,000 bytes)" in sel("score length --dry-run no.jsonl").err


def test_what_takes_room_is_said(sel, pool):
    said = sel("diversify minhash --dry-run").err
    assert "a packed copy of standard input and about 144 MB" in said
    assert "temporary files: none" in sel("pick top -k 1 --by s --dry-run").err
    assert "120 MB, the Bloom" not in sel("diversify exact --dry-run").err
    assert (
        "Bloom filter"
        in sel("diversify exact --bloom 0.1 --capacity 1000 --dry-run").err
    )
    said = sel("diversify against --dry-run pool.jsonl -o out.jsonl").err
    assert re.search(r"would write -o out.jsonl \([\d,.]+ GB are free there\)", said)
    said = sel("pick rows --from pool.jsonl --dry-run pool.jsonl").err
    assert "as many times as the records ask for" in said


@pytest.mark.parametrize(
    "command,code,why",
    [
        ("pick top -k 1 --by s nowhere.jsonl", 4, "nowhere.jsonl: No such file"),
        ("pick top -k 1 --by s pool.jsonl -o pool.jsonl", 2, "over an input"),
        ("pick top -k 1 --by s pool.jsonl -o no/out.jsonl", 4, "no such directory"),
        ("pick top --by s pool.jsonl", 2, "say how many"),
    ],
)
def test_what_cannot_be_is_said(sel, pool, command, code, why):
    assert why in sel(f"{command} --dry-run", code=code).err


@pytest.mark.parametrize(
    "command,code,why",
    [
        ("score length pool.jsonl --shard 1/2", 2, "--shard needs -o FILE"),
        ("score length pool.jsonl --norm sum --shard 1/2 -o p.jsonl", 2, "norm"),
        (
            "score dsir --target target.jsonl pool.jsonl --shard 1/2 -o p.jsonl",
            2,
            "SUMS",
        ),
        ("pick random -k 5 pool.jsonl --shard 1/2 -o p.jsonl", 2, "Try: --rounds"),
        ("pick random -k 5 --limit 9 pool.jsonl --engine local", 2, "--limit does not"),
        ("eval check nowhere.toml pool.jsonl", 4, "nowhere.toml: No such file"),
        ("pick mix nowhere.json --per g -k 9 pool.jsonl", 4, "nowhere.json: No such"),
    ],
)
def test_what_shards_cannot_be_is_said(sel, tmp_path, pool, command, code, why):
    before = sorted(os.listdir(tmp_path))
    assert why in sel(f"{command} --dry-run", code=code).err
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    "command,passes,written",
    [
        ("score length --shard 2/3 -o parts/", "1", "-o parts/part-00001.jsonl"),
        (
            "score dsir --target target.jsonl --shard 1/3 --save s.shard",
            "1",
            "--save s.",
        ),
        ("eval profile --shard 1/3 -o s.shard", "1", "-o s.shard"),
        (
            "pick top --by s -k 5 --shard 1/3 --rounds states -o p.jsonl",
            "one in each round, and one to write",
            "the states of its rounds to states",
        ),
        (
            "diversify minhash --engine local -o out.jsonl",
            "one in each round, and one to write",
            "-o out.jsonl",
        ),
        ("score length --merge -o out.jsonl", "1", "-o out.jsonl"),
    ],
)
def test_what_a_shard_does_is_said(sel, tmp_path, pool, command, passes, written):
    before = sorted(os.listdir(tmp_path))
    said = sel(f"{command} pool.jsonl --dry-run").err
    assert f"passes over the records: {passes}\n" in said
    assert f"would write {written}" in said
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("condition", ["s>2", "s==2"])
def test_a_condition_is_no_file(sel, pool, condition):
    said = sel(f"pick where {condition} pool.jsonl --dry-run").err
    assert said.count("would read") == 1 and "would read pool.jsonl" in said


def test_a_run_without_files_does_not_wait_for_standard_input(sel, tmp_path):
    (tmp_path / "v.npy").write_bytes(b"")
    said = sel("index codebook --vectors v.npy --codes 4 -o b.npy --dry-run").err
    assert "would read --vectors v.npy" in said
    assert "standard input" not in said and "passes" not in said
