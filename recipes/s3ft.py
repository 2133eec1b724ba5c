"""How wrong the targets of some records are, and how far from what a model says.

usage: python s3ft.py RECORDS SEED

RECORDS are those of `sel pick target`, with own_ok, far_own and far_gold. A line is
printed for each kind of targets and measure: those of S3FT, as many own answers by
chance, own answers whatever they say, and gold alone.
"""

import json
import random
import sys
from math import log2
from statistics import mean


def main(path: str, seed: str) -> None:
    """Print the figures."""
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    right = [row["target_source"] == "own" for row in rows]
    chance = [*right]
    random.Random(int(seed)).shuffle(chance)  # noqa: S311
    kinds = {"s3ft": right, "random": chance}
    kinds |= {"own": [True] * len(rows), "gold": [False] * len(rows)}
    for kind, own in kinds.items():
        pairs = list(zip(rows, own, strict=True))
        values = {
            "bits": mean(log2(row["far_own" if o else "far_gold"]) for row, o in pairs),
            "wrong": mean(o and not row["own_ok"] for row, o in pairs),
        }
        for task, value in values.items():
            line = f"task={task} method={kind} seed={seed} value={value}"
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
