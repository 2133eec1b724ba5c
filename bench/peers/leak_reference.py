"""The published 13-gram rule in plain Python, one process.

usage: leak_reference.py SET FILE
"""

import json
import re
import sys

WORD = re.compile(r"\w+")


def grams(text):
    words = WORD.findall(text.lower())
    return {tuple(words[i : i + 13]) for i in range(len(words) - 12)}


def main():
    """Write how many items share 13 words in a row with a record."""
    items, path = sys.argv[1:]
    with open(items) as file:
        wanted = [grams(json.loads(line)["text"]) for line in file]
    every = set().union(*wanted)
    seen = set()
    with open(path) as file:
        for line in file:
            seen |= grams(json.loads(line)["text"]) & every
    print(sum(bool(own & seen) for own in wanted))


if __name__ == "__main__":
    main()
