"""Values as JSON, whatever stands in them."""

from __future__ import annotations

import sys
from codecs import utf_8_decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from sel.errors import valid

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 1_024
"""Levels of a record that is read."""
PIECE = 1 << 12
"""Bytes that are decoded at once to see whether they are UTF-8."""
INDENTED, SORTED = orjson.OPT_INDENT_2, orjson.OPT_SORT_KEYS


def written(value: Any, option: int = 0) -> bytes:
    r"""A value as JSON.

    It may be as deep as a record can be, and its integers as large. NaN and infinity
    become null, and so do those in numpy's arrays. A byte of a file name that is not
    UTF-8 is written as `\xff`.

    Args:
        value: what is written.
        option: INDENTED, for people; SORTED, by the names of fields.
    """
    try:
        return orjson.dumps(value, option=option | orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:  # more than 254 levels or 64 bits, or no UTF-8
        with deep():
            order: Any = "sorted" if option & SORTED else None
            data = msgspec.json.encode(_plain(value), order=order)
    return msgspec.json.format(data) if option & INDENTED else data


def read(data: bytes) -> Any:
    """The value of JSON that orjson has read; its integers may have any size."""
    with deep():
        return msgspec.json.decode(data)


def check_encoding(data: bytes) -> None:
    """UnicodeDecodeError where there is no UTF-8, found in small pieces.

    Small texts stay in the cache, and take the memory of the one before.
    """
    if data.isascii():
        return
    view, size, at = memoryview(data), len(data), 0
    while at < size:
        at += utf_8_decode(view[at : at + PIECE], "strict", at + PIECE >= size)[1]


@contextmanager
def deep() -> Iterator[None]:
    """Let functions call one another as deep as a record can be."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 4 * DEEPEST)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _plain(value: Any) -> Any:
    """What msgspec can write."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, dict):
        return {_plain(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, orjson.Fragment):
        return msgspec.Raw(orjson.dumps(value))
    return value.tolist() if hasattr(value, "tolist") else value
