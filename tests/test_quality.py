"""The table of docs/score/quality.md is what its script finds."""

import os
import re
import subprocess
import sys

from tests.conftest import HERE

ROOT = HERE.parent
ROW = re.compile(
    r"^\| (.+?) \| (\d\.\d+) \| (\d\.\d+) to (\d\.\d+) \| \w* \| (\d\.\d+) \|", re.M
)


def rows(page):
    return {name: list(map(float, numbers)) for name, *numbers in ROW.findall(page)}


def test_the_table_of_signals_is_made_by_its_script():
    done = subprocess.run(
        [sys.executable, ROOT / "bench/quality.py", "--only", "heuristics,length"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = rows(done.stdout)
    shown = rows((ROOT / "docs/score/quality.md").read_text())
    assert len(found) > 100
    for name, numbers in found.items():
        wrong = [abs(a - b) for a, b in zip(numbers, shown[name], strict=True)]
        assert max(wrong) < 0.005, name


def test_what_learns_from_the_pages_is_said_to_be_cross_fitted():
    shown = rows((ROOT / "docs/score/quality.md").read_text())
    best = max(shown, key=lambda name: shown[name][0])
    assert best.endswith("cross-fitted")
    length = shown["`score length`"]
    assert length[0] > 0.7 and abs(length[3] - 0.5) < 0.02
