"""How many near-duplicates bands find, and how many of those are true, beside peers.

True pairs are those whose Jaccard similarity of word 5-grams reaches the threshold;
found are the pairs that agree in a band. rensa is given the bands of `sel`, datasketch
solves its own. `sel` then checks each pair that is found by its true similarity, so
that its precision becomes 1; the table says what it is before. "at it" is for the pairs
within 0.02 of the threshold: the share that is found, beside the mean of the S-curve.
All figures are means over FAMILIES times 128 permutations.

usage: recall.py DATA, where DATA holds uscode_versions.jsonl.zst and its pairs, by a
Python that has sel, datasketch and rensa
"""

import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import orjson
import zstandard
from datasketch import MinHash, MinHashLSH
from peers.minhash_sketch import shingles
from rensa import RMinHash

from sel.maths.text import minhash
from sel.maths.text.shingles import Shingling

Signatures = np.ndarray
Pair = tuple[int, int]

SIZE, FAMILIES, NEAR = 128, 8, 0.02
ALL = SIZE * FAMILIES


def read(file: Path) -> list[dict]:
    data = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
    return [orjson.loads(line) for line in data.splitlines()]


def ours(texts: list[str]) -> Signatures:
    return minhash.signatures(texts, Shingling(5, "words"), ALL)


def by_datasketch(texts: list[str]) -> Signatures:
    coded = ([part.encode() for part in shingles(text)] for text in texts)
    return np.array([m.hashvalues for m in MinHash.generator(coded, num_perm=ALL)])


def by_rensa(texts: list[str]) -> Signatures:
    found = []
    for text in texts:
        sketch = RMinHash(num_perm=ALL, seed=1)
        sketch.update(shingles(text))
        found.append(sketch.digest())
    return np.array(found)


def own_bands(threshold: float) -> tuple[int, int]:
    index = MinHashLSH(threshold=threshold, num_perm=SIZE)
    return index.b, index.r


def solved(threshold: float) -> tuple[int, int]:
    return minhash.solved(threshold, SIZE)


def candidates(signatures: Signatures, bands: int, rows: int) -> set[Pair]:
    """Pairs of numbers, the lower first, that agree in a band."""
    found: set[Pair] = set()
    for band in range(bands):
        buckets: dict[bytes, list[int]] = {}
        part = np.ascontiguousarray(signatures[:, band * rows : (band + 1) * rows])
        for number, row in enumerate(part):
            buckets.setdefault(row.tobytes(), []).append(number)
        for members in buckets.values():
            found.update(combinations(members, 2))
    return found


def line(
    sketches: Signatures, truth: dict[Pair, float], threshold: float, b: int, r: int
) -> str:
    """Recall, precision, and what is found at the threshold, in per cent."""
    true = {pair for pair, value in truth.items() if value >= threshold}
    at = [pair for pair, value in truth.items() if abs(value - threshold) <= NEAR]
    sums = np.zeros(3)
    for first in range(0, ALL, SIZE):
        found = candidates(sketches[:, first : first + SIZE], b, r)
        hits = len(found & true)
        share = sum(pair in found for pair in at) / len(at)
        sums += hits / len(true), hits / len(found), share
    recall, precision, share = 100 * sums / FAMILIES
    curve = 100 * np.mean([1 - (1 - truth[pair] ** r) ** b for pair in at])
    return (
        f"{b} x {r} | {recall:.1f} | {precision:.1f} | {len(at)} | {share:.1f} |"
        f" {curve:.1f}"
    )


def main() -> None:
    data = Path(sys.argv[1])
    records = read(data / "uscode_versions.jsonl.zst")
    texts = [record["text"] for record in records]
    number = {record["id"]: i for i, record in enumerate(records)}
    truth = {}
    for pair in read(data / "uscode_versions_pairs.jsonl.zst"):
        a, b = sorted((number[pair["a"]], number[pair["b"]]))
        truth[a, b] = pair["jaccard"]
    programs: dict[str, tuple[Signatures, Callable[[float], tuple[int, int]]]] = {
        "sel": (ours(texts), solved),
        "datasketch": (by_datasketch(texts), own_bands),
        "rensa": (by_rensa(texts), solved),
    }
    print(
        "| threshold | program | bands | recall | precision | at it | found | curve |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        for name, (sketches, bands) in programs.items():
            b, r = bands(threshold)
            print(
                f"| {threshold} | {name} | {line(sketches, truth, threshold, b, r)} |"
            )


if __name__ == "__main__":
    main()
