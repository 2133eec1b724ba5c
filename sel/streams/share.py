"""What a shard of a run leaves for --merge: numbers to be added, in a file.

The file holds plain values and arrays, never code, and a sum over all of it.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

import msgspec

from sel.errors import DataError, shown
from sel.streams import landing
from sel.streams.output import finished, open_output

ENDING = ".shard"
HEAD = b"sel shard 1\n"
_ARRAY = 1
T = TypeVar("T")


def beside(path: str) -> str:
    """Where the share of a part is: beside it, and hidden in a folder of parts."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}{ENDING}"


def is_part(path: object) -> bool:
    """Whether a shard has written something, or a folder is where shards may write."""
    if not isinstance(path, str):
        return False
    there = path.endswith((ENDING, "/")) or os.path.isdir(path)
    return there or landing.identity(beside(path)) is not None


def bad(path: str) -> str:
    """Where the bad lines of a part are, if they are kept: beside it, and hidden."""
    return f"{beside(path).removesuffix(ENDING)}.bad.jsonl"


def save(path: str, share: dict[str, Any]) -> None:
    """Write a share; it appears with the other files of the run."""
    body = msgspec.msgpack.encode(share, enc_hook=_packed)
    with finished(open_output(path)) as file:
        file.write(HEAD + zlib.crc32(body).to_bytes(4, "big") + body)


def load(path: str, part: str) -> dict[str, Any]:
    """Read a share.

    Args:
        path: where it is.
        part: what it belongs to, for messages.

    Raises:
        DataError: it is not there, is damaged, or is something else.
    """
    from sel.streams.lines import opened

    try:
        with opened(path) as file:
            data = file.read()
    except FileNotFoundError:
        msg = f"{shown(part)} is not what --shard has written: {shown(path)} is missing"
        raise DataError(msg) from None
    head, sum_, body = data[: len(HEAD)], data[len(HEAD) :][:4], data[len(HEAD) + 4 :]
    if head != HEAD:
        msg = f"{shown(path)} is not what --shard has written"
        raise DataError(msg)
    if zlib.crc32(body).to_bytes(4, "big") != sum_:
        msg = f"{shown(path)} is damaged. Try: the run with its --shard again"
        raise DataError(msg)
    found: dict[str, Any] = msgspec.msgpack.decode(body, ext_hook=_unpacked)
    return found


def _packed(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray) and value.dtype != object:
        said = value.dtype.str, value.shape, value.tobytes()
        return msgspec.msgpack.Ext(_ARRAY, msgspec.msgpack.encode(said))
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    msg = f"a {type(value).__name__} cannot be part of a share"
    raise TypeError(msg)


def _unpacked(code: int, data: memoryview) -> Any:
    import numpy as np

    del code
    kind, shape, values = msgspec.msgpack.decode(data)
    return np.frombuffer(values, kind).reshape(shape)


def built(kind: type[T], plain: Any) -> T:
    """A frozen dataclass of what was read of one.

    Raises:
        DataError: it has other fields.
    """
    if not is_dataclass(kind):
        return plain  # type: ignore[no-any-return]
    hints = get_type_hints(kind)
    try:
        values = {one.name: plain[one.name] for one in fields(kind)}
        made = {name: built(hints[name], value) for name, value in values.items()}
    except (KeyError, TypeError):
        msg = f"a share has no {kind.__name__}. Try: the run with its --shard again"
        raise DataError(msg) from None
    return kind(**made)
