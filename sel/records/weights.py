"""Weights of domains in a file: one JSON object, or a table with a row for each.

The object is `{"code": 0.3, "web": 0.7}`; a table, in whatever format records have, has
the fields `domain` and `weight`. So has what `sel eval mixture` writes.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, printable
from sel.records.faults import BadRecord, parse_line
from sel.records.fields import Wanted, named
from sel.records.hints import kind_of
from sel.records.projection import Projection
from sel.streams.lines import STDIN, name
from sel.streams.ranges import BOM
from sel.streams.remote import is_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.records.passes import Reader
    from sel.streams.lines import Source

MOST = 1 << 26
"""Bytes of a file that is read as one object."""
NAMES = ("domain", "level")
NUMBERS = ("weight", "tokens")
"""The fields of a row, the first that is there."""
OF = ("target", "mixture")
"""Rows with one of these and no domain say how good a fit is; they are passed over."""


def read(
    reader: Reader, source: Source, attribute: str | None = None
) -> dict[str, float]:
    """The weight of each domain, in the order of the file; not all are 0.

    Args:
        reader: says how to read.
        source: the file.
        attribute: of a table for several attributes, as `sel eval conjoint` writes it,
            which rows are meant.

    Raises:
        DataError: the file is not what it should be.
    """
    label = name(source)
    weights: dict[str, float] = {}
    for domain, weight in _pairs(reader, source, attribute):
        shown = printable(domain)
        if type(weight) not in (int, float) or not _is_weight(weight):
            what = weight if type(weight) in (int, float) else kind_of(weight)
            msg = f"{label}: the weight of {shown!r} is {what}, not a number from 0 on"
            raise DataError(msg)
        if domain in weights:
            msg = f"{label}: {shown!r} has two weights"
            raise DataError(msg)
        weights[domain] = float(weight)
    if not any(weights.values()):
        of = "" if attribute is None else f" for a {attribute}"
        msg = f"{label}: there is no weight above 0{of}"
        raise DataError(msg)
    return weights


def _is_weight(weight: float) -> bool:
    try:
        return isfinite(weight) and weight >= 0
    except OverflowError:
        return False


def _pairs(
    reader: Reader, source: Source, attribute: str | None
) -> Iterable[tuple[str, Any]]:
    """Each domain and its weight."""
    whole = _object(source, reader.max_line)
    rows = [("", whole)] if whole is not None else list(_rows(reader, source))
    first = rows[0][1] if rows else {}
    if len(rows) == 1 and not any(one in first for one in (*NAMES, *OF)):
        inner = first.get("weights")
        return (inner if type(inner) is dict else first).items()
    return (pair for place, row in rows for pair in _pair(place, row, attribute))


def _object(source: Source, most: int) -> dict[str, Any] | None:
    """The object that a file is, on however many lines; None where it is none."""
    if not isinstance(source, str) or source == STDIN or is_url(source):
        return None
    file = Path(source)
    if not file.is_file() or file.stat().st_size > min(most, MOST):
        return None
    data = file.read_bytes().removeprefix(BOM)
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        return parse_line(data, len(data))
    except BadRecord:
        return None  # lines, or what the reader of lines can name


def _rows(reader: Reader, source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of a table, each with its place in words."""
    want = Projection({"row": Wanted(lambda record: record)})
    for part in reader.strictly(source, want):
        for i, row in enumerate(part["row"]):
            yield part.place_of(i), row


def _pair(
    place: str, row: dict[str, Any], attribute: str | None
) -> Iterator[tuple[str, Any]]:
    """The domain of a row and its weight, where it has one of its own."""
    domain = next((row[one] for one in NAMES if one in row), None)
    weight = next((row[one] for one in NUMBERS if one in row), None)
    if domain is None and any(one in row for one in OF):
        return
    if domain is None or weight is None:
        msg = f"{place}: a row of weights has 'domain' and 'weight'"
        raise DataError(f"{msg}. Try: an object of weights, or such columns")
    if attribute is None or row.get("attribute", attribute) == attribute:
        yield named(domain), weight
