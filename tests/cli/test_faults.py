"""Every call that touches the output fails once, or is the last one of the run."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import lines, ran

HARNESS = Path(__file__).parent / "faulty.py"
CALLS = ["write", "fdatasync", "fsync", "ftruncate", "rename", "fchmod"]
NEVER = 1_000_000
RECORDS = [{"text": f"{i} " * (i % 50), "i": i} for i in range(250)]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(lines(RECORDS))
    run(tmp_path, "write", NEVER, "EIO", "whole")
    return tmp_path


def run(place, call, number, fault, output, *more):
    options = ["score", "length", "-q", "--jobs", "1", "-o", output, "in.jsonl", *more]
    return ran([str(HARNESS), call, str(number), fault, *options], b"", place)


def until_it_never_comes(place, call, fault):
    """Runs with the fault at the first call, at the second, and so on."""
    for number in range(1, 200):
        done = run(place, call, number, fault, "out", "--resume")
        if done.returncode == 77:
            assert number > 1 or call == "fchmod"
            return
        yield done
        (place / "out").unlink(missing_ok=True)
        run(place, "write", NEVER, "EIO", "out", "--resume")
        assert (place / "out").read_bytes() == (place / "whole").read_bytes()
        assert sorted(p.name for p in place.iterdir()) == ["in.jsonl", "out", "whole"]
        (place / "out").unlink()


@pytest.mark.parametrize("call", CALLS)
def test_killed_at_every_call_and_resumed(place, call):
    for done in until_it_never_comes(place, call, "kill"):
        assert done.returncode == -signal.SIGKILL
        out = place / "out"
        assert not out.exists() or out.read_bytes() == (place / "whole").read_bytes()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
def test_every_call_fails_once(place, call, fault):
    for done in until_it_never_comes(place, call, fault):
        assert done.returncode == 4, done.stderr
        assert done.stderr.count(b"\n") == 1
        assert done.stderr.startswith(b"sel score length: ")
        out = place / "out"
        assert not out.exists() or call == "fsync"  # of the folder: it is whole
        assert not out.exists() or out.read_bytes() == (place / "whole").read_bytes()


def test_a_short_write_is_gone_on_with(place):
    for done in until_it_never_comes(place, "write", "short"):
        assert done.returncode == 0, done.stderr
        assert (place / "out").read_bytes() == (place / "whole").read_bytes()


def test_a_disk_that_fills_up(place):
    """A limit on the size of files stands for the disk; it needs no rights."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))

    options = [
        "score",
        "length",
        "-q",
        "--jobs",
        "1",
        "-o",
        "out",
        "--resume",
        "in.jsonl",
    ]
    done = subprocess.run(
        [sys.executable, str(HARNESS), "write", str(NEVER), "EIO", *options],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stderr.startswith("sel score length: out: ")
    assert done.stderr.endswith("out: File too large\n")
    assert not (place / "out").exists()
    run(place, "write", NEVER, "EIO", "out", "--resume")
    assert (place / "out").read_bytes() == (place / "whole").read_bytes()
