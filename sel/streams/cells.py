"""Many rows of CSV cut into cells at once, as far as nothing about them is odd."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

QUOTE, LINE, RETURN = b'"\n\r'


class Quoted(bytes):
    """A cell that stood in quotes."""


class Cut:
    """Whole rows, of which cells are taken as they stand in the file, with quotes.

    Args:
        text: the bytes of the rows.
        ends: where each cell ends, row by row.
        width: how many cells each row has.
        returns: whether each row ends with a carriage return and a line end.
    """

    def __init__(self, text: Any, ends: Any, width: int, returns: bool) -> None:
        self.size = len(text)
        self._text, self._ends, self._width = text, ends, width
        self._returns = returns

    def __len__(self) -> int:
        return len(self._ends) // self._width

    def cells(self, column: int, places: Sequence[int] | None = None) -> list[bytes]:
        """The cells of a column, or those of some rows."""
        import numpy as np

        rows = np.arange(len(self)) if places is None else np.array(places, np.int64)
        last = rows * self._width + column
        ends = self._ends[last] - (self._returns and column == self._width - 1)
        starts = np.where(last > 0, self._ends[last - 1] + 1, 0)
        data = self._data
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [data[start:end] for start, end in pairs]

    def joined(self, columns: Sequence[int]) -> bytes:
        """The cells of some columns, row by row, with a comma behind each.

        A mark or a line end in a cell is one, too.
        """
        import numpy as np

        wanted = np.zeros(self._width, np.bool_)
        wanted[list(columns)] = True
        sizes = np.diff(self._ends, prepend=-1)
        keep = np.repeat(np.tile(wanted, len(self)), sizes)
        if self._returns:
            keep[self._ends[self._width - 1 :: self._width] - 1] = False
            sizes[self._width - 1 :: self._width] -= 1
        kept = self._text[keep]
        kept[np.cumsum(sizes.reshape(-1, self._width)[:, wanted]) - 1] = ord(",")
        found: bytes = kept.tobytes()
        return found

    @cached_property
    def _data(self) -> bytes:
        data: bytes = self._text.tobytes()
        return data


def bare(cell: bytes) -> bytes:
    """A cell without its quotes."""
    quoted = cell[:1] == b'"'
    return Quoted(cell[1:-1].replace(b'""', b'"')) if quoted else cell


def cut(data: bytes, mark: bytes, width: int) -> Cut | None:
    """The whole rows that data begins with, up to the first that does not fit.

    Args:
        data: begins with a row.
        mark: stands between cells.
        width: how many cells each row has, more than one.

    Returns:
        None where there is no such row, or a quote stands where none may.
    """
    import numpy as np  # of use for long tables only

    text = np.frombuffer(data, np.uint8)
    signs = (text == ord(mark)) | (text == LINE)
    if b'"' in data:
        signs |= text == QUOTE
    places = np.flatnonzero(signs)
    quoting = text[places] == QUOTE
    within = np.bitwise_xor.accumulate(quoting.view(np.uint8))
    quotes, ends = places[quoting], places[(within | quoting) == 0]
    lines = np.flatnonzero(text[ends] == LINE)
    fits = lines == np.arange(1, len(lines) + 1) * width - 1
    count = len(lines) if fits.all() else int(fits.argmin())
    ends = ends[: count * width]
    if not count:
        return None
    size = int(ends[-1]) + 1
    if not _fit(text, quotes[: np.searchsorted(quotes, size)], mark):
        return None
    returns = text[ends[width - 1 :: width] - 1] == RETURN
    if returns.any() and not returns.all():
        return None
    return Cut(text[:size], ends, width, bool(returns.all()))


def _fit(text: Any, quotes: Any, mark: bytes) -> bool:
    """Whether each quote begins or ends a cell, or is one of two within it.

    Args:
        text: the bytes, of which the last that counts is a line end.
        quotes: where they stand, in pairs.
        mark: stands between cells.
    """
    opening, closing = quotes[::2], quotes[1::2]
    before, after = text[opening - 1], text[closing + 1]
    twice = closing[:-1] + 1 == opening[1:]
    begins = (before == ord(mark)) | (before == LINE) | (opening == 0)
    begins[1:] |= twice
    ends = (after == ord(mark)) | (after == LINE)
    ends |= (after == RETURN) & (text[closing + 2 - (after != RETURN)] == LINE)
    ends[:-1] |= twice
    return bool(begins.all() and ends.all())
