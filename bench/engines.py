"""What an engine costs: `sel score dsir` by one run, and by an engine on two workers.

    python bench/engines.py POOL.jsonl TARGET.jsonl [ADDRESS]

runs the command twice with `--jobs 2`, with `--engine local`, and, where the address of
a cluster of Ray with two CPUs on this machine is given, with `--engine ray`. Processor
time is that of all processes; that of Ray's workers, which are not children of the
command, is read from /proc on the way. Ray lowers the priority of its workers: on a
machine that does other work too, wall times are comparable only under `nice -n 15`.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def workers(seen):
    """Note the processor time of each worker of Ray so far."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (folder / "cmdline").read_bytes().startswith(b"ray::"):
                said = (folder / "stat").read_text().rpartition(")")[2].split()
                now = sum(map(int, said[11:13])) / TICK
                seen[folder] = max(seen.get(folder, 0), now)


def spent():
    """The processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(words):
    """Wall and processor time of a command, in seconds."""
    before, seen, done = {}, {}, threading.Event()
    workers(before)

    def watch():
        while not done.wait(0.1):
            workers(seen)

    thread = threading.Thread(target=watch)
    started, used = time.monotonic(), spent()
    thread.start()
    subprocess.run([sys.executable, "-m", "sel", *words], check=True)
    wall, used = time.monotonic() - started, spent() - used
    done.set()
    thread.join()
    return wall, used + sum(now - before.get(one, 0) for one, now in seen.items())


def main(pool, target, address=None):
    """Measure each way in turn."""
    command = ["score", "dsir", "--target", target, pool, "-q", "-o"]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        parts = f"{folder}/parts/"
        ways = {
            "--jobs 2": [f"{folder}/one.jsonl", "--jobs", "2"],
            "--engine local": [parts, "--jobs", "2", "--engine", "local"],
        }
        if address:
            more = ["--engine", "ray", "--address", address]
            ways["--engine ray"] = [parts, *more]
        for _ in range(2):
            for name, words in ways.items():
                shutil.rmtree(parts, ignore_errors=True)
                wall, used = measured([*command, *words])
                load = os.getloadavg()[0]
                print(f"{name:15} wall {wall:6.1f} CPU {used:6.1f} load {load:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
