"""Records of some inputs that are all held, as a block holds its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.records.projection import Projection
from sel.streams.lines import name as name_of

if TYPE_CHECKING:
    from sel.records.ledger import Ledger
    from sel.records.passes import Reader
    from sel.streams.lines import Stream
    from sel.types import Indices


@dataclass(frozen=True)
class Sample:
    """Columns of records; what asks something of a block can ask it of them."""

    name: str
    """What the first input is called."""
    columns: Mapping[str, Sequence[Any]]
    places: Indices
    """Where each record stands among those of its stream, from 0."""
    rows: Indices
    """The row that each says it is, or else its place."""
    said: bool
    """Whether they say it."""
    bytes: int
    """Of their lines."""

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def take(self, places: Indices) -> Sample:
        """Some of the records, by their places here."""
        columns = {name: _some(one, places) for name, one in self.columns.items()}
        places, rows = self.places[places], self.rows[places]
        return Sample(self.name, columns, places, rows, self.said, 0)


def read(
    reader: Reader,
    stream: Stream,
    ledger: Ledger,
    kinds: Sequence[Any] = (),
    more: Mapping[str, Any] | None = None,
) -> Sample:
    """Read a stream and hold what is asked of its records.

    Args:
        reader: says how to read.
        stream: is read once.
        ledger: counts; records that a kind cannot use are dropped.
        kinds: kinds of input, see sel.inputs.
        more: what else is asked of each record.
    """
    want = dict(more or {})
    for kind in kinds:
        want |= kind.wanted
    row = any(kind.row for kind in kinds) or ledger.strict_rows
    columns: dict[str, list[Any]] = {name: [] for name in want}
    places, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    said = size = 0
    for part in reader.parts(stream, Projection(want, row=row), ledger, "reading"):
        some = _usable(part, kinds)
        places.append(_some(np.array(part.places, np.int64), some))
        rows.append(_some(np.array(part.rows, np.int64), some))
        for name, column in columns.items():
            column += _some(part[name], some)
        clean = some is None and part.numbers is None
        lines = [part.block.data] if clean else _some(part.lines, some)
        size += sum(map(len, lines))
        said += part.said
    kept = np.concatenate(places)
    ledger.kept = len(kept)
    ledger.close()
    label = name_of(stream.sources[0])
    sample = Sample(label, columns, kept, np.concatenate(rows), bool(said), size)
    for kind in kinds:
        kind.check(ledger)
        kind.know(sample)
    return sample


def _usable(part: Any, kinds: Sequence[Any]) -> Indices | None:
    """Which records of a block all kinds can use; None for all."""
    masks = [mask for kind in kinds if (mask := kind.usable(part)) is not None]
    good = np.logical_and.reduce(masks) if masks else None
    return None if good is None or good.all() else np.flatnonzero(good)


def _some(values: Any, places: Indices | None) -> Any:
    """Some of a list or an array; all for None."""
    if places is None:
        return values
    if isinstance(values, np.ndarray):
        return values[places]
    return [values[i] for i in places.tolist()]
