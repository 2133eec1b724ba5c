"""The k records with the highest score: the bare loop, with orjson and a heap.

It checks nothing, bounds nothing and says nothing; it is what one writes by hand.

usage: heap.py [--sample] K FILE
"""

import sys
from heapq import heappush, heappushpop
from math import log
from random import Random

from orjson import loads


def top(k: int, path: str) -> list[tuple[float, int, bytes]]:
    """The best, as score, minus the line number, and line."""
    heap: list[tuple[float, int, bytes]] = []
    floor = float("-inf")
    with open(path, "rb", buffering=1 << 20) as file:
        for number, line in enumerate(file):
            score = loads(line)["score"]
            if len(heap) < k:
                heappush(heap, (score, -number, line))
                floor = heap[0][0]
            elif score > floor:
                heappushpop(heap, (score, -number, line))
                floor = heap[0][0]
    return heap


def sample(k: int, path: str) -> list[tuple[float, int, bytes]]:
    """The same with Gumbel noise on every score."""
    heap: list[tuple[float, int, bytes]] = []
    floor = float("-inf")
    random = Random(0).random
    with open(path, "rb", buffering=1 << 20) as file:
        for number, line in enumerate(file):
            score = loads(line)["score"] - log(-log(random() or 0.5))
            if len(heap) < k:
                heappush(heap, (score, -number, line))
                floor = heap[0][0]
            elif score > floor:
                heappushpop(heap, (score, -number, line))
                floor = heap[0][0]
    return heap


def main() -> None:
    """Write the winners in the order of the input."""
    *options, k, path = sys.argv[1:]
    best = (sample if options == ["--sample"] else top)(int(k), path)
    best.sort(key=lambda one: -one[1])
    sys.stdout.buffer.writelines(line for _, _, line in best)


if __name__ == "__main__":
    main()
