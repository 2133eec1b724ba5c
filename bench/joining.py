"""What it takes to join near-duplicates of shards: time, and memory of the process.

    python bench/joining.py 1_000_000

joins a made pair for every second record, and says which would be dropped, by the
functions of the last round of `sel diversify minhash --rounds`.
"""

import sys
import time
from pathlib import Path

import numpy as np

from sel.maths.text import lsh
from sel.streams import scratch

STEP = 1 << 20


def held():
    """What this process holds itself, in MB, beside pages of files."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1000
    return 0.0


def main():
    """Print a line."""
    n = int(sys.argv[1])
    rng, before, most = np.random.default_rng(0), time.process_time(), 0.0
    forest = lsh.UnionFind(n, scratch.zeros(n))
    for start in range(0, n // 2, STEP):
        one = rng.integers(0, n, min(STEP, n // 2 - start))
        forest.join_all(one, np.minimum(n - 1, one + rng.integers(1, 1000, len(one))))
        most = max(most, held())
    worth, dropped = scratch.Scratch(np.float64), 0
    for start in range(0, n, STEP):
        worth.write(np.zeros(min(STEP, n - start)))
    for rows in lsh.surplus(forest, worth.rows(), scratch.zeros(n)):
        dropped += len(rows)
        most = max(most, held())
    seconds = time.process_time() - before
    print(f"{n:,} records\t{dropped:,} dropped\t{seconds:.1f} s\t{most:.0f} MB held")


main()
