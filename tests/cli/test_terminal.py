"""Progress is for people: on a terminal only, and never on standard output."""

import os
import pty
import subprocess
import sys
import time

from tests.conftest import lines
from tests.harness import PATIENCE


def run_on_a_terminal(options, tmp_path):
    """Run with standard error on a terminal, and records that come slowly."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sel", *options.split()]
    block = lines([{"text": "word " * 200, "i": i} for i in range(600)])
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
    ) as process:
        os.close(theirs)
        for _ in range(4):
            process.stdin.write(block)
            process.stdin.flush()
            time.sleep(0.5)
        process.stdin.close()
        seen = b""
        while True:
            try:
                data = os.read(ours, 1 << 16)
            except OSError:
                break  # the other side is closed
            seen += data
        out = process.stdout.read()
    os.close(ours)
    return out, seen.decode()


def test_progress_is_shown(tmp_path):
    out, seen = run_on_a_terminal("pick top -k 3 --by i", tmp_path)
    assert "sel pick top: choosing" in seen
    assert " records" in seen
    assert seen.count("2,400 read, 3 kept") == 1
    assert out.count(b"\n") == 3


def test_quiet_is_quiet(tmp_path):
    out, seen = run_on_a_terminal("pick top -k 3 --by i -q", tmp_path)
    assert seen == ""
    assert out.count(b"\n") == 3


def test_a_terminal_is_not_waited_for():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sel", "pick", "top", "-k", "1", "--by", "i"]
    done = subprocess.run(command, stdin=theirs, capture_output=True, timeout=PATIENCE)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"sel pick top: nothing to read. Try: a FILE")
