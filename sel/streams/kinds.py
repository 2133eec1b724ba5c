"""What an input is that is not lines of JSON, and what makes such lines of it.

No policy for bad lines applies: all of the data would be lost.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from pathlib import Path

import orjson

from sel.errors import DataError, MachineError, UsageError

_STARTS = (
    (b"PAR1", "a Parquet file", "a name that ends in .parquet"),
    (b"PK\x03\x04", "a zip archive", "unzip -p FILE | sel ..."),
    (b"\x1f\x8b", "gzip data, packed once more", "zcat FILE | sel ..."),
    (b"\x28\xb5\x2f\xfd", "zstandard data, packed once more", "zcat FILE | sel ..."),
    (b"BZh", "bzip2 data, packed once more", "bzcat FILE | sel ..."),
    (b"\xfd7zXZ\0", "xz data, packed once more", "xzcat FILE | sel ..."),
    (b"\x04\x22\x4d\x18", "compressed by lz4", "lz4cat FILE | sel ..."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z x -so FILE | sel ..."),
    (b"\x93NUMPY", "a .npy matrix", "its records"),
    (b"\xff\xfe\0\0", "UTF-32, not UTF-8", "iconv -f UTF-32 -t UTF-8"),
    (b"\xff\xfe", "UTF-16, not UTF-8", "iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "UTF-16, not UTF-8", "iconv -f UTF-16 -t UTF-8"),
    (b"{\0", "UTF-16, not UTF-8", "iconv -f UTF-16LE -t UTF-8"),
    (b"\0{", "UTF-16, not UTF-8", "iconv -f UTF-16BE -t UTF-8"),
    (b"ARROW1", "an Arrow file", "a FILE whose name ends in .arrow"),
    (b"Obj\x01", "an Avro file", ""),
    (b"ORC", "an ORC file", ""),
    (b"\x89HDF", "an HDF5 file", ""),
    (b"SQLite format 3\0", "an SQLite database", ""),
    (b"%PDF-", "a PDF file", ""),
    (b"version https://git-lfs", "a pointer of Git LFS, not the data", "git lfs pull"),
)
"""How other kinds of files begin, what they are, and what to try."""
FEW = 8
"""Lines that show whether there are columns."""
_TAR = b"ustar"  # at byte 257
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body|\?xml)", re.IGNORECASE)
_ARRAY = re.compile(rb"\s*\[\s*([{\[]|\]?\s*$)")
_PRETTY = re.compile(rb'\s*\{[ \t\r]*\n\s*"')
_HUB = re.compile(r"[\w-][\w.-]*/[\w-]+")
_LINE = re.compile(rb"(?m)^\s*\{")
_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_FETCH = {
    "http": "curl -LO {}",
    "https": "curl -LO {}",
    "s3": "aws s3 cp {} .",
    "gs": "gcloud storage cp {} .",
    "hf": "hf download --repo-type dataset ORG/NAME",
}
"""What fetches a URL, by how it begins."""


def refuse_data(data: bytes, label: str) -> None:
    """Say what an input is that begins so, and is not lines.

    Args:
        data: its first bytes: all of it, or a few pages.
        label: what messages call it.

    Raises:
        DataError: it is something else.
    """
    kind, advice = _kind(data)
    if kind:
        msg = f"{label}: this is {kind}{_hint(advice)}"
        raise DataError(msg)


def refuse_place(path: str) -> None:
    """Say what a path is that is not that of a file.

    Raises:
        UsageError: it is a URL.
        DataError: it is a directory, or a file that was cut before its first byte.
        MachineError: it is not there, and may be the name of a data set.
    """
    if (url := _URL.match(path)) and not Path(path).exists():
        advice = _FETCH.get(url[1].lower(), "").format(path)
        msg = f"{path} is a URL, and this is read only from a file{_hint(advice)}"
        raise UsageError(msg)
    if Path(path).is_dir():
        endings = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet", ".npy")
        folder = Path(path)
        there = (f"*{end}" for end in endings if any(folder.glob(f"*{end}")))
        some = "".join(f"{path.rstrip('/')}/{one}" for one in islice(there, 1))
        msg = f"{path} is a directory{_hint(some)}"
        raise DataError(msg)
    if Path(path).is_file() and not Path(path).stat().st_size:
        refuse_empty(path)
    if _HUB.fullmatch(path) and not (Path(path).exists() or Path(path).parent.exists()):
        files = f"'hf://datasets/{path}/**/*.parquet'"
        msg = f"{path}: No such file. Try: {files}, if it is a data set of the hub"
        raise MachineError(msg)


def refuse_empty(path: str) -> None:
    """Say of a file without a byte that it was cut, if none of its kind is empty.

    Raises:
        DataError: by its ending.
    """
    if path.endswith((".gz", ".zst", ".parquet", ".npy")):
        msg = f"{path} is empty, and such a file never is. Try: make or fetch it again"
        raise DataError(msg)


def _hint(advice: str) -> str:
    return f". Try: {advice}" if advice else ""


def _kind(data: bytes) -> tuple[str, str]:
    """What it is, and what to try; nothing for what may be lines."""
    for start, kind, advice in _STARTS:
        if data.startswith(start):
            return kind, advice
    if data[257:].startswith(_TAR):
        return "a tar archive", "tar -xOf FILE | sel ..."
    if found := _HTML.match(data):
        kind = "XML" if found[1] == b"?xml" else "an HTML page"
        return f"{kind}, perhaps what a server said in place of the data", ""
    if _PRETTY.match(data):
        return (
            "JSON over several lines, not an object in each",
            "jq -c . FILE | sel ...",
        )
    return _columns(data)


def is_array(data: bytes) -> bool:
    """Whether an input that begins so is one JSON array, and not lines.

    An array that ends with the first line is one only where nothing follows.
    """
    if not _ARRAY.match(data):
        return False
    line, _, rest = data.strip().partition(b"\n")
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return error.msg.startswith("unexpected end")
    return not rest


def _columns(data: bytes) -> tuple[str, str]:
    """Whether this is CSV or TSV, by the first two lines."""
    if _LINE.search(data) or not data.strip():
        return "", ""
    import csv

    text = data.decode(errors="replace").splitlines()
    for mark, kind in (("\t", "TSV"), (",", "CSV")):
        with suppress(csv.Error):  # a cell that is too long
            rows = [*csv.reader(text[:FEW], delimiter=mark), [], []]
            if 1 < len(rows[0]) == len(rows[1]) and text[0][:1] != "[":
                advice = f"a FILE whose name ends in .{kind.lower()}"
                return f"{kind}, not JSON lines", advice
    return "", ""
