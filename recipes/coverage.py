"""How many of a right answer's pairs of words stand in the answers of its examples.

usage: python coverage.py FOLDER K SEEDS

Printed are lines of figures: for each seed the mean over a half of the queries, of each
kind of prompt and of random ones.
"""

import json
import random
import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

KINDS = ("bm25", "recall", "vectors", "nearest")
NAMES = {kind: f"coverage-{kind}" for kind in KINDS[:3]}


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def pairs(text: str) -> set[tuple[str, str]]:
    """The pairs of words that stand next to one another."""
    words = text.lower().split()
    return set(pairwise(words))


def main(folder: str, k: int, seeds: int) -> None:
    """Print the figures."""
    wanted = [pairs(one["answer"]) for one in read(Path(folder) / "queries.jsonl")]
    pool = [pairs(one["answer"]) for one in read(Path(folder) / "pool.jsonl")]
    known = [query for query, own in enumerate(wanted) if own]
    prompts: dict[str, dict[int, list[int]]] = {}
    for kind in KINDS:
        found = prompts[kind] = {query: [] for query in known}
        for one in read(Path(folder) / f"{kind}.jsonl"):
            if one["_query"] in found:
                found[one["_query"]].append(one["_row"])

    def share(query: int, examples: list[int]) -> float:
        there = set[tuple[str, str]]().union(*[pool[i] for i in examples])
        return len(wanted[query] & there) / len(wanted[query])

    for seed in range(1, seeds + 1):
        chance = random.Random(seed)  # noqa: S311
        asked = chance.sample(known, -(-len(known) // 2))
        some, size = range(len(pool)), min(k, len(pool))
        prompts["random"] = {query: chance.sample(some, size) for query in asked}
        for kind, of in prompts.items():
            value = mean(share(query, of[query]) for query in asked)
            line = f"task=math method={NAMES.get(kind, kind)} seed={seed} value={value}"
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
