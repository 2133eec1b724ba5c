"""Writes a stream of records to standard output that is stored nowhere.

Each has an id, a random score and about 200 bytes of text, cut from a file of records.

usage: generate.py LINES FILE
"""

import json
import sys
from itertools import cycle

TEXTS = 20_000
WIDTH = 200


def texts(path: str) -> list[bytes]:
    """Pieces of real text, as JSON strings."""
    pieces: list[bytes] = []
    with open(path, "rb") as file:
        for line in file:
            text = json.loads(line)["text"]
            for at in range(0, len(text), WIDTH):
                pieces.append(json.dumps(text[at : at + WIDTH]).encode())
            if len(pieces) >= TEXTS:
                break
    return pieces


def main() -> None:
    """Write the stream."""
    lines, path = int(sys.argv[1]), sys.argv[2]
    with open(1, "wb", buffering=1 << 20) as out:
        for number, text in zip(range(lines), cycle(texts(path))):
            score = number * 2_654_435_761 % 4_294_967_291
            out.write(b'{"id":%d,"score":0.%010d,"text":%s}\n' % (number, score, text))


if __name__ == "__main__":
    main()
