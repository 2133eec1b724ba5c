"""A new field in every record: the bare loop, with orjson and a slice.

It checks nothing, bounds nothing and says nothing; it is what one writes by hand.

usage: splice.py length|random FILE
"""

import sys
from random import Random

from orjson import loads


def length(path: str) -> None:
    """Add the number of characters of the text."""
    with (
        open(path, "rb", buffering=1 << 20) as file,
        open(1, "wb", buffering=1 << 20) as out,
    ):
        for line in file:
            out.write(b'%s,"length":%d}\n' % (line[:-2], len(loads(line)["text"])))


def noise(path: str) -> None:
    """Parse each record, and add a random number."""
    random = Random(0).random
    with (
        open(path, "rb", buffering=1 << 20) as file,
        open(1, "wb", buffering=1 << 20) as out,
    ):
        for line in file:
            loads(line)
            out.write(b'%s,"random":%r}\n' % (line[:-2], random()))


if __name__ == "__main__":
    {"length": length, "random": noise}[sys.argv[1]](sys.argv[2])
