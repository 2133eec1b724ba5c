"""The numbers that datatrove's four filters of FineWeb find, for each text.

usage: datatrove_filters.py FILE.jsonl    writes a line of decisions for each record

Each filter is asked about the text as it is; none stops the others, as in `sel score
heuristics`.
"""

import sys

import orjson
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)


def main() -> None:
    """Ask all filters about all texts."""
    filters = (
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
    )
    with open(sys.argv[1], "rb") as file:
        for line in file:
            text = orjson.loads(line)["text"]
            found = []
            for one in filters:
                said = one.filter(Document(text=text, id=""))
                found.append(said is True)
            sys.stdout.buffer.write(orjson.dumps(found) + b"\n")


if __name__ == "__main__":
    main()
