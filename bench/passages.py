"""Cuts the texts of a pool into different passages: records for an index.

usage: passages.py POOL COUNT > passages.jsonl
"""

import json
import sys

WORDS = 40  # of a passage


def main() -> None:
    """Write passages, as many as are wanted or there are."""
    path, count = sys.argv[1:]
    left, seen = int(count), set()
    with open(path, "rb") as pool:
        for line in pool:
            words = json.loads(line)["text"].split()
            for at in range(0, len(words), WORDS):
                passage = " ".join(words[at : at + WORDS])
                if left and passage not in seen:
                    seen.add(passage)
                    sys.stdout.write(json.dumps({"text": passage}) + "\n")
                    left -= 1


if __name__ == "__main__":
    main()
