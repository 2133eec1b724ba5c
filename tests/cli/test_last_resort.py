"""What nobody foresaw: exit 4 and one line, never a traceback, never exit 1."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import lines
from tests.harness import PATIENCE

PLUGIN = '''
"""Fails in the way that is asked for."""

import os, sys, threading, warnings


class Strange(Exception):
    """Cannot be sent to another process: it is made of two things."""

    def __init__(self, a, b):
        super().__init__(f"{a} and {b}")


def endless(n):
    return endless(n + 1)


class Gone:
    def __del__(self):
        raise ValueError("in the end")


WAYS = {
    "exit1": lambda: sys.exit(1),
    "exit": lambda: sys.exit("a\\nb"),
    "base": lambda: (_ for _ in ()).throw(BaseException("base")),
    "strange": lambda: (_ for _ in ()).throw(Strange(1, 2)),
    "recursion": lambda: endless(0),
    "memory": lambda: (_ for _ in ()).throw(MemoryError()),
    "unicode": lambda: "\\ud800".encode(),
    "number": lambda: (_ for _ in ()).throw(OSError(28, "No space left", 7)),
    "bare": lambda: (_ for _ in ()).throw(OSError()),
    "stop": lambda: next(iter(())),
    "group": lambda: (_ for _ in ()).throw(ExceptionGroup("g", [ValueError("x")])),
    "local": lambda: (_ for _ in ()).throw(type("Local", (Exception,), {})("x")),
}


def score(texts, *, how: str = "none"):
    """Fails at a text that says so.

    Args:
        how: the way.
    """
    if "fail" in texts:
        warnings.warn("a path of the source", stacklevel=1)
        Gone()
        thread = threading.Thread(target=endless, args=(0,))
        thread.start()
        thread.join()
        if how != "none":
            WAYS[how]()
    return [0.0] * len(texts)
'''
WAYS = {
    "exit1": "SystemExit: 1",
    "exit": r"SystemExit: a\u000ab",
    "base": "BaseException: base",
    "strange": "Strange: 1 and 2",
    "recursion": "RecursionError: maximum recursion depth exceeded",
    "memory": "out of memory. Try: ",
    "unicode": "UnicodeEncodeError: 'utf-8' codec",
    "number": "No space left. Try: TMPDIR=FOLDER",
    "bare": "OSError",
    "stop": "StopIteration",
    "group": "ExceptionGroup: g (1 sub-exception)",
    "local": "Local: x",
}


@pytest.fixture
def failing(tmp_path):
    (tmp_path / "failing.py").write_text(PLUGIN)
    info = tmp_path / "failing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[sel.methods]\nscore.fails = failing\n")
    records = [{"text": "fine " * 300}] * 800 + [{"text": "fail"}]  # three blocks
    (tmp_path / "in.jsonl").write_bytes(lines(records))

    def run(*words, debug=False):
        env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
        env |= {"SEL_DEBUG": "1"} if debug else {}
        return subprocess.run(
            [sys.executable, "-m", "sel", "score", "fails", *words, "in.jsonl"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    return run


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("how", WAYS)
def test_an_error_that_nobody_foresaw(failing, how, jobs):
    done = failing("--how", how, "-j", jobs, "-o", "out")
    assert done.returncode == 4, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("sel score fails: ")
    assert WAYS[how] in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_warnings_and_what_ends_unseen_say_nothing(failing, jobs):
    done = failing("-j", jobs, "-q")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_all_is_told_to_those_who_ask(failing, jobs):
    done = failing("--how", "strange", "-j", jobs, debug=True)
    assert done.returncode == 4
    assert "Traceback" in done.stderr and 'failing.py", line' in done.stderr
    assert "a path of the source" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_in_silence(tmp_path, number, jobs):
    fifo = tmp_path / "in"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "sel", "score", "length", "-j", jobs, "in"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=env, **pipes) as process:
        with open(fifo, "wb") as writer:  # opens when sel does
            writer.write(lines([{"text": "a"}] * 100_000))
            time.sleep(0.3)  # for the handlers of the processes; too short is fine
            process.send_signal(number)
            assert process.wait(30) == -number
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "length.score = lambda texts, **_: 1 / 0",
            "ZeroDivisionError: division by zero",
        ),
        ("length.score = lambda texts, **_: exit(1)", "SystemExit: 1"),
        ("app.build = lambda *_: {}['x']", "KeyError: 'x'"),
        ("app.build = interrupted", None),
    ],
)
def test_our_own_faults_and_an_interrupt_while_words_are_read(tmp_path, code, said):
    start = (
        "import sys\nfrom sel.cli import app\nfrom sel.score import length\n"
        "def interrupted(*_):\n    raise ValueError from KeyboardInterrupt()\n"
        f"{code}\nsys.argv = ['sel', 'score', 'length']\napp.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", start],
        input=b'{"text":"a"}\n',
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    if said is None:
        assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")
        return
    advice = "Try: SEL_DEBUG=1 to see more"
    assert done.stderr.decode() == f"sel score length: {said}. {advice}\n"
    assert done.returncode == 4


CLOSED = [
    ("sel score length nope 2>/dev/full", 4),
    ("sel score length nope 2>&-", 4),
    ("sel nonsense 2>&-", 2),
    ("sel 2>&-", 2),
    ("sel score length in 2>/dev/full", 0),
    ("sel score length in 2>&-", 0),
    ("sel score length in 2>/dev/full >/dev/full", 4),
    ("sel score length in <&- >&- 2>&-", 4),
    ("sel --help >&-", 4),
    ("sel --version >&-", 4),
    ("sel help pick >/dev/full", 4),
    ("sel pick top --help >&-", 4),
    ("sel embed ngrams in >&-", 4),
    ("sel eval profile in >/dev/full", 4),
]


@pytest.mark.parametrize(("script", "code"), CLOSED)
def test_streams_that_are_closed_or_full(tmp_path, script, code):
    (tmp_path / "in").write_bytes(lines([{"text": "a"}]))
    start = f'sel() {{ "{sys.executable}" -m sel "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", start + script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == code, done.stderr
    if code and "2>" not in script:
        assert done.stderr.count(b"\n") == 1
        assert b": standard output" in done.stderr
