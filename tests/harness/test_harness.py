"""A handful of what the scripts beside this do; `python -m tests.harness.kill 60`."""

import shutil
import subprocess

import pytest

from tests.harness import kill, strace


def test_killed_runs():
    kill.main(10, seed=1)


def traceable():
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-f", "-qq", "true"], capture_output=True)
    return done.returncode == 0


@pytest.mark.skipif(not traceable(), reason="strace is missing, or may not trace")
def test_runs_with_a_fault():
    assert strace.main(24, seed=1) > 0
