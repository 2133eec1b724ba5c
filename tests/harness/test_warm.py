"""A run by a process that has imported everything is one by `python -m sel`."""

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import HERE, RECORDED, SEL, lines, ran
from tests.harness.ask import asked

ENV = {**os.environ, "PYTHONPATH": str(HERE.parent)}
ASK = [sys.executable, "-IS", f"{HERE}/harness/ask.py"]
pytestmark = pytest.mark.skipif(RECORDED, reason="all processes are new ones")


@pytest.mark.parametrize(
    "words",
    [
        ["score", "length", "--thin", "-q"],
        ["score", "length", "-q", "-o", "a\udcff.jsonl.zst"],
        ["pick", "top", "-k", "x", "--by", "s"],
        ["score", "perplexity", "--model", "there/is/none"],
        ["score", "lenght"],
        ["eval", "profile", "none.jsonl"],
        ["eval", "probe", "--help"],
        [],
    ],
)
def test_it_leaves_the_same(tmp_path, words):
    left = []
    for name in ("one", "other", "new"):
        (folder := tmp_path / name).mkdir()
        stdin = lines([{"text": "ab", "s": 1}] * 9)
        if name == "new":
            more = {"input": stdin, "capture_output": True, "check": False}
            done = subprocess.run([*SEL, *words], cwd=folder, env=ENV, **more)
        else:
            done = ran(words, stdin, folder)
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        left.append((done.returncode, done.stdout, done.stderr, files))
    assert left[0] == left[1] == left[2]


def test_as_a_program_it_ends_by_the_signal():
    """Of which a shell with pipefail tells."""
    script = "yes '{}' | head -n 200000 | \"$@\" score random -q | head -n 1"
    call = ["bash", "-c", f"{script}; echo ${{PIPESTATUS[2]}}", "-"]
    for command in (SEL, ASK):
        done = subprocess.run([*call, *command], env=ENV, capture_output=True)
        assert done.stdout.splitlines()[1:] == [b"%d" % (128 + signal.SIGPIPE)]


def test_a_run_that_nobody_waits_for_is_ended(tmp_path):
    (read, into), (out, write) = os.pipe(), os.pipe()
    words = ["score", "random", "-q"]
    asked(words, str(tmp_path), ENV, (read, write, 2), 0).close()
    for end in (read, write):
        os.close(end)
    assert os.read(out, 1) == b""  # though its input has not ended
    os.close(into)
    os.close(out)
