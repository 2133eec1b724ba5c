"""What a run in shards costs its driver: tasks, bytes that travel, and memory.

    python bench/scale.py FOLDER 100_000 1_000_000

makes so many records in FOLDER and scores them with two workers. Memory is that of the
driver alone; bytes are what goes to workers and comes back.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from sel.engine import processes
from sel.library.requests import Prepared

WORDS = [f"word{i}" for i in range(2000)]
RUNS = {
    "score length": ("score", "length", {"thin": True}),
    "score dsir": ("score", "dsir", {"thin": True, "min_length": 5}),
    "pick where": ("pick", "where", {}),
}


class Counting(processes.Processes):
    """Counts what travels."""

    tasks = bytes = 0

    def submit(self, name, shared, task):
        Counting.tasks += 1
        handle = super().submit(name, shared, task)
        Counting.bytes += len(handle.words)
        return handle

    def share(self, value):
        number = super().share(value)
        Counting.bytes += len(self._values[number]) * self.workers
        return number

    def _hear(self, worker):
        task = worker.task
        super()._hear(worker)
        if task.answer:
            Counting.bytes += len(processes.pickle.dumps(task.answer))


def made(path, count):
    """Records of about two hundred bytes."""
    if path.exists():
        return
    rng = random.Random(count)
    some = [" ".join(rng.choices(WORDS, k=rng.randint(10, 40))) for _ in range(5000)]
    with open(path, "w") as file:
        for i in range(count):
            file.write(f'{{"id":{i},"text":"{some[rng.randrange(5000)]} {i}"}}\n')


def high_water():
    """The most memory that this process had, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0.0


def measured(name, folder, count):
    """One run, in a process of its own."""
    command, method, options = RUNS[name]
    sources = [str(folder / f"{count}.jsonl")]
    if name == "score dsir":
        options = {**options, "target": [str(folder / "target.jsonl")]}
    if method == "where":
        sources = ["id % 2 == 0", *sources]
    else:
        options = {**options, "jobs": 2}
    processes.Processes = Counting
    before = time.monotonic()
    asked = Prepared(command, method, sources, {**options, "engine": "local"})
    asked.run(output=str(folder / "out.jsonl"))
    row = {"run": name, "records": count, "tasks": Counting.tasks}
    row |= {"bytes": Counting.bytes, "driver_mb": round(high_water())}
    row |= {"seconds": round(time.monotonic() - before, 1)}
    print(json.dumps(row), flush=True)


def main():
    folder, *counts = sys.argv[1:]
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    made(folder / "target.jsonl", 1000)
    for count in map(int, counts):
        made(folder / f"{count}.jsonl", count)
        for name in RUNS:
            child = os.fork()
            if child == 0:
                measured(name, folder, count)
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
