"""Many rows of CSV cut into cells at once, as far as nothing about them is odd."""

from __future__ import annotations

from typing import Any, NamedTuple

QUOTE, LINE, RETURN = b'"\n\r'
_GAPS = (b"\0", b"\x1e", b"\x1f")
"""What may take the place of marks and line ends, as it stands in hardly any file."""


class Quoted(bytes):
    """A cell that stood in quotes."""


class Cut(NamedTuple):
    """Whole rows, as columns."""

    columns: list[list[bytes]]
    """Cells as they stand in the file, with their quotes."""
    size: int
    """Bytes of the rows."""


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
    ends = np.flatnonzero((text == ord(mark)) | (text == LINE))
    quotes = ends[:0]
    if b'"' in data:
        quoting = text == QUOTE
        quotes = np.flatnonzero(quoting)
        within = np.bitwise_xor.accumulate(quoting.view(np.uint8))
        ends = ends[within[ends] == 0]
    lines = np.flatnonzero(text[ends] == LINE)
    fits = lines == np.arange(1, len(lines) + 1) * width - 1
    count = len(lines) if fits.all() else int(fits.argmin())
    ends = ends[: count * width]
    gap = next((gap for gap in _GAPS if gap not in data), None)
    if not count or gap is None:
        return None
    size = int(ends[-1]) + 1
    if not _fit(text, quotes[: np.searchsorted(quotes, size)], mark):
        return None
    parted = text[:size].copy()
    parted[ends] = ord(gap)
    cells = parted.tobytes()[:-1].split(gap)
    columns = [cells[i::width] for i in range(width)]
    returns = text[ends[width - 1 :: width] - 1] == RETURN
    if returns.any():
        if not returns.all():
            return None
        columns[-1] = [cell[:-1] for cell in columns[-1]]
    return Cut(columns, size)


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
