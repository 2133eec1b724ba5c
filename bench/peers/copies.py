"""Short texts of drawn words; one in twenty is a near-copy of one before it.

usage: copies.py N FILE.jsonl
"""

import sys

import numpy as np

WORDS = 50_000
LONG = 30  # words of a text
SHARE = 20
BLOCK = 10_000  # texts; copies are of texts of the same block


def main() -> None:
    """Write the texts."""
    n, path = int(sys.argv[1]), sys.argv[2]
    rng = np.random.default_rng(0)
    with open(path, "w", encoding="ascii") as file:
        for at in range(0, n, BLOCK):
            size = min(BLOCK, n - at)
            drawn = rng.integers(0, WORDS, (size, LONG))
            copies = np.arange(SHARE - 1, size, SHARE)
            drawn[copies] = drawn[rng.integers(0, copies - 1)]
            drawn[copies, 0] = rng.integers(0, WORDS, len(copies))  # one word differs
            lines = (
                f'{{"id":{at + i},"text":"{" ".join(map(str, row))}"}}\n'
                for i, row in enumerate(drawn.tolist())
            )
            file.writelines(lines)


if __name__ == "__main__":
    main()
