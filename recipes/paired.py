"""How much less each kind of choice has than a baseline of the same seed.

usage: python paired.py ROWS FIELD BASELINE

ROWS are those of `sel eval` for selections called KIND_SEED.jsonl, and others called
KIND.jsonl, which are compared with every seed of the baseline. A line for each kind has
the mean, the mean difference to the baseline, and its 95% interval by Student's t over
seeds.
"""

import json
import math
import re
import sys
from statistics import mean, stdev

STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def main(path: str, field: str, baseline: str) -> None:
    """Print a line for each kind."""
    found: dict[str, dict[str, float]] = {}
    size: dict[str, list[int]] = {}
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, file):
            name = re.sub(r".*/|\.jsonl$", "", row["selection"])
            kind, _, seed = name.partition("_")
            found.setdefault(kind, {})[seed] = row[field]
            size.setdefault(kind, []).append(row["bytes"])
    base = found[baseline]
    for kind, values in found.items():
        line = (
            f"{kind}: {mean(values.values()):.4f} bits, {mean(size[kind]):,.0f} bytes"
        )
        gains = [base[seed] - values.get(seed, values.get("", 0)) for seed in base]
        if kind != baseline and len(gains) > 1:
            reach = (
                STUDENT[min(len(gains), 10) - 2] * stdev(gains) / math.sqrt(len(gains))
            )
            low, high = mean(gains) - reach, mean(gains) + reach
            line += f", gain {mean(gains):+.4f} ({low:+.4f} to {high:+.4f})"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
