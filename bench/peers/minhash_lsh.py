"""Drops records that the index of datasketch finds near an earlier one.

usage: minhash_lsh.py FILE
"""

import json
import sys

from datasketch import MinHash, MinHashLSH
from minhash_sketch import shingles


def main() -> None:
    index = MinHashLSH(threshold=0.8, num_perm=128)
    with open(sys.argv[1], "rb") as file:
        for number, line in enumerate(file):
            sketch = MinHash(num_perm=128)
            text = json.loads(line)["text"]
            sketch.update_batch([part.encode() for part in shingles(text)])
            if not index.query(sketch):
                sys.stdout.buffer.write(line)
            index.insert(number, sketch)


if __name__ == "__main__":
    main()
