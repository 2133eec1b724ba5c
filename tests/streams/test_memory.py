"""Streams take no more memory the longer they are; measured as the system counts it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import lines

SHORT, LONG = 16 << 20, 56 << 20
MORE = 20 << 20
"""Bytes that the longer one may take more; it is longer by twice as many."""
RECORD = {"id": 12345678, "text": "some words of a text, é " * 8, "score": 0.25}
SCRIPT = """
import os, sys
end = os._exit
def ended(code):
    print(open("/proc/self/status").read(), file=sys.stderr, flush=True)
    end(code)
os._exit = ended
from sel.cli.app import main
main()
"""


def jsonl(size):
    yield from [lines([RECORD]) * 1000] * (size // len(lines([RECORD])) // 1000)


def array(size):
    line = lines([RECORD])[:-1]
    yield b"[\n" + line
    yield from [(b",\n" + line) * 1000] * (size // len(line) // 1000)
    yield b"]\n"


def csv(size):
    row = b'12345678,"some words, %b",0.25\n' % ("é ".encode() * 70)
    yield b"id,text,score\n"
    yield from [row * 1000] * (size // len(row) // 1000)


def peak(folder, words):
    """The most memory of a run, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
        text=True,
    )
    return int(re.search(r"VmHWM:\s+(\d+) kB", done.stderr)[1]) << 10


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says it")
@pytest.mark.parametrize(
    ("make", "ending", "words"),
    [
        (array, ".json", ["pick", "where", "score > 1"]),
        (csv, ".csv", ["pick", "where", "score > 1"]),
        (jsonl, ".jsonl", ["score", "random", "-j1", "-oo/", "--shard-size=5MB"]),
        (jsonl, ".jsonl", ["score", "random", "-j1", "-oo/*.csv", "--shard-size=9k"]),
    ],
)
def test_no_more_for_more(tmp_path, make, ending, words):
    peaks = []
    for size in (SHORT, LONG):
        path = tmp_path / f"in{ending}"
        with path.open("wb") as file:
            file.writelines(make(size))
        peaks.append(peak(tmp_path, [*words, path.name]))
    assert peaks[1] - peaks[0] < MORE
