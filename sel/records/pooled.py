"""Records of files found again in a pool: by row, by a field, or by text."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError
from sel.records import fields
from sel.records.faults import BadRecord
from sel.records.fields import Wanted
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.records.shapes import Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.faults import Record
    from sel.records.ledger import Ledger
    from sel.records.passes import Reader
    from sel.records.samples import Sample
    from sel.streams.lines import Stream
    from sel.types import Indices

KNOWN = "known"
"""The column of what a record is known by."""


def known(texts: Wanted | Usual, on: str | None) -> Wanted | Usual:
    """What a record is known by: a field, or its text; None where it has no text.

    Args:
        texts: finds the text of a record.
        on: the field.
    """
    if on:
        return fields.json(on).then(hash)
    if isinstance(texts, Usual):
        return Usual(partial(_usual, texts))
    return Wanted(partial(_text, texts))


def _usual(texts: Usual, record: Record) -> tuple[str, Wanted]:
    try:
        shape, wanted = texts.of(record)
    except BadRecord:  # as a thin record, which is known by its row
        return "", Wanted(lambda record: None)
    return shape, wanted.then(hash)


def _text(texts: Wanted, record: Record) -> int | None:
    try:
        return hash(texts.find(record))
    except BadRecord:
        return None


class Finder:
    """Finds records in a pool.

    Args:
        pool: held with the column KNOWN.
        texts: finds the text of a record.
        on: the field that records are known by, if not by row or text.
    """

    def __init__(
        self, pool: Sample, texts: Wanted | Usual, on: str | None = None
    ) -> None:
        self._pool, self._on = pool, on
        self._want = Projection({KNOWN: known(texts, on)}, row=True)
        self._indexes: dict[bool, dict[Any, list[int]]] = {}

    def find(self, reader: Reader, stream: Stream, ledger: Ledger) -> Indices:
        """The places in the pool of the records of a stream, in its order.

        By the field, where there is one. Else by _row where both have it, or where
        the stream has no texts; the row of a record of the pool that does not say one
        is its place. Else by the text. The second record of one text is the second of
        the pool that has it.

        Raises:
            DataError: a record is not in the pool, or there is none.
        """
        found: list[int] = []
        seen: Counter[Any] = Counter()
        for part in reader.parts(stream, self._want, ledger, "reading"):
            thin = None in part[KNOWN]
            by_row = not self._on and bool(part.said) and (thin or self._pool.said)
            index = self._index(by_row)
            for i, name in enumerate(part.rows if by_row else part[KNOWN]):
                if name is None:
                    raise DataError(f"{part.place_of(i)}: {_NEITHER}")
                places = index.get(name, ())
                if len(places) <= seen[by_row, name]:
                    raise _not_there(part.place_of(i), len(places))
                found.append(places[seen[by_row, name]])
                seen[by_row, name] += 1
        ledger.close()
        if not found:
            raise none_there(stream)
        return np.array(found, np.int64)

    def _index(self, by_row: bool) -> Mapping[Any, list[int]]:
        """The places of each row, or of what else records are known by."""
        if by_row not in self._indexes:
            index = self._indexes[by_row] = {}
            names = self._pool.rows.tolist() if by_row else self._pool[KNOWN]
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


_NEITHER = "this record has neither a text nor a _row. Try: --on FIELD, or --text FIELD"


def _not_there(place: str, times: int) -> DataError:
    if times:
        words = f"the pool has this record {times} times, and it comes again"
    else:
        words = "this record is not in the pool. Try: the --pool it was chosen from"
    return DataError(f"{place}: {words}")
