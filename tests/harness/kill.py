"""Kills runs at random moments, and checks what they leave.

usage: python -m tests.harness.kill [COUNT [SEED]]

After each there is no output or a whole one, nothing else but temporary files that are
called so, and the inputs are as they were; the next run gives the bytes of a run that was
never disturbed, and leaves nothing beside them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.harness.cases import (
    ENV,
    KILLED,
    Case,
    check,
    clean,
    found,
    inputs,
    older,
    whole,
)

RECORDS = 12_000
TIMES = 3
"""How often a run is killed, at most, before it may come to its end."""


def main(count: int, seed: int) -> int:
    """Kill so many runs; how many of them had not come to their end."""
    rng, killed = random.Random(seed), 0
    with tempfile.TemporaryDirectory(prefix="sel-kill-") as name:
        folder = Path(name)
        given = inputs(folder, RECORDS)
        known: dict[str, tuple[dict[str, bytes], float]] = {}
        while count > 0:
            case = rng.choice(KILLED)
            if case.name not in known:
                started = time.monotonic()
                known[case.name] = whole(case, folder), time.monotonic() - started
            expected, seconds = known[case.name]
            old = older(case, folder)
            for _ in range(min(count, rng.randint(1, TIMES))):
                dead = kill(case, folder, rng.uniform(0.2, 1.05) * seconds)
                count, killed = count - 1, killed + dead
                check(folder, given, expected, old)
            subprocess.run(case.argv, cwd=folder, env=ENV, check=True)
            after = {k: v for k, v in found(folder).items() if k not in given}
            assert after == expected, f"{case.name}: {sorted(after)}, or other bytes"
            clean(folder, set(given))
    return killed


def kill(case: Case, folder: Path, after: float) -> bool:
    """Kill a run after so many seconds, and wait until its processes are gone."""
    run = subprocess.Popen(
        case.argv,
        cwd=folder,
        env=ENV,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        run.wait(after)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
    end = time.monotonic() + 60
    while _alive(run.pid):
        assert time.monotonic() < end, "processes of a killed run live on"
        time.sleep(0.01)
    return run.returncode == -signal.SIGKILL


def killed_once(holds: Callable[[], object], run: subprocess.Popen[bytes]) -> int:
    """Kill a run as soon as it holds, however slow the machine; how the run ended."""
    while not holds() and run.poll() is None:
        time.sleep(0.01)
    run.kill()
    return run.wait()


def _alive(session: int) -> bool:
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    total, chosen = (*asked, 60)[0], (*asked[1:], 0)[0]
    print(
        f"{main(total, chosen)} of {total} runs were killed before their end: all well"
    )
