"""Makes the matrices of the jobs on neighbours, unless they are there.

usage: vectors.py ROWS QUERIES    vectors.npy and queries.npy: passages of pool.jsonl as
                                  `sel embed static` places them; graph.npy: the head
       vectors.py --noise ROWS    noise.npy (384 columns, float16), noise.jsonl (thin
                                  lines) and targets.npy (500 rows)
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

WORDS = 40  # of a passage
GRAPH = 20_000  # rows
SEL = str(Path(sys.executable).with_name("sel"))


def passages(count: int) -> list[str]:
    """Different pieces of the pool's texts."""
    found: dict[str, None] = {}
    with open("pool.jsonl", "rb") as pool:
        for line in pool:
            words = json.loads(line)["text"].split()
            starts = range(0, len(words), WORDS)
            found |= dict.fromkeys(" ".join(words[at : at + WORDS]) for at in starts)
            if len(found) >= count:
                break
    return list(found)[:count]


def real(rows: int, queries: int) -> None:
    """Vectors of passages; every so many are queries."""
    texts = passages(int(1.02 * (rows + queries)))  # some give rows of zeros
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    argv = [SEL, "embed", "static", "-q", "-o", "passages.npy"]
    subprocess.run(argv, input=lines.encode(), check=True)
    whole = np.load("passages.npy")
    whole = whole[np.abs(whole).max(axis=1) > 0][: rows + queries]
    asked = np.zeros(len(whole), bool)
    asked[np.linspace(0, len(whole) - 1, queries).astype(int)] = True
    np.save("queries.npy", whole[asked])
    np.save("graph.npy", whole[~asked][:GRAPH])
    np.save("vectors.npy", whole[~asked][:rows])


def noise(rows: int) -> None:
    """A large matrix, written some rows at a time."""
    size = (rows, 384)
    out = np.lib.format.open_memmap("noise.npy", "w+", np.float16, size)
    for at in range(0, rows, 50_000):
        part = np.random.default_rng(at).normal(size=out[at : at + 50_000].shape)
        out[at : at + 50_000] = part
    targets = np.random.default_rng(1).normal(size=(500, 384))
    np.save("targets.npy", targets.astype(np.float32))
    with open("noise.jsonl", "w") as lines:
        lines.writelines(f'{{"_row":{row}}}\n' for row in range(rows))


def main() -> None:
    """Make what is asked for."""
    if sys.argv[1] == "--noise":
        name, rows, make = "noise.npy", int(sys.argv[2]), lambda: noise(rows)
    else:
        rows, queries = map(int, sys.argv[1:])
        name, make = "vectors.npy", lambda: real(rows, queries)
    if not Path(name).exists():
        make()


if __name__ == "__main__":
    main()
