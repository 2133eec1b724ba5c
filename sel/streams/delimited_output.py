"""Records as rows of CSV or TSV, by the ending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from sel.streams.endings import form
from sel.streams.json import read
from sel.streams.waiting import MOST, Unfit, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.streams.atomic import AtomicFile
    from sel.streams.remote import Upload


class Table(Waiting):
    """Takes lines, and writes them as rows.

    A string stands in quotes, null is empty, and numbers stay as they are written.

    Args:
        file: where the rows go; it must be started.
        like: the inputs, which do not matter.
    """

    def __init__(self, file: AtomicFile | Upload, like: Iterable[object] = ()) -> None:
        del like
        super().__init__(file)
        self._mark = b"\t" if form(str(file.path)) == ".tsv" else b","
        self._kinds: dict[str, str] = {}

    def see(self, data: bytes) -> int:
        """Learn what fields there are."""
        rows = _RAW.decode_lines(data)
        for row in rows:
            for name, value in row.items():
                kind = _WORDS.get(bytes(value)[:1], "numbers")
                known = self._kinds.get(name, "")
                if kind in _NESTED:
                    msg = f"field {name[:200]!r} holds {kind}, which no row can"
                    raise Unfit(msg)
                if kind and known and kind != known:
                    kinds = " and ".join(sorted((kind, known)))
                    msg = f"field {name[:200]!r} holds {kinds}"
                    raise Unfit(msg)
                self._kinds[name] = kind or known
        if len(self._kinds) > MOST:
            msg = f"there are more than {MOST:,} different fields"
            raise Unfit(msg)
        return len(rows)

    def put(self, file: Any, pieces: Iterator[bytes]) -> None:
        """Write the names of all fields, and all rows."""
        if self.rows and not self._kinds:
            msg = "the records have no fields"
            raise Unfit(msg)
        if self._kinds:
            file.write(self._mark.join(map(_header, self._kinds)) + b"\n")
        for data in pieces:
            rows = [
                self._mark.join([_cell(row.get(name)) for name in self._kinds])
                for row in _RAW.decode_lines(data)
            ]
            if b"" in rows:
                msg = "a record has only one field, and that is null: its row is empty"
                raise Unfit(msg)
            file.write(b"\n".join([*rows, b""]))


_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NESTED = ("lists", "objects")
_WORDS = {
    b'"': "texts",
    b"t": "truth values",
    b"f": "truth values",
    b"n": "",
    b"[": "lists",
    b"{": "objects",
}
"""What a value is, by its first byte; nothing for null."""


def _header(name: str) -> bytes:
    """A name, in quotes only where it must be: so those of values say something."""
    if not name:
        msg = "a field has no name"
        raise Unfit(msg)
    plain = name == name.strip() and not _SPECIAL.search(name)
    return name.encode() if plain else b'"%b"' % name.replace('"', '""').encode()


_SPECIAL = re.compile(r'[",;\t\r\n\ufeff]')


def _cell(value: msgspec.Raw | None) -> bytes:
    """A value as it stands in a row; a string without escapes does so in JSON."""
    cell = b"null" if value is None else bytes(value)
    if cell[:1] == b'"' and b"\\" in cell:
        return b'"%b"' % read(cell).replace('"', '""').encode()
    return b"" if cell == b"null" else cell
