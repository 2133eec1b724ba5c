"""Records of Python as inputs: lists, iterators, data frames, data sets."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from sel.errors import DataError, UsageError
from sel.streams import remote
from sel.streams.json import deep

if TYPE_CHECKING:
    from sel.streams.lines import Source

BATCH = 1 << 10
"""Records that become lines at once."""
PLAIN = orjson.OPT_SERIALIZE_NUMPY


class Memory:
    """Records in memory, or made one after the other, as lines.

    Args:
        records: dicts or texts.
        name: what messages call them.
    """

    def __init__(self, records: Iterable[Any], name: str) -> None:
        self._records = records
        self.name = name

    def open(self) -> BinaryIO:
        """Read them from their beginning."""
        return io.BufferedReader(_Raw(_lines(iter(self._records), self.name)), 1 << 16)


class _Raw(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _lines(records: Iterator[Any], name: str) -> Iterator[bytes]:
    while some := list(islice(records, BATCH)):
        yield b"".join([_line(_record(one, name), name) for one in some])


def _line(record: Any, name: str) -> bytes:
    """A record as a line, which may be a bad one: with half of a surrogate pair, say.

    Raises:
        DataError: something in it has no form in JSON.
    """
    try:
        return orjson.dumps(record, None, PLAIN | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # the other library takes all that lines of files can hold
        try:
            with deep():
                return json.dumps(record, default=_plain).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as error:
            msg = f"{name}: a record cannot be written as JSON: {error}"
            raise DataError(msg) from None


def _plain(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value, None, PLAIN))


def _record(one: Any, name: str) -> Any:
    if isinstance(one, str):
        return {"text": one}
    if isinstance(one, dict):
        return one
    msg = f"{name}: a record must be a dict or a text, not {type(one).__name__}"
    raise UsageError(msg)


def sources(pool: Any, name: str = "the records") -> list[Source]:
    """What a Python caller may pass as records.

    Args:
        pool: a path or several; dicts or texts, in a list or from an iterator;
            what another function of the library gave; a datasets.Dataset, or a data
            frame of pandas or polars. A list of strings is a list of paths if all of
            them are files or URLs, else of texts.
        name: what messages call records that are not in a file.
    """
    from sel.library.records import Records

    if pool is None:
        return []
    if isinstance(pool, str | Path):
        return [str(pool)]
    if isinstance(pool, Records):
        return pool.sources
    if isinstance(pool, list | tuple) and pool:
        if all(isinstance(one, Path | Records) for one in pool):
            return list(chain.from_iterable(sources(one, name) for one in pool))
        if all(isinstance(one, str) and _is_file(one) for one in pool):
            return list(pool)
    return [Memory(_iterable(pool, name), name)]


def _iterable(pool: Any, name: str) -> Iterable[Any]:
    """What gives records one after the other."""
    if hasattr(pool, "iter_rows"):  # polars
        return _Again(lambda: pool.iter_rows(named=True))
    if hasattr(pool, "to_dict") and hasattr(pool, "columns"):  # pandas
        return _Again(lambda: _rows(pool))
    if isinstance(pool, Iterable) and not isinstance(pool, bytes | dict):
        return pool
    msg = f"{name}: give a path, dicts or texts, not {type(pool).__name__}"
    raise UsageError(msg)


def is_url(text: str) -> bool:
    """Whether a text is a URL and nothing else, and so names a file."""
    return remote.is_url(text) and len(text.split()) == 1


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file() or is_url(path)
    except (OSError, ValueError):
        return False  # too long for a name, or with a zero byte


class _Again:
    """What can be iterated again and again."""

    def __init__(self, start: Any) -> None:
        self._start = start

    def __iter__(self) -> Iterator[Any]:
        return iter(self._start())


def _rows(frame: Any) -> Iterator[dict[str, Any]]:
    for at in range(0, len(frame), BATCH):
        yield from frame.iloc[at : at + BATCH].to_dict("records")
