"""No output is an input or another output, whatever it is called; endings do not lie."""

import os
import subprocess

import orjson
import pytest

import sel as library
from sel.errors import UsageError
from tests.cli.test_endings import shell
from tests.conftest import lines

POOL = lines([{"s": 1, "g": 1}, {"s": 2, "g": 1}])
BEST = b'{"s":2,"g":1}\n'
TOP = "pick top -k 1 --by s"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "pool.jsonl").write_bytes(POOL)
    return tmp_path


def refused(sel, place, command, stdin=b""):
    """It is refused in one line, and nothing is written."""
    before = {p: p.read_bytes() for p in place.iterdir() if p.is_file()}
    run = sel(command, stdin, code=2)
    assert run.err.count("\n") == 1 and run.out == b""
    assert {p: p.read_bytes() for p in place.iterdir() if p.is_file()} == before
    return run.err


@pytest.mark.parametrize("name", ["out.jsonl.part", "out.jsonl.journal"])
def test_a_temporary_name_is_nobody_elses(sel, place, name):
    (place / name).write_bytes(POOL)
    sel(f"{TOP} {name} -o out.jsonl")
    assert (place / name).read_bytes() == POOL
    assert (place / "out.jsonl").read_bytes() == BEST
    sel(f"score length {name} -o out.jsonl", code=3)
    assert (place / name).read_bytes() == POOL
    assert sorted(os.listdir(place)) == sorted([name, "out.jsonl", "pool.jsonl"])


@pytest.mark.parametrize(
    "option",
    [
        "-o pool.jsonl",
        "-o ./pool.jsonl",
        "-o linked.jsonl",
        "-o hard.jsonl",
        "--on-error quarantine=pool.jsonl",
        "--per g --report pool.jsonl",
        "-o out --per g --report out",
        "-o out --summary ./out",
        "--on-error quarantine=out --summary out",
        "-o real --summary dangling",
    ],
)
def test_two_files_of_a_run_are_never_one(sel, place, option):
    (place / "linked.jsonl").symlink_to("pool.jsonl")
    (place / "hard.jsonl").hardlink_to(place / "pool.jsonl")
    (place / "dangling").symlink_to("real")
    assert "Try: another name" in refused(sel, place, f"{TOP} pool.jsonl {option}")


@pytest.mark.parametrize(
    "command",
    [
        "score dsir --target pool.jsonl in -o pool.jsonl",
        "score dsir --target in pool.jsonl -o in --jobs 2",
        "embed ngrams in -o pool.npy --summary pool.npy.json",
        "diversify facility -k 1 --vectors v.npy --already pool.jsonl -o pool.jsonl in",
        "diversify exact in --save s --report s",
        "eval leak --against pool.jsonl --hits pool.jsonl in",
        "eval check in --format json=in",
        "eval stability --pool in --scores s a=in a=pool.jsonl -o pool.jsonl",
        "index search --queries q.npy --records pool.jsonl p.faiss -o pool.jsonl",
        "index graph --vectors v.npy -o v.npy",
    ],
)
def test_inputs_beside_the_pool_are_safe_too(sel, place, command):
    (place / "in").write_bytes(POOL)
    assert "Try: another name" in refused(sel, place, command)


def test_standard_input_from_the_same_file(place):
    for script in (
        f"sel {TOP} < pool.jsonl -o pool.jsonl",
        f"sel {TOP} pool.jsonl >> pool.jsonl",
    ):
        done = shell(script, place)
        assert done.returncode == 2 and b"over an input" in done.stderr
        assert (place / "pool.jsonl").read_bytes() == POOL


def test_shards_over_their_inputs(sel, place):
    (place / "bad").mkdir()
    assert "over an input" in refused(sel, place, "score length pool.jsonl -o ./")
    command = "score length pool.jsonl -o out/ --on-error quarantine=out/"
    assert "same file" in refused(sel, place, command)
    assert not (place / "out").exists()


def test_a_state_may_be_brought_up_to_date(sel, place):
    sel("diversify exact --save s --text {s} pool.jsonl")
    assert sel("diversify exact --load s --save s --text {s} pool.jsonl").out == b""


def test_the_library_refuses_as_well(place):
    path = str(place / "pool.jsonl")
    chosen = library.pick("top", path, k=1, by="s", per="g", report=path)
    with pytest.raises(UsageError, match=r"report .* over an input"):
        chosen.to_list()
    with pytest.raises(UsageError, match="over an input"):
        library.pick("top", path, k=1, by="s").write(path)
    with pytest.raises(UsageError, match=r"only \.jsonl"):
        library.read([{"a": 1}]).write(place / "out.xlsx")
    assert os.listdir(place) == ["pool.jsonl"]


@pytest.mark.parametrize(
    "option",
    [
        *(f"-o out.{end}" for end in ("xlsx", "txt", "orc", "CSV", "npy", "JSONL")),
        *(f"-o out.{end}" for end in ("txt.bz2", "npy.xz", "arrow.gz", "parquet.gz")),
        "-o shards/",
        "--summary -",
        "--summary s.jsonl",
        "--summary s.json.gz",
        "--per g --report r.csv",
        "--per g --report r.txt.zst",
        "--on-error quarantine=bad.parquet",
        "--on-error quarantine=bad/",
    ],
)
def test_an_ending_that_lies_is_refused_before_anything_is_read(sel, place, option):
    assert option.split()[-1].split("=")[-1] in refused(
        sel, place, f"{TOP} none {option}"
    )


@pytest.mark.parametrize(
    "command",
    [
        "embed ngrams none -o v.jsonl",
        "embed ngrams none -o v.npz",
        "score dsir none --save s.json",
        "index build --vectors none -o p.npy",
        "eval profile none -o p.html",
        "eval check none -o c.csv",
        "eval check none --save c.npz",
        "eval check none --format junit=c.html",
    ],
)
def test_each_kind_has_its_endings(sel, place, command):
    assert "cannot be written here, only" in refused(sel, place, command)


@pytest.mark.parametrize(
    "name", ["o", "o.100", "o.ndjson", "o.jsonl.tmp", ".o", "o.v1-2"]
)
def test_names_that_claim_nothing_are_lines(sel, place, name):
    sel(f"{TOP} pool.jsonl -o {name}")
    assert (place / name).read_bytes() == BEST


def test_json_of_several_rows_is_an_array(sel, place):
    command = "eval cut --by s --reference g==1 pool.jsonl"
    (place / "pool.jsonl").write_bytes(lines([{"s": i, "g": i % 2} for i in range(20)]))
    rows = sel(command).records
    sel(f"{command} -o rows.json")
    found = orjson.loads((place / "rows.json").read_bytes())
    assert found == rows if len(rows) > 1 else [found] == rows


def test_missing_folders_are_said_before_anything_is_read(sel, place):
    for option in ("-o no/out", "--summary no/s.json", "--on-error quarantine=no/b"):
        assert "no such directory: no" in sel(f"{TOP} none {option}", code=4).err


def test_what_is_open_is_written_straight(place):
    for to in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", ">(cat)"):
        done = shell(f"sel {TOP} -q pool.jsonl -o {to} | cat", place)
        assert (done.returncode, done.stdout, done.stderr) == (0, BEST, b"")
    done = shell(f"sel {TOP} pool.jsonl -q --summary /dev/stderr", place)
    assert done.stdout == BEST and orjson.loads(done.stderr)["kept"] == 1
    done = shell(f"sel {TOP} -q pool.jsonl -o /dev/fd/3 3>> log", place)
    shell(f"sel {TOP} -q pool.jsonl -o /dev/stdout >> log", place)
    assert (place / "log").read_bytes() == BEST * 2
    assert sorted(os.listdir(place)) == ["log", "pool.jsonl"]


def test_an_error_names_the_file_that_failed(place):
    folder = place / "full"
    folder.mkdir()
    done = subprocess.run(
        ["bash", "-c", "ulimit -f 1; exec " + " ".join(_command())],
        input=lines([{"text": f"{i} " * 99} for i in range(3000)]),
        env={**os.environ, "PYTHONPATH": os.getcwd(), "TMPDIR": str(folder)},
        cwd=place,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4
    assert (
        done.stderr.decode().splitlines()[-1].startswith(f"sel pick random: {folder}: ")
    )


def _command():
    import sys

    return [sys.executable, "-m", "sel", "pick", "random", "--fraction", "0.5"]
