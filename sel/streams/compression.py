"""Compressed bytes in and out: gzip, zstandard, bzip2 and xz, told by how they begin.

A reader yields chunks of bounded size, whatever the data expands to, and never
takes a stream that ends early for a whole one.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from sel.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".gz", ".zst", ".bz2", ".xz")
CHUNK = 1 << 19  # that of a block of lines, which is then not copied
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\0"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after a first byte from 50 to 5f

WINDOW = 1 << 31  # bytes that a frame may look back: zstd --long=31

# A frame that is set behind the last one. The library takes a cut zstandard stream
# for a whole one; this frame comes out only if the frame before it was complete.
_MARK = b"sel: end of zst."


@cache
def _end() -> bytes:
    import zstandard  # here and below, as most runs start sooner without

    return zstandard.ZstdCompressor(write_checksum=True).compress(_MARK)


_ZSTD = {
    "Dictionary mismatch": "the zstandard data needs the dictionary that it was packed"
    " with. Try: zstd -dc -D DICTIONARY FILE | sel ...",
    "too much memory": "the zstandard data looks back further than 2 GiB",
    "Allocation error": "the zstandard data needs more memory than there is",
    "Unknown frame": "what follows the zstandard data is not zstandard data, or is cut",
}
"""What is said of data that is not damaged, by words of the library."""


class Source(Protocol):
    """Whatever bytes can be read from."""

    def read(self, size: int, /) -> bytes | None: ...


class Compressor(Protocol):
    """Turns data into stored bytes; `flush` ends a frame, and a new one may follow."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def chunks(source: Source, name: str, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the plain content of `source`, at most half a MiB at a time.

    Args:
        source: the stored bytes.
        name: what messages call it.
        size: how much of plain bytes is read at once.

    Raises:
        DataError: the compressed stream is damaged or ends early.
    """
    head = source.read(size) or b""
    while 0 < len(head) < len(XZ) and (more := source.read(CHUNK)):
        head += more
    whole = _Rest(head, source)
    if head.startswith(GZIP):
        return _gunzip(whole, name)
    if head.startswith(ZSTD) or _is_skippable(head):
        return _unzstd(whole, name)
    if head.startswith(BZIP2):
        return _unpack(whole, name, "bzip2")
    if head.startswith(XZ):
        return _unpack(whole, name, "xz")
    return iter(lambda: whole.read(size), b"")


def is_packed(head: bytes) -> bool:
    """Whether data that begins so is compressed."""
    return head.startswith((GZIP, ZSTD, BZIP2, XZ)) or _is_skippable(head)


def compressor(name: str) -> Compressor | None:
    """What compresses a file of this name, by its ending; None for a plain file."""
    if name.endswith(".zst"):
        return _Zstd()
    if name.endswith(".gz"):
        return _Gzip()
    if name.endswith((".bz2", ".xz")):
        return _Packed(name.rpartition(".")[2])
    return None


def plain_name(name: str) -> str:
    """A file's name without the ending of a compression."""
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


class _Zstd:
    def __init__(self) -> None:
        import zstandard

        self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self._frame: Compressor | None = None

    def compress(self, data: bytes) -> bytes:
        if self._frame is None:
            self._frame = self._compressor.compressobj()
        return self._frame.compress(data)

    def flush(self) -> bytes:
        frame, self._frame = self._frame or self._compressor.compressobj(), None
        return frame.flush()


class _Gzip:
    def __init__(self) -> None:
        self._frame: Compressor | None = None

    def compress(self, data: bytes) -> bytes:
        if self._frame is None:
            self._frame = zlib.compressobj(6, zlib.DEFLATED, 31)
        return self._frame.compress(data)

    def flush(self) -> bytes:
        frame, self._frame = self._frame or zlib.compressobj(6, zlib.DEFLATED, 31), None
        return frame.flush()


class _Packed:
    """What bzip2 and xz have in common."""

    def __init__(self, ending: str) -> None:
        import bz2
        import lzma

        self._new: Any = {"bz2": bz2.BZ2Compressor, "xz": lzma.LZMACompressor}[ending]
        self._frame: Any = None

    def compress(self, data: bytes) -> bytes:
        self._frame = self._frame or self._new()
        packed: bytes = self._frame.compress(data)
        return packed

    def flush(self) -> bytes:
        frame, self._frame = self._frame or self._new(), None
        packed: bytes = frame.flush()
        return packed


class _Rest:
    """A source whose first bytes have been looked at."""

    def __init__(self, head: bytes, source: Source) -> None:
        self._head = head
        self._source = source
        self.tail = b""
        self.ended = False

    def read(self, size: int = CHUNK) -> bytes:
        data, self._head = self._head or self._source.read(size) or b"", b""
        if not data and not self.ended:
            self.ended, data = True, self.tail
        return data


def _is_skippable(head: bytes) -> bool:
    return (
        len(head) > len(ZSTD_SKIPPABLE)
        and head[1:4] == ZSTD_SKIPPABLE
        and 0x50 <= head[0] <= 0x5F
    )


def _unzstd(source: _Rest, name: str) -> Iterator[bytes]:
    import zstandard

    source.tail = _end()
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(
        source,  # type: ignore[arg-type]
        read_size=1 << 17,
        read_across_frames=True,
    )
    last = b""
    try:
        while chunk := reader.read(CHUNK):
            if len(chunk) < len(_MARK):
                last += chunk
                continue
            yield last
            last = chunk
    except zstandard.ZstdError as error:
        for words, why in _ZSTD.items():
            if words in str(error):
                raise DataError(f"{name}: {why}") from None
        raise _broken(name, "zstandard", cut=source.ended, why=error) from None
    if not last.endswith(_MARK):
        raise _broken(name, "zstandard", cut=True)
    yield last[: -len(_MARK)]


def _gunzip(source: _Rest, name: str) -> Iterator[bytes]:
    data = source.read(1 << 17)
    while data:
        member = zlib.decompressobj(31)
        try:
            while not member.eof:
                yield member.decompress(data, CHUNK)
                data = member.unconsumed_tail or (
                    b"" if member.eof else source.read(1 << 17)
                )
                if not data and not member.eof and source.ended:
                    rest = member.decompress(b"", CHUNK)
                    yield rest
                    if not rest:
                        raise _broken(name, "gzip", cut=True)
        except zlib.error as error:
            raise _broken(name, "gzip", cut=False, why=error) from None
        data = member.unused_data
        while not data.strip(b"\0") and not source.ended:  # padding
            data = source.read(1 << 17)
        data = data.lstrip(b"\0")
        if not GZIP.startswith(data[:2]) and not data.startswith(GZIP):
            msg = f"{name}: what follows the gzip data is not gzip data"
            raise DataError(msg)


def _unpack(source: _Rest, name: str, kind: str) -> Iterator[bytes]:
    """The content of bzip2 or xz data, of one or several streams."""
    import bz2
    import lzma

    new: Any = bz2.BZ2Decompressor if kind == "bzip2" else lzma.LZMADecompressor
    data = source.read(1 << 17)
    while data:
        stream = new()
        while not stream.eof:
            try:
                yield stream.decompress(data, CHUNK)
            except (OSError, ValueError, lzma.LZMAError) as error:
                raise _broken(name, kind, cut=False, why=error) from None
            data = b""
            if stream.needs_input and not stream.eof:
                data = source.read(1 << 17)
                if not data:
                    raise _broken(name, kind, cut=True)
        data = (stream.unused_data or source.read(1 << 17)).lstrip(b"\0")


def _broken(
    name: str, kind: str, *, cut: bool, why: Exception | None = None
) -> DataError:
    if cut:
        return DataError(
            f"{name}: the {kind} data ends early, so records are missing."
            " Try: fetch the file again"
        )
    return DataError(f"{name}: the {kind} data is damaged ({why})")
