"""Injects single faults into the calls of a run, and checks how it ends.

usage: python -m tests.harness.strace [COUNT [SEED]]

Each run meets one error at one call on one of its own files (not those of Python or of
libraries). It ends with status 2, 3 or 4 and one line that is no traceback, or got over
it and gives what it always gives. No output is half there, no temporary file is left,
and the inputs are as they were. Needs strace.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.harness.cases import ENV, FAULTY, Case, check, clean, found, inputs, whole

RECORDS = 400
CALLS = (
    "openat",
    "read",
    "write",
    "pwrite64",
    "fsync",
    "ftruncate",
    "fchmod",
    "rename",
)
ERRORS = {
    "openat": ("EACCES", "EIO", "EMFILE", "EINTR", "ENOSPC"),
    "read": ("EIO", "EINTR"),
    "rename": ("EACCES", "EIO", "ENOSPC"),
    "fchmod": ("EPERM", "EIO"),
}
"""What a call can fail with; others fail as a write does."""
WRITING = ("ENOSPC", "EIO", "EINTR")
_CALL = re.compile(r"\d+ +(\w+)\((.*)")

Moment = tuple[str, int]
"""A call and its number among all calls of that name, from 1."""


def main(count: int, seed: int) -> int:
    """Inject so many faults; how many of the runs failed."""
    rng, failed = random.Random(seed), 0
    with tempfile.TemporaryDirectory(prefix="sel-strace-") as name:
        folder = Path(name).resolve()
        given = inputs(folder, RECORDS)
        known = {}
        for case in FAULTY:
            expected = whole(case, folder)
            known[case.name] = expected, moments(case, folder)
            clean(folder, set(given))
        for _ in range(count):
            case = rng.choice(FAULTY)
            expected, every = known[case.name]
            call = rng.choice(sorted({call for call, _ in every}))
            at = rng.choice([number for name, number in every if name == call])
            error = rng.choice(ERRORS.get(call, WRITING))
            failed += faulty(case, folder, given, expected, (call, at), error)
            clean(folder, set(given))
    return failed


def moments(case: Case, folder: Path) -> list[Moment]:
    """The calls of a run on files of the folder."""
    log = folder.with_suffix(".log")
    _traced(case, folder, log, ["-e", f"trace={','.join(CALLS)}"])
    seen: dict[str, int] = {}
    found = []
    for line in log.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match:
            seen[match[1]] = seen.get(match[1], 0) + 1
            if _is_ours(match[2], folder):
                found.append((match[1], seen[match[1]]))
    log.unlink()
    return found


def faulty(
    case: Case,
    folder: Path,
    given: dict[str, bytes],
    expected: dict[str, bytes],
    moment: Moment,
    error: str,
) -> bool:
    """Run with one fault, and check what became of it; whether the run failed."""
    call, number = moment
    log = folder.with_suffix(".log")
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}"]
    done = _traced(case, folder, log, inject)
    hit = [
        line for line in log.read_text(errors="replace").splitlines() if "INJ" in line
    ]
    log.unlink()
    if not hit or not _is_ours(hit[0].partition("(")[2], folder):
        return False  # the calls of Python fell in another order
    about = f"{case.name}, {error} at {call} {number}: {hit[0]}\n{done.stderr}"
    check(folder, given, expected)
    left = [name for name in found(folder) if ".sel-" in name]
    assert not left or (case.kept and done.returncode == 4), f"{left} left: {about}"
    if done.returncode == 0:
        assert set(expected) <= set(found(folder)), about
        return False
    assert done.returncode in (2, 3, 4), about
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("sel "), about
    return True


def _traced(
    case: Case, folder: Path, log: Path, options: list[str]
) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-f", "--seccomp-bpf", "-y", "-o", str(log), *options]
    return subprocess.run(
        [*command, "--", *case.argv],
        cwd=folder,
        env={**ENV, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _is_ours(arguments: str, folder: Path) -> bool:
    """Whether a call is about a file of the folder, which is where all run."""
    return f"{folder}/" in arguments


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    total, chosen = (*asked, 100)[0], (*asked[1:], 0)[0]
    print(f"{main(total, chosen)} of {total} runs failed as they should: all well")
