"""How many of a right answer's pairs of words stand in the answers of its examples.

usage: python coverage.py FOLDER K

A line for each kind of prompt: the mean over queries, and how much more than with
random prompts, the mean of five draws, with the 95% interval of paired differences.
"""

import json
import math
import random
import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Any

KINDS = ("bm25", "recall", "vectors", "nearest")
DRAWS = 5


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def pairs(text: str) -> set[tuple[str, str]]:
    """The pairs of words that stand next to one another."""
    words = text.lower().split()
    return set(pairwise(words))


def main(folder: str, k: int) -> None:
    """Print a line for each kind of prompt."""
    wanted = [pairs(one["answer"]) for one in read(Path(folder) / "queries.jsonl")]
    pool = [pairs(one["answer"]) for one in read(Path(folder) / "pool.jsonl")]
    asked = [query for query, own in enumerate(wanted) if own]

    def shares(prompts: dict[int, list[int]]) -> list[float]:
        found = []
        for query in asked:
            there = set[tuple[str, str]]().union(*[pool[i] for i in prompts[query]])
            found.append(len(wanted[query] & there) / len(wanted[query]))
        return found

    draws = []
    for seed in range(DRAWS):
        chance, rows = random.Random(seed), range(len(pool))  # noqa: S311
        size = min(k, len(pool))
        draws.append(shares({query: chance.sample(rows, size) for query in asked}))
    base = [mean(some) for some in zip(*draws, strict=True)]
    sys.stdout.write(f"random: {mean(base):.4f}\n")
    for kind in KINDS:
        prompts: dict[int, list[int]] = {query: [] for query in asked}
        for one in read(Path(folder) / f"{kind}.jsonl"):
            if one["_query"] in prompts:
                prompts[one["_query"]].append(one["_row"])
        found = shares(prompts)
        gains = [a - b for a, b in zip(found, base, strict=True)]
        reach = 1.96 * stdev(gains) / math.sqrt(len(gains))
        low, high = mean(gains) - reach, mean(gains) + reach
        gain = f"gain {mean(gains):+.4f} ({low:+.4f} to {high:+.4f})"
        sys.stdout.write(f"{kind}: {mean(found):.4f}, {gain}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
