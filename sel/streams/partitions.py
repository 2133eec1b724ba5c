"""Fields in the names of folders, `lang=de/part-0.parquet`, as Hive has them.

They are added to each record of the files below. What a record says itself stays; where
that is something else the record is a bad line.
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from sel.streams.json import written
from sel.streams.rows import MARK, Bad

if TYPE_CHECKING:
    from collections.abc import Mapping

NULL = "__HIVE_DEFAULT_PARTITION__"
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
_ODD = (b" \n", b"\t\n", b"\r", b"{}\n", b" }\n", b"\t}\n", MARK)
"""What a block has where its lines are looked at one by one."""


class Partitioned(str):
    """The path of a file, with the fields that it gives to each record."""

    fields: Mapping[str, Any]
    __slots__ = ("fields",)


def found(folder: str, paths: list[str]) -> list[str]:
    """Paths of files below a folder, with what the folders between say.

    A field is a number where all of its values are whole numbers that JSON can write as
    they stand; else it is a string.
    """
    said = [_said(os.path.relpath(path, folder)) for path in paths]
    if not any(said):
        return paths
    values: dict[str, set[str]] = {}
    for one in said:
        for name, value in one.items():
            values.setdefault(name, set()).add(value)
    whole = {
        name
        for name, some in values.items()
        if all(map(_WHOLE.fullmatch, some - {NULL}))
    }
    return [
        _with(path, {name: _typed(one[name], name in whole) for name in one})
        for path, one in zip(paths, said, strict=True)
    ]


def _said(path: str) -> dict[str, str]:
    folders = [name.partition("=") for name in path.split(os.sep)[:-1]]
    return {
        unquote(name): unquote(value) for name, mark, value in folders if mark and name
    }


def _typed(value: str, whole: bool) -> Any:
    if value == NULL:
        return None
    return int(value) if whole else value


def _with(path: str, fields: dict[str, Any]) -> str:
    if not fields:
        return path
    made = Partitioned(path)
    made.fields = fields
    return made


class Adding:
    """Adds fields to lines.

    Args:
        fields: by their names.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self._names = [written(name) for name in fields]
        pairs = zip(self._names, map(written, fields.values()), strict=True)
        self._pairs = [b",%b:%b" % pair for pair in pairs]
        self._all = b"".join(self._pairs) + b"}"
        asked = [
            (f"f{i}", msgspec.Raw, msgspec.field(name=name, default=msgspec.Raw()))
            for i, name in enumerate(fields)
        ]
        self._decode = msgspec.json.Decoder(msgspec.defstruct("Said", asked)).decode

    def to(self, data: bytes, *, cut: bool) -> bytes:
        """Whole lines with the fields.

        Args:
            data: the lines.
            cut: whether the first is only a beginning, which stays as it is.
        """
        taken = any(name in data for name in self._names)
        if data[-1:] == b"\n" and not (cut or taken or any(x in data for x in _ODD)):
            return data.replace(b"}\n", self._all + b"\n")
        lines = io.BytesIO(data).readlines()
        return b"".join(
            [*lines[:cut], *(self._line(line, taken) for line in lines[cut:])]
        )

    def _line(self, line: bytes, taken: bool) -> bytes:
        head, brace, tail = line.rpartition(b"}")
        if not brace or tail.strip() or line[:1] == MARK:
            return line  # not a record
        pairs = self._pairs
        if taken:
            try:
                said = self._decode(line)
            except (msgspec.MsgspecError, RecursionError):
                return line
            pairs = []
            for i, (name, value) in enumerate(self._fields.items()):
                raw = getattr(said, f"f{i}")
                if not raw:
                    pairs.append(self._pairs[i])
                elif msgspec.json.decode(raw) != value:
                    says = bytes(raw)[:40].decode(errors="replace")
                    folder = written(value).decode()
                    why = f"field {name!r} is {says}, and its folder says {folder}"
                    return Bad(why, line.rstrip(b"\r\n")).line()
        more = b"".join(pairs)
        if head.strip() == b"{":
            more = more[1:]
        return head + more + brace + tail
