"""Signatures of 128 permutations over word 5-grams, written as so many lines.

usage: minhash_sketch.py sel|sel-numpy|datasketch|rensa FILE

All begin with the texts. The peers sketch strings, which must be made first; the CPU
rate without that, and without the start, goes to standard error.
"""

import json
import re
import sys
import time


def shingles(text: str) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return list({" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1))})


def main() -> None:
    how, path = sys.argv[1:]
    with open(path, "rb") as file:
        texts = [json.loads(line)["text"] for line in file]
    if how.startswith("sel"):
        from sel.maths.text import minhash
        from sel.maths.text.shingles import Shingling

        if how == "sel-numpy":
            minhash._kernel = lambda: None
        words = Shingling(5, "words")
        minhash.signatures(texts[:3], words, 128)  # what is compiled is kept
        start = time.process_time()
        found = minhash.signatures(texts, words, 128)
    elif how == "rensa":
        from rensa import RMinHash

        sets = [shingles(text) for text in texts]
        start = time.process_time()
        found = []
        for one in sets:
            sketch = RMinHash(num_perm=128, seed=1)
            sketch.update(one)
            found.append(sketch.digest())
    else:
        from datasketch import MinHash

        coded = [[s.encode() for s in shingles(text)] for text in texts]
        start = time.process_time()
        found = []
        for one in coded:
            sketch = MinHash(num_perm=128)
            sketch.update_batch(one)
            found.append(sketch.hashvalues)
    seconds = time.process_time() - start
    print("\n" * (len(found) - 1))
    print(f"{how}: {len(found) / seconds:,.0f} texts a CPU second", file=sys.stderr)


if __name__ == "__main__":
    main()
