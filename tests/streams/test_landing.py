"""The files of a run appear together or not at all; an input must not change."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from sel.errors import DataError, MachineError
from sel.streams import landing, parts
from sel.streams.atomic import AtomicFile
from sel.streams.lines import Stream
from tests.cli.test_endings import ENV, running, shell, until
from tests.conftest import SEL, lines
from tests.harness import PATIENCE

RECORDS = [{"s": i, "text": f"text {i}"} for i in range(200)]


def written(path, data):
    file = AtomicFile(path)
    file.start(0)
    file.write(data)
    file.commit()


def test_files_appear_together_at_the_end(tmp_path):
    main, beside = tmp_path / "main", tmp_path / "beside"
    beside.write_bytes(b"old")
    with landing.together(str(main)):
        written(main, b"1")
        written(beside, b"2")
        assert beside.read_bytes() == b"old" and not main.exists()
    assert (main.read_bytes(), beside.read_bytes()) == (b"1", b"2")
    assert sorted(os.listdir(tmp_path)) == ["beside", "main"]


@pytest.mark.parametrize("last", [None, "b", "a"])
def test_where_one_cannot_be_placed_none_is(tmp_path, last):
    for name in "abc":
        (tmp_path / name).write_bytes(b"old")
    (tmp_path / "b").unlink()

    def run():
        with landing.together(str(tmp_path / last) if last else None):
            for name in "abd":
                written(tmp_path / name, b"new")
            (tmp_path / "b").mkdir()

    with pytest.raises(OSError, match="directory"):
        run()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]


@pytest.mark.parametrize("error", [DataError, MachineError, KeyboardInterrupt, OSError])
def test_an_error_leaves_nothing(tmp_path, error):
    def run():
        with landing.together():
            written(tmp_path / "whole", b"1")
            AtomicFile(tmp_path / "begun").start(0)
            raise error("so")

    with pytest.raises(error):
        run()
    assert not os.listdir(tmp_path)


def test_what_dead_runs_left_is_removed_and_nothing_else(tmp_path):
    out = tmp_path / "out"
    ours = [
        ".out.01234567.sel-part",
        ".out.89abcdef.sel-journal",
        ".out.00000000.sel-old",
    ]
    others = [
        ".out.0123456.sel-part",
        ".out.01234567.sel-part.bak",
        ".out2.01234567.sel-part",
        "out.part",
        ".out.sel-part",
    ]
    for name in [*ours, *others]:
        (tmp_path / name).write_bytes(b"x")
    written(out, b"1")
    assert sorted(os.listdir(tmp_path)) == sorted([*others, "out"])


def test_a_part_is_no_input_of_its_output(sel, tmp_path):
    name = ".out.01234567.sel-part"
    (tmp_path / name).write_bytes(lines(RECORDS))
    assert "over an input" in sel(f"pick random -k 1 {name} -o out", code=2).err
    assert (tmp_path / name).read_bytes() == lines(RECORDS)


def test_long_names(tmp_path):
    for name in ("a" * 255, "\N{SNOWMAN}" * 85):
        written(tmp_path / name, b"1")
        assert len(os.fsencode(parts.unused(tmp_path / name, parts.PART).name)) <= 255
    assert len(os.listdir(tmp_path)) == 2


# Inputs that change


def changed(path, how):
    if how == "grown":
        with path.open("ab") as file:
            file.write(b'{"s":0}\n')
    elif how == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "replaced":
        other = path.with_name("other")
        other.write_bytes(path.read_bytes())
        os.rename(other, path)
    elif how == "touched":
        os.utime(path, ns=(0, 0))
    else:
        path.unlink()


HOW = {
    "grown": "went from",
    "cut": "went from",
    "replaced": "was replaced",
    "touched": "changed while",
    "removed": "was removed",
}


@pytest.mark.parametrize("how", HOW)
def test_a_change_while_a_pass_goes_on(tmp_path, how):
    path = tmp_path / "pool.jsonl"
    path.write_bytes(lines(RECORDS))
    blocks = Stream([str(path)], block=500).blocks()
    next(blocks)
    changed(path, how)
    with pytest.raises(DataError, match=HOW[how]):
        list(blocks)


@pytest.mark.parametrize("how", HOW)
def test_a_change_between_passes(tmp_path, how):
    path = tmp_path / "pool.jsonl"
    path.write_bytes(lines(RECORDS))
    stream = Stream([str(path)], again=True)
    list(stream.blocks())
    changed(path, how)
    with pytest.raises(DataError, match=HOW[how]):
        list(stream.blocks())


def test_what_is_read_no_further_may_change(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines(RECORDS))
    blocks = Stream([str(path)], block=500).blocks()
    next(blocks)
    changed(path, "grown")
    blocks.close()


def while_reading(tmp_path, command, change):
    """Run a command that reads a pipe, and change something meanwhile."""
    os.mkfifo(tmp_path / "pipe")
    run = subprocess.Popen(
        [*SEL, *command.split()], cwd=tmp_path, env=ENV, stderr=subprocess.PIPE
    )
    with open(tmp_path / "pipe", "wb") as pipe:  # it has come to the pipe
        change()
        pipe.write(lines(RECORDS))
    _, errors = run.communicate(timeout=PATIENCE)
    (tmp_path / "pipe").unlink()
    return run.returncode, errors.decode()


TOP = "pick top --fraction 0.5 --by s pool.jsonl pipe -o out.jsonl -q"
FACILITY = "diversify facility -k 2 --vectors v.npy pipe -o out.jsonl -q"


@pytest.mark.parametrize(
    "command,how",
    [
        *((TOP, how) for how in HOW),
        # What is mapped and cut ends the process by a signal.
        *((FACILITY, how) for how in HOW if how != "cut"),
    ],
)
def test_no_output_is_made_of_an_input_that_changed(tmp_path, command, how):
    name = "v.npy" if "v.npy" in command else "pool.jsonl"
    (tmp_path / "pool.jsonl").write_bytes(lines(RECORDS))
    np.save(tmp_path / "v.npy", np.eye(200, 8, dtype=np.float32))
    code, errors = while_reading(
        tmp_path, command, lambda: changed(tmp_path / name, how)
    )
    assert code == 3 and HOW[how] in errors and errors.count("\n") == 1
    left = {"pool.jsonl", "v.npy"} - ({name} if how == "removed" else set())
    assert set(os.listdir(tmp_path)) == left


# Ends that are no ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "command",
    [
        "pick top -k 5 --by s --per s --report r.jsonl -o out.jsonl",
        "score length -j 2 -o out.jsonl --on-error quarantine=bad.jsonl",
        "pick random -k 5 -o out.parquet",
    ],
)
def test_a_signal_leaves_no_file(tmp_path, command, number):
    process = running(command, tmp_path)
    process.stdin.write(lines(RECORDS) * 500)
    process.stdin.flush()
    until(lambda: os.listdir(tmp_path))
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (-number, b"")
    assert not os.listdir(tmp_path)


def test_nohup_is_kept(tmp_path):
    process = running("score length -o out.jsonl -q", tmp_path, preexec_fn=deaf)
    until(lambda: os.listdir(tmp_path))
    process.send_signal(signal.SIGHUP)
    process.communicate(lines(RECORDS), timeout=PATIENCE)
    assert process.returncode == 0 and os.listdir(tmp_path) == ["out.jsonl"]


def deaf():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@pytest.mark.parametrize(
    "command", ["pick random -k 2000 -o out.jsonl", "score length -o out.jsonl"]
)
def test_a_full_disk_leaves_no_file(tmp_path, command):
    script = f"ulimit -f 20; trap '' XFSZ; exec \"$0\" -m sel {command} -q"
    done = subprocess.run(
        ["bash", "-c", script, sys.executable],
        input=lines(RECORDS) * 100,
        cwd=tmp_path,
        env=ENV,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4 and b"out.jsonl: File too large" in done.stderr
    assert not os.listdir(tmp_path)


def test_a_reader_that_leaves_leaves_no_file(tmp_path):
    script = 'yes \'{"text":"a b c"}\' | head -500000 | sel embed ngrams --dim 8 --records -o v.npy | head -c 1'
    done = shell(f"{script}; echo ${{PIPESTATUS[2]}}", tmp_path)
    assert done.stdout.endswith(b"141\n") and done.stderr == b""
    assert not os.listdir(tmp_path)
