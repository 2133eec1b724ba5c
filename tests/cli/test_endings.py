"""Faults and bad input: how a command ends, and what it leaves."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time

import orjson
import pytest
import zstandard

from tests.conftest import DATA, HERE, SEL, lines
from tests.harness import PATIENCE

POOL = DATA / "pool.jsonl.zst"
ENV = {**os.environ, "PYTHONPATH": str(HERE.parent)}
COMMANDS = [
    "score length",
    "score random",
    "pick top --by s -k 5",
    "pick random -k 5",
    "pick where true",
]
every_command = pytest.mark.parametrize("command", COMMANDS)
RECORDS = [{"text": f"text {i}", "s": i} for i in range(20)]


def shell(script, cwd, **more):
    script = f'sel() {{ "{sys.executable}" -m sel "$@"; }}; set -o pipefail; {script}'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=ENV,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        **more,
    )


def law(run):
    numbers = {
        word: int(run.err.split(f" {word}")[0].split()[-1].replace(",", ""))
        for word in ("read", "kept", "dropped", "rejected", "blank")
    }
    assert numbers["read"] == sum(numbers.values()) - numbers["read"]
    return numbers


# Full, closed and leaving readers


@every_command
def test_a_full_disk_is_an_error(command, tmp_path):
    done = shell(
        f'yes \'{{"text":"a","s":1}}\' | head -1000 | sel {command} > /dev/full',
        tmp_path,
    )
    assert done.returncode == 4
    assert b"No space left" in done.stderr and b"Traceback" not in done.stderr


@every_command
def test_closed_standard_streams(command, tmp_path):
    (tmp_path / "in").write_bytes(lines(RECORDS))
    closed = shell(f"sel {command} in >&-", tmp_path)
    assert closed.returncode == 4 and b"standard output" in closed.stderr
    assert shell(f"sel {command} <&-", tmp_path).returncode == 4
    assert shell(f"sel {command} in 2>&-", tmp_path).returncode == 0


@pytest.mark.parametrize("jobs", ["-j 1", "-j 2"])
def test_a_reader_that_leaves_ends_the_run_in_silence(jobs, tmp_path):
    done = shell(
        f'yes \'{{"text":"aaaa"}}\' | head -2000000 | sel score length {jobs} | head -c 1 | wc -c; echo ${{PIPESTATUS[2]}}',
        tmp_path,
    )
    assert done.stdout.split() == [b"1", b"141"]
    assert done.stderr == b""


def running(command, cwd, **more):
    return subprocess.Popen(
        [*SEL, *command.split()],
        cwd=cwd,
        env=ENV,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def children(pid):
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(p) for p in found.stdout.split()]


def until(holds):
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid):
    """A zombie, whose parent never asks for it, is dead."""
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_are_real_deaths_and_leave_no_process(number, tmp_path):
    (tmp_path / "out").write_bytes(b"old")
    process = running("score length -j 2 -o out", tmp_path)
    block = lines(RECORDS) * 2000
    for _ in range(4):
        process.stdin.write(block)
    process.stdin.flush()
    until(lambda: len(children(process.pid)) > 1)
    workers = children(process.pid)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == -number
    assert errors == b""
    assert (tmp_path / "out").read_bytes() == b"old"
    until(lambda: not any(map(alive, workers)))


def test_two_runs_on_one_output(tmp_path):
    first = running("score length -o out", tmp_path)
    until(lambda: os.listdir(tmp_path))
    second = running("score length -o out", tmp_path)
    _, errors = second.communicate(lines(RECORDS), timeout=PATIENCE)
    assert second.returncode == 4 and b"another run is writing" in errors
    first.communicate(lines(RECORDS), timeout=PATIENCE)
    assert first.returncode == 0
    assert len((tmp_path / "out").read_bytes().splitlines()) == 20


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.zst"])
def test_kill_anywhere_then_resume_gives_the_same_bytes(tmp_path, name):
    pool = zstandard.ZstdDecompressor().decompressobj().decompress(POOL.read_bytes())
    bad = b"".join(b'{"text":%d}\n' % number for number in range(9))
    (tmp_path / "in.jsonl").write_bytes((pool + bad) * 12)
    command = f"score length --unit words -j 1 -q in.jsonl -o {name} --resume"
    command += " --on-error quarantine=bad.jsonl"
    started = time.monotonic()
    subprocess.run([*SEL, *command.split()], cwd=tmp_path, env=ENV, check=True)
    whole = time.monotonic() - started
    expected = [(tmp_path / file).read_bytes() for file in (name, "bad.jsonl")]
    assert expected[1].count(b"\n") == 9 * 12
    rng, kills, resumed = random.Random(3), 0, 0
    for _ in range(2):
        (tmp_path / name).unlink()
        while True:
            resumed += bool(list(tmp_path.glob(f".{name}.*.sel-journal")))
            process = running(command, tmp_path)
            try:
                process.wait(timeout=rng.uniform(0.3, 0.9) * whole)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                if (tmp_path / name).exists():  # it had come to its end
                    assert (tmp_path / name).read_bytes() == expected[0]
                continue
            process.communicate()
            break
        found = [(tmp_path / file).read_bytes() for file in (name, "bad.jsonl")]
        assert found == expected
    assert kills and resumed
    assert sorted(os.listdir(tmp_path)) == sorted(["bad.jsonl", "in.jsonl", name])


# Bad input


@every_command
def test_empty_input(sel, command):
    assert sel(command).out == b""


@every_command
def test_blank_lines_crlf_and_no_last_newline(sel, command):
    run = sel(
        command, b'\xef\xbb\xbf\n{"text":"a","s":1}\r\n  \n\r\n{"text":"b","s":2}'
    )
    assert law(run) == {"read": 5, "kept": 2, "dropped": 0, "rejected": 0, "blank": 3}
    assert len(run.out.splitlines()) == 2


@every_command
def test_a_bad_line_is_named_by_file_and_number(sel, tmp_path, command):
    (tmp_path / "in.jsonl").write_bytes(b'{"text":"a","s":1}\n\n{"text":"a","s":NaN}\n')
    (tmp_path / "out").write_bytes(b"old")
    run = sel(f"{command} in.jsonl -o out", code=3)
    assert "in.jsonl:3:17: NaN and Infinity" in run.err
    assert (tmp_path / "out").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["in.jsonl", "out"]


@every_command
def test_quarantine_keeps_what_is_bad(sel, tmp_path, command):
    bad = [b"{", b"[1]", b'{"text":"\xff","s":1}']
    stdin = lines(RECORDS[:3]) + b"\n".join([*bad, b""]) + lines(RECORDS[3:5])
    run = sel(f"{command} --on-error quarantine=bad.jsonl", stdin)
    assert law(run)["rejected"] == 3 and law(run)["kept"] == 5
    entries = [
        orjson.loads(line)
        for line in (tmp_path / "bad.jsonl").read_bytes().splitlines()
    ]
    assert [(e["line"], e["reason"]) for e in entries] == [
        (4, "syntax"),
        (5, "not-object"),
        (6, "utf8"),
    ]
    assert entries[1]["raw"] == "[1]" and "raw_base64" in entries[2]
    assert sel(f"{command} --on-error skip", stdin).out == run.out


def test_the_budget_of_bad_lines(sel):
    stdin = b"{\n" * 5 + lines(RECORDS)
    sel("score length --on-error skip", stdin)
    sel("score length --on-error skip --max-errors 5", stdin)
    assert (
        "--max-errors 4"
        in sel("score length --on-error skip --max-errors 4", stdin, code=3).err
    )
    assert (
        "5 of 25"
        in sel("score length --on-error skip --max-errors 10%", stdin, code=3).err
    )
    assert (
        "--max-errors 1% allows"
        in sel(
            "score length --on-error skip", b"{\n" * 101 + lines(RECORDS), code=3
        ).err
    )


def test_a_cut_last_line_is_an_error_in_any_case(sel):
    assert (
        "is cut"
        in sel(
            "score length --on-error skip", lines(RECORDS) + b'{"text":"a', code=3
        ).err
    )


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_cut_archives(sel, tmp_path, pack):
    stored = pack(lines(RECORDS) * 100)
    (tmp_path / "in").write_bytes(stored[:-3])
    assert "ends early" in sel("score length in", code=3).err
    sel("score length", stored)


def test_utf16(sel):
    assert "iconv" in sel("score length", '{"text":"a"}'.encode("utf-16"), code=3).err


def test_a_line_that_is_too_long(sel):
    stdin = b'{"text":"' + b"a" * 5000 + b'"}\n' + lines(RECORDS[:1])
    assert (
        "standard input:1:1000: longer than --max-line 1,000 bytes"
        in sel("score length --max-line 1000", stdin, code=3).err
    )
    assert len(sel("score length --max-line 1000 --on-error skip", stdin).records) == 1


def test_a_line_of_200_mb_is_never_held(tmp_path):
    script = "(head -c 200000000 /dev/zero | tr '\\0' a; echo; echo '{\"text\":\"b\"}') | (ulimit -v 1500000; sel score length -j 1 --on-error skip --max-line 1M)"
    done = shell(script, tmp_path)
    assert done.stdout == b'{"text":"b","length":1}\n', done.stderr


@pytest.mark.parametrize(
    "line,said",
    [
        (
            b'{"a":1}',
            "none of the usual text fields is there, only 'a'. Try: --text FIELD",
        ),
        (b'{"text":1}', "field 'text' is a number, not a string"),
    ],
)
def test_a_missing_text(sel, line, said):
    assert said in sel("score length", line + b"\n", code=3).err


@pytest.mark.parametrize(
    "line,said",
    [
        (b'{"t":1}', "field 's' is missing"),
        (b'{"s":"x"}', "is a string, not a number"),
        (b'{"s":true}', "is true or false, not a number"),
        (b'{"s":1%b}' % (b"0" * 400), "too large to be read exactly"),
    ],
)
def test_a_score_that_is_no_number(sel, line, said):
    assert said in sel("pick top --by s -k 1", line + b"\n", code=3).err


def test_integers_of_any_size_are_exact(sel):
    line = b'{"s":1,"n":18446744073709551617}\n'
    assert sel("pick where n==18446744073709551617", line).out == line
    assert sel("pick where n==18446744073709551616", line).out == b""
    assert (
        b'"n":18446744073709551617' in sel("score random --as s --overwrite", line).out
    )


def test_large_floats_are_scores(sel):
    assert len(sel("pick top --by s -k 2", [{"s": 1e30}, {"s": -2.5e19}]).records) == 2


def test_a_stream_that_changes_shape(sel):
    other = lines([{"content": "x" * 100}]) * 9000
    assert (
        "'text' first and 'content' later"
        in sel(
            "score length --on-error skip --max-errors 100%",
            lines([{"text": "x" * 100}]) * 9000 + other,
            code=3,
        ).err
    )


# Splicing


def test_all_other_bytes_stay(sel):
    line = b'{ "z": 1.50, "text":"\\u00e9 \xc3\xa9", "n":123456789012345678901234567890, "d":1,"d":2 }'
    assert sel("score length", line + b"\n").out == line[:-1] + b',"length":3}\n'


def test_an_existing_field_is_refused_or_replaced(sel):
    line = b'{"length":9,"text":"a","n":123456789012345678901234567890}\n'
    assert (
        "'length' is there already. Try: --overwrite, or --as NAME"
        in sel("score length", line, code=3).err
    )
    assert (
        sel("score length --overwrite", line).out
        == b'{"text":"a","n":123456789012345678901234567890,"length":1}\n'
    )
    assert json.loads(sel("score length --as len", line).out)["len"] == 1


def test_hostile_names_and_escapes(sel, tmp_path):
    name = 'x"},{\\'
    assert sel(["score", "length", "--as", name], b'{"text":"a"}\n').records == [
        {"text": "a", name: 1}
    ]
    (tmp_path / "\033[2J\n").write_bytes(b"{\n")
    run = sel(["score", "length", "\033[2J\n"], code=3)
    assert "\033" not in run.err and "\\u001b[2J" in run.err
    assert "\033" not in sel("pick where true", b'{"a":\033}\n', code=3).err


def test_thin_streams(sel):
    run = sel("score length --thin --carry s", RECORDS[:2])
    assert run.records == [
        {"_row": 0, "s": 0, "length": 6},
        {"_row": 1, "s": 1, "length": 6},
    ]


def test_shards(sel, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines(RECORDS))
    sel("score length a.jsonl b.jsonl -o out/")
    whole = sel("score length a.jsonl").out
    assert (tmp_path / "out/b.jsonl").read_bytes() == whole
    assert "complete" in sel("score length a.jsonl b.jsonl -o out/ --resume").err


def test_shards_with_bad_lines(sel, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines(RECORDS) + name.encode())
    command = "score length a.jsonl b.jsonl -o out/ --summary s.json --on-error"
    assert "Try: quarantine=" in sel(f"{command} quarantine=bad", code=2).err
    run = sel(f"{command} quarantine=bad/", code=0)
    assert law(run)["kept"] == 2 * len(RECORDS) and law(run)["rejected"] == 2
    for name in ("a", "b"):
        (entry,) = (tmp_path / f"bad/{name}.jsonl").read_bytes().splitlines()
        assert orjson.loads(entry)["raw"] == name
    told = orjson.loads((tmp_path / "s.json").read_bytes())
    assert (told["kept"], told["rejected"]) == (2 * len(RECORDS), 2)


def test_summary_says_what_the_closing_line_says(sel, tmp_path):
    run = sel("score length --summary s.json", RECORDS)
    told = orjson.loads((tmp_path / "s.json").read_bytes())
    assert law(run) == {
        name: told[name] for name in ("read", "kept", "dropped", "rejected", "blank")
    }
    assert told["length"]["mean"] == 6.5


def test_missing_files_and_folders(sel, tmp_path):
    assert "nope: No such file" in sel("score length nope", code=4).err
    empty = sel(["score", "length", str(tmp_path)], code=3).err
    assert "no file below this folder" in empty


@pytest.mark.parametrize("most", [60_000, 110_000, 140_000, 200_000, 400_000, 600_000])
@pytest.mark.parametrize("command", ["diversify minhash -j 2", "score length -j 2"])
def test_little_memory_ends_in_one_line_or_in_the_result(tmp_path, most, command):
    (tmp_path / "in").write_bytes(lines(RECORDS) * 200)
    script = f"ulimit -v {most}; sel {command} -q in -o out"
    done = shell(script, tmp_path)
    assert done.returncode in (0, 4), done.stderr
    assert done.stderr.count(b"\n") <= 1
    assert (tmp_path / "out").exists() == (done.returncode == 0)


def test_a_state_that_is_none(sel, tmp_path):
    (tmp_path / "s.npz").write_bytes(b"PK\x03\x04 no")
    assert "is not a saved state" in sel("score dsir --load s.npz", RECORDS, code=3).err


def test_ten_thousand_fuzzed_lines(sel):
    rng = random.Random(11)
    seeds = [
        b'{"text":"a","s":1}',
        b'{"text":"\xc3\xa9","s":-1.5e3,"x":[1,{"y":null}]}',
        b"NaN",
        b"",
        b"[]",
        b'{"s":1e999}',
    ]
    out = []
    for _ in range(10_000):
        line = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(line) + 1)
            line[at : at + rng.randrange(3)] = (
                rng.randbytes(rng.randrange(3))
                if rng.random() < 0.5
                else rng.choice(seeds)[:6]
            )
        out.append(bytes(line).replace(b"\n", b" "))
    stdin = b"\n".join([*out, b"{}", b""])
    for command in (
        "pick where has(s) --limit 999999999",
        "pick top --by s -k 100000",
        "score length -j 2",
    ):
        run = sel(f"{command} --on-error skip --max-errors 100%", stdin)
        assert law(run)["read"] == 10_001
        if command.startswith("pick"):
            given = iter(stdin.split(b"\n"))
            assert all(line in given for line in run.out.split(b"\n")[:-1])


def test_help_is_found_where_it_is_looked_for(sel):
    assert sel("help pick top").out == sel("pick top --help").out
    assert sel("help pick").out == sel("pick -h").out
    bare = sel("pick", code=2)
    assert bare.err.startswith("Usage: sel pick ")
    assert "\n  sample " in bare.err


def begun(folder):
    """Whether a run has written something, and is not at its end."""
    try:
        return any(part.stat().st_size for part in folder.glob(".out*.sel-part"))
    except FileNotFoundError:
        return False


def terminated(words, folder):
    """How a run ends that is told to when it has begun."""
    process = subprocess.Popen(words, cwd=folder, env=ENV, stderr=subprocess.PIPE)
    until(lambda: begun(folder) or process.poll() is not None)
    process.send_signal(signal.SIGTERM)
    assert process.communicate() == (None, b"")
    return process.returncode


@pytest.mark.parametrize(
    "command,name",
    [
        ("score length --unit words -j 2", "out.jsonl.zst"),
        ("score length --unit words -j 1", "out.jsonl"),
        ("embed ngrams --dim 16 -j 1", "out.npy"),
    ],
)
def test_sigterm_ends_a_run_after_a_block_and_all_is_kept(tmp_path, command, name):
    pool = zstandard.ZstdDecompressor().decompressobj().decompress(POOL.read_bytes())
    words = [*SEL, *f"{command} -q in.jsonl -o {name} --resume".split()]
    for many in range(4, 400, 4):
        (tmp_path / "in.jsonl").write_bytes(pool * many)
        if code := terminated(words, tmp_path):
            break
        for path in tmp_path.glob("out*"):  # it has come to its end before
            path.unlink()
    assert code == -signal.SIGTERM
    (journal,) = tmp_path.glob(".out*sel-journal")
    (part,) = tmp_path.glob(".out*.sel-part")
    if not name.endswith(".zst"):  # whose frames end where they always do
        last = orjson.loads(journal.read_bytes().splitlines()[-1])
        assert last["blocks"] > 0 and last["bytes"] == part.stat().st_size
    subprocess.run(words, cwd=tmp_path, env=ENV, check=True)
    resumed = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    subprocess.run(words, cwd=tmp_path, env=ENV, check=True)
    assert (tmp_path / name).read_bytes() == resumed
    assert sorted(os.listdir(tmp_path))[-1] in (name, f"{name}.json")
