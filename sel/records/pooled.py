"""Records of files found again in a pool: by their row, or by their text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sel.errors import DataError
from sel.records.passes import none_there
from sel.records.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.ledger import Ledger
    from sel.records.passes import Reader
    from sel.records.samples import Sample
    from sel.records.shapes import Usual
    from sel.streams.lines import Stream
    from sel.types import Indices

KNOWN = "known"
"""The column of what a record is known by."""


def known(texts: Wanted | Usual) -> Wanted | Usual:
    """What a record is known by, and how many characters its text has."""
    return texts.then(lambda text: (hash(text), len(text)))


class Finder:
    """Finds records in a pool.

    Args:
        pool: held with the column KNOWN.
        texts: finds the text of a record.
    """

    def __init__(self, pool: Sample, texts: Wanted | Usual) -> None:
        self._pool = pool
        self._want = Projection({KNOWN: known(texts)}, row=True)
        self._indexes: dict[bool, dict[int, list[int]]] = {}

    def find(self, reader: Reader, stream: Stream, ledger: Ledger) -> Indices:
        """The places in the pool of the records of a stream, in its order.

        By _row where both have it, else by the text; the second record of one text is
        the second of the pool that has it.

        Raises:
            DataError: a record is not in the pool, or there is none.
        """
        found: list[int] = []
        seen: Counter[int] = Counter()
        for part in reader.parts(stream, self._want, ledger, "reading"):
            by_row = bool(part.said and self._pool.said)
            index = self._index(by_row)
            names = part.rows if by_row else [name for name, _ in part[KNOWN]]
            for i, name in enumerate(names):
                places = index.get(name, ())
                if len(places) <= seen[name]:
                    raise _not_there(part.place_of(i), len(places))
                found.append(places[seen[name]])
                seen[name] += 1
        ledger.close()
        if not found:
            raise none_there(stream)
        return np.array(found, np.int64)

    def _index(self, by_row: bool) -> Mapping[int, list[int]]:
        """The places of each row, or of each text; made when first asked for."""
        if by_row not in self._indexes:
            index = self._indexes[by_row] = {}
            pool = self._pool
            names = pool.rows.tolist() if by_row else [n for n, _ in pool[KNOWN]]
            for place, name in enumerate(names):
                index.setdefault(name, []).append(place)
        return self._indexes[by_row]


def beginnings(
    reader: Reader, stream: Stream, texts: Wanted | Usual, wanted: Mapping[int, int]
) -> dict[int, str]:
    """The beginnings of the texts of some records, by their places in the stream.

    Args:
        reader: says how to read.
        stream: is read from its beginning.
        texts: finds the text of a record.
        wanted: the most bytes of each.
    """
    found: dict[int, str] = {}
    want = Projection({"texts": texts})
    for part in reader.parts(stream, want, reader.ledger()):
        for place, text in zip(part.places, part["texts"], strict=True):
            if place in wanted:
                found[place] = _cut(text, wanted[place])
    return found


def _cut(text: str, most: int) -> str:
    text = " ".join(text[: 4 * most].split())
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode(errors="ignore") + "\N{HORIZONTAL ELLIPSIS}"


def _not_there(place: str, times: int) -> DataError:
    if times:
        words = f"the pool has this record {times} times, and it comes again"
    else:
        words = "this record is not in the pool. Try: the --pool it was chosen from"
    return DataError(f"{place}: {words}")
