"""Selections of the rows of a matrix, and random ones of the same size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks, matrices
from sel.errors import DataError, OptionError
from sel.maths.matrices.vectors import usable
from sel.streams import fields
from sel.streams.lines import name
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from sel.cli.call import Call
    from sel.streams.npy import Matrix

    Rows = npt.NDArray[np.int64]


def luck(*, seeds: int = 10, seed: int = 0) -> Luck:
    """Chance.

    Args:
        seeds: random selections of the same size to compare with.
        seed: another number draws others.
    """
    if seeds < 0 or seeds == 1:
        raise OptionError("--seeds", "0, or at least 2", seeds)
    return Luck(seeds, seed)


@dataclass(frozen=True)
class Luck:
    """Random selections."""

    seeds: int
    seed: int

    @property
    def each(self) -> range:
        """The seed of each."""
        return range(self.seed, self.seed + self.seeds)


@dataclass
class Chosen:
    """Records of a file that have a row which can be used."""

    name: str
    rows: Rows
    values: dict[str, list[Any]]
    """The fields that were asked for."""
    bytes: int
    law: dict[str, int] = field(default_factory=dict)
    """What the closing line counts."""


def read(call: Call, path: str, matrix: Matrix, wanted: Iterable[str] = ()) -> Chosen:
    """The records of a file and their rows; those without a usable row are dropped.

    Args:
        call: says how to read.
        path: the file.
        matrix: their vectors.
        wanted: fields whose values are needed.
    """
    finds = {path: fields.value(path) for path in wanted}
    values: dict[str, list[Any]] = {path: [] for path in finds}
    stream, rejects = call.reading.stream([path]), call.reading.rejects()
    law = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
    found, size, how = [np.empty(0, np.int64)], 0, ""
    for block in call.blocks(stream, "reading"):
        parsed = parse(block, stream.max_line)
        while True:
            before = len(parsed.records)
            columns = {path: parsed.column(find) for path, find in finds.items()}
            if len(parsed.records) == before:
                break
        rejects.take(parsed.rejects)
        law["read"] += len(block.lines)
        law["blank"] += parsed.blank
        law["rejected"] += len(parsed.rejects)
        vectors, shape = matrices.rows_of(parsed, matrix)
        how = how or shape
        good = np.flatnonzero(usable(vectors)).tolist()
        law["kept"] += len(good)
        law["dropped"] += len(parsed.records) - len(good)
        places = blocks.rows(parsed)
        found.append(np.array([places[i] for i in good], np.int64))
        size += sum(len(parsed.lines[i]) for i in good)
        for path_, column in columns.items():
            values[path_] += [column[i] for i in good]
    rejects.close(law["read"])
    matrices.check_count(matrix, how, law["read"] - law["blank"])
    return Chosen(name(path), np.concatenate(found), values, size, law)


def check_sizes(chosen: list[Chosen], pool: int) -> None:
    """Refuse selections that are larger than their pool."""
    for one in chosen:
        if len(one.rows) > pool:
            msg = (
                f"{one.name} has {len(one.rows):,} records and its pool {pool:,}."
                " Try: the pool that it was chosen from"
            )
            raise DataError(msg)


def added(laws: Iterable[dict[str, int]]) -> dict[str, int]:
    """The counts of several files together."""
    total = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
    for law in laws:
        for name_ in total:
            total[name_] += law[name_]
    return total
