"""What GreeDi loses: how much of what one run covers is covered by shards.

    python bench/greedi.py pool.npy 20 100

chooses so many rows of a matrix at once and in 2, 7 and 16 shards, by the functions of
the runs, and says the share, and that of the best shard alone. `made` for a matrix is
60,000 rows in 200 clusters.
"""

import sys
from itertools import pairwise

import numpy as np

from sel.diversify import _facility, facility
from sel.maths.greedy.choice import pool
from sel.maths.random.noise import SeededNoise
from sel.runs.vectors.facility_shards import EACH, SAMPLE


def made():
    """Rows in clusters."""
    rng = np.random.default_rng(0)
    middle = rng.normal(size=(200, 64))
    rows = middle[rng.integers(0, 200, 60_000)] + rng.normal(size=(60_000, 64)) * 0.7
    return rows.astype(np.float32)


def covered(units, k, shards):
    """What is covered by the choice of so many shards, and by that of the best."""
    n = len(units)
    ends = [n * i // shards for i in range(shards + 1)]
    each = [facility.diversify(units[a:b], k=k).rows + a for a, b in pairwise(ends)]
    candidates = np.concatenate(list(map(np.sort, each)))
    chance = SeededNoise().uniform(np.arange(n).astype(np.uint64))
    sample = units[chance * n < max(SAMPLE, EACH * k)]
    union = candidates[_facility.united(units[candidates], sample, k)]
    best = max(each, key=lambda rows: _facility.covered(sample, units[rows]))
    alone, together = (_facility.covered(units, units[rows]) for rows in (best, union))
    return max(alone, together), alone


def main():
    """Print a line for each number of rows."""
    path, *sizes = sys.argv[1:]
    units = pool(made() if path == "made" else np.load(path)).units
    for k in map(int, sizes):
        chosen = facility.diversify(units, k=k).rows
        whole = _facility.covered(units, units[chosen])
        for shards in (2, 7, 16):
            both = [f"{one / whole:.4f}" for one in covered(units, k, shards)]
            print(f"{path}\t{k} rows\t{shards} shards\t{both[0]}\tbest shard {both[1]}")


main()
