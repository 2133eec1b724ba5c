"""Record batches of Arrow as rows, which are made values and lines where wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.streams.columns import dumped, library, values
from sel.streams.json import written
from sel.streams.tables import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROWS = 1 << 10  # rows of a batch that become lines at once
WIDEST = 64
"""Bytes of JSON that no number or time is wider than."""
GROWTH = 6
"""Bytes of JSON that no byte of a text is more than."""


def tables(batches: Iterable[Any], size: int) -> Iterator[bytes | Rows]:
    """Rows of about `size` bytes at a time; those with nested values as lines.

    Raises:
        ValueError, TypeError, ArrowException: a value has no form in JSON.
    """
    for batch in batches:
        flat = _is_flat(batch)
        step = max(size * len(batch) // (1 + batch.nbytes), 1) if flat else ROWS
        for start in range(0, len(batch), step):
            part = batch.slice(start, step)
            yield _Batch(part) if flat else b"".join(_lines(part))


def _lines(batch: Any) -> list[bytes]:
    return [dumped(row) + b"\n" for row in values(batch.to_struct_array())]


def _is_flat(batch: Any) -> bool:
    """Whether each value has a form in JSON, whatever it is, and no others within."""
    types, names = library().types, batch.schema.names
    tests = types.is_date, types.is_timestamp, types.is_decimal, types.is_binary
    for kind in batch.schema.types:
        if not _is_plain(kind) and not any(test(kind) for test in tests):
            return False
    try:
        batch.validate(full=True)  # which texts may not be UTF-8
    except library().ArrowException:
        return False
    return bool(names) and len(set(names)) == len(names)


def _is_plain(kind: Any) -> bool:
    """Whether Python has the values of a type as JSON has them."""
    types = library().types
    tests = types.is_integer, types.is_floating, types.is_boolean
    texts = types.is_string, types.is_large_string
    return any(test(kind) for test in (*texts, *tests))


class _Batch(Rows):
    """Rows of a batch without nested values."""

    def __init__(self, batch: Any) -> None:
        names = batch.schema.names
        widest = sum(len(written(name)) + WIDEST for name in names)
        super().__init__(names, batch.nbytes, GROWTH * batch.nbytes + widest)
        self._batch = batch

    def __len__(self) -> int:
        return len(self._batch)

    def column(self, name: str) -> list[Any] | None:
        """The values of a column; None for decimals, of which JSON has others."""
        column, types = self._batch.column(name), library().types
        if types.is_decimal(column.type):
            return None
        if not types.is_floating(column.type):
            return values(column)
        floats = column.to_numpy(zero_copy_only=False)
        known = np.isfinite(floats)
        found: list[Any] = floats.astype(np.float64).tolist()
        if known.all():
            return found
        return [value if is_known else None for value, is_known in zip(found, known)]

    def lines(self, places: Sequence[int]) -> list[bytes]:
        """The lines of the rows at some places, from 0."""
        some = self._batch
        if len(places) < len(self):
            some = some.take(
                library().array(np.array(places, np.int64))
            )  # a list needs pandas
        if all(map(_is_plain, some.schema.types)):  # a shorter way, for few rows
            return [dumped(row) + b"\n" for row in some.to_pylist()]
        return _lines(some)
