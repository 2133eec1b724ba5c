"""Selections, and random ones, as sets of the rows of their pool."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sel.cli.common import blocks, matrices
from sel.errors import DataError
from sel.maths.random import sampler
from sel.streams import fields
from sel.streams.lines import name
from sel.streams.records import parse

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.cli.eval.chosen import Luck
    from sel.streams.lines import Stream
    from sel.streams.records import Parsed
    from sel.types import Indices


@dataclass
class Pool:
    """What is known of each record of the pool that can be used."""

    name: str
    stream: Stream
    rows: Indices
    """The rows of the records in --vectors, or what they are called elsewhere."""
    lengths: Any
    """Characters of each text."""
    scores: dict[str, Any]
    domains: list[str]
    labels: list[Any]
    law: dict[str, int]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class Sets:
    """The selections and the random ones, as rows of the pool."""

    chosen: dict[str, list[Indices]]
    randoms: dict[int, list[Indices]]
    """By their size."""
    values: dict[int, dict[str, float | None]] = field(default_factory=dict)
    """The measures of each set, by its place in `all`."""

    @classmethod
    def of(cls, chosen: dict[str, list[Indices]], pool: int, luck: Luck) -> Self:
        """Selections, and random ones as large as the first file of each."""
        sizes = sorted({len(files[0]) for files in chosen.values()})
        each = luck.each
        draws = {n: [sampler.draw(pool, n, seed) for seed in each] for n in sizes}
        return cls(chosen, draws)

    @property
    def all(self) -> list[Indices]:
        """Selections first, then the random ones."""
        files = [rows for one in self.chosen.values() for rows in one]
        return files + [rows for draws in self.randoms.values() for rows in draws]

    def add(self, found: list[dict[str, float | None]]) -> None:
        """Measures of all sets."""
        for i, one in enumerate(found):
            self.values.setdefault(i, {}).update(one)

    def split(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The measures by the name of the choice: its own, and those of random ones."""
        numbers = iter(range(len(self.all)))
        ours = {
            name: [self.values[next(numbers)] for _ in files]
            for name, files in self.chosen.items()
        }
        luck = {
            size: [self.values[next(numbers)] for _ in draws]
            for size, draws in self.randoms.items()
        }
        return ours, {name: luck[len(one[0])] for name, one in self.chosen.items()}


@dataclass(frozen=True)
class Wanted:
    """The fields of the pool that are needed."""

    scores: list[str]
    domain: str | None = None
    label: str | None = None


def read(
    call: Call, stream: Stream, files: list[str], wanted: Wanted
) -> tuple[Pool, dict[str, list[Indices]]]:
    """The pool, and which of its rows the files of each selection have, by its name.

    Args:
        call: says how to read.
        stream: the pool.
        files: [NAME=]FILE of each.
        wanted: fields of the pool.

    Raises:
        DataError: a record of a selection is not in the pool.
    """
    reader = _Reader(call, wanted)
    for block in call.blocks(stream, "reading"):
        reader.take(parse(block, stream.max_line), len(block.lines))
    pool = reader.pool(stream)
    selections: dict[str, list[Indices]] = {}
    for given in files:
        named, equals, path = given.partition("=")
        if not equals or Path(given).exists():
            named, path = name(given), given
        rows, law = reader.find(path)
        for key, count in law.items():
            pool.law[key] += count
        selections.setdefault(named, []).append(rows)
    return pool, selections


class _Reader:
    """Reads the pool, and then finds the records of selections in it."""

    def __init__(self, call: Call, wanted: Wanted) -> None:
        self._call = call
        self._wanted = wanted
        self._scores = [fields.number(one) for one in wanted.scores]
        others = [wanted.domain, wanted.label]
        self._others = [fields.value(one) if one else None for one in others]
        self._columns: list[list[Any]] = [[] for _ in (*wanted.scores, *others)]
        self._rows: list[Indices] = [np.empty(0, np.int64)]
        self._lengths: list[int] = []
        self._names: list[int] = []
        self._how = ""
        self._law = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
        self._rejects = call.reading.rejects()
        self._known: dict[bool, dict[int, list[int]]] = {}

    def take(self, parsed: Parsed, lines: int) -> None:
        """Keep what is asked of a block of the pool."""
        texts, _ = blocks.texts(parsed, self._call.groups["text"])
        self._rejects.take(parsed.rejects)
        self._law["rejected"] += len(parsed.rejects)
        before = len(parsed.rejects)
        for column, find in zip(
            self._columns, (*self._scores, *self._others), strict=True
        ):
            column += parsed.column(find) if find else []
        for bad in parsed.rejects[before:]:  # all or none of the pool has them
            msg = f"{bad.file}:{bad.line}: {bad.message}"
            raise DataError(msg)
        rows, how = matrices.places_of(parsed)
        if how and self._how and how != self._how:
            msg = f"{parsed.file}: some records have a _row and some have none"
            raise DataError(msg)
        self._how = how or self._how
        self._rows.append(rows)
        self._lengths += map(len, texts)
        self._names += map(hash, texts)
        self._law["read"] += lines
        self._law["blank"] += parsed.blank
        self._law["kept"] += len(texts)

    def pool(self, stream: Stream) -> Pool:
        """All that was read."""
        self._rejects.close(self._law["read"])
        rows = np.concatenate(self._rows)
        if not len(rows):
            msg = f"{name(stream.paths[0])}: there are no records"
            raise DataError(msg)
        *scores, domains, labels = self._columns
        numbers = [np.array(column, np.float64) for column in scores]
        return Pool(
            name(stream.paths[0]),
            stream,
            rows,
            np.array(self._lengths),
            dict(zip(self._wanted.scores, numbers, strict=True)),
            list(map(blocks.named, domains)),
            labels,
            self._law,
        )

    def find(self, path: str) -> tuple[Indices, dict[str, int]]:
        """The places in the pool of a selection's records, in its order.

        By _row where both have it, else by the text; the second record of one text is
        the second of the pool that has it.
        """
        call, found = self._call, []
        stream, rejects = call.reading.stream([path]), call.reading.rejects()
        law = dict.fromkeys(("read", "kept", "rejected", "blank"), 0)
        seen: Counter[int] = Counter()
        for block in call.blocks(stream, "reading"):
            parsed = parse(block, stream.max_line)
            texts, _ = blocks.texts(parsed, call.groups["text"])
            rejects.take(parsed.rejects)
            rows, how = matrices.places_of(parsed)
            by_row = how == self._how == matrices.BY_ROW
            names = rows.tolist() if by_row else list(map(hash, texts))
            known = self._index(by_row)
            for i, key in enumerate(names):
                places = known.get(key, ())
                if len(places) <= seen[key]:
                    raise DataError(_not_there(parsed, i, len(places)))
                found.append(places[seen[key]])
                seen[key] += 1
            law["read"] += len(block.lines)
            law["blank"] += parsed.blank
            law["rejected"] += len(parsed.rejects)
        rejects.close(law["read"])
        law["kept"] = len(found)
        if not found:
            msg = f"{name(path)}: there are no records"
            raise DataError(msg)
        return np.array(found, np.int64), law

    def _index(self, by_row: bool) -> dict[int, list[int]]:
        """The places of each row, or of each text; made when first asked for."""
        if by_row not in self._known:
            known = self._known[by_row] = {}
            keys = np.concatenate(self._rows).tolist() if by_row else self._names
            for place, key in enumerate(keys):
                known.setdefault(key, []).append(place)
        return self._known[by_row]


def _not_there(parsed: Parsed, i: int, times: int) -> str:
    place = f"{parsed.file}:{parsed.numbers[i]}"
    if times:
        return f"{place}: the pool has this record {times} times, and it comes again"
    return (
        f"{place}: this record is not in the pool. Try: the --pool it was chosen from"
    )
