"""The inputs of the benchmark, made once from real text and kept in bench/.data.

pool.jsonl    the pool, as it is
target.jsonl  the target
slice.jsonl   the head of the pool, for the slow peer
long.jsonl    the pool with a random score, repeated: records of about 2 KB
short.jsonl   records of about 60 bytes
long.tsv, short.tsv   the same, with the score in front of each line, for sort
tiny.jsonl    four records
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MB = 1_000_000
NAMES = (
    ("text/pool.jsonl.zst", "text/target_wiki.jsonl.zst"),
    ("pool.jsonl.zst", "wiki.jsonl.zst"),
)
"""What pool and target are called in the big data and in the data of the tests."""
WORDS = ("one or two", "a few words", "short", "no more")


class NoData(Exception):
    """There is no text to make the inputs from."""


@dataclass(frozen=True)
class Source:
    """Where the text comes from."""

    pool: Path
    target: Path


@dataclass(frozen=True)
class Sizes:
    """How large the inputs are, in bytes; how long the endless stream is, in lines."""

    part: int
    long: int
    short: int
    table: int
    lines: int
    few_lines: int


FULL = Sizes(20 * MB, 800 * MB, 200 * MB, 200 * MB, 5_000_000, 250_000)
QUICK = Sizes(3 * MB, 60 * MB, 10 * MB, 10 * MB, 200_000, 20_000)


def find(folders: Iterable[Path]) -> Source:
    """The first folder that holds a pool and a target."""
    tried = list(folders)
    for folder in tried:
        for pool, target in NAMES:
            source = Source(folder / pool, folder / target)
            if source.pool.is_file() and source.target.is_file():
                return source
    places = ", ".join(map(str, tried))
    msg = f"there is no {NAMES[0][0]} or {NAMES[1][0]} in {places}. Try: --data DIR"
    raise NoData(msg)


def make(folder: Path, source: Source, sizes: Sizes) -> None:
    """Make the inputs, unless they are there and made from the same text."""
    stamp = folder / "made.json"
    made_by = blake2b(Path(__file__).read_bytes(), digest_size=8).hexdigest()
    made_from = {"pool": source.pool.stat().st_size, "by": made_by}
    wanted = json.dumps(asdict(sizes) | made_from)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _unpack(source.pool, folder / "pool.jsonl")
    _unpack(source.target, folder / "target.jsonl")
    with (folder / "pool.jsonl").open("rb") as pool:
        _write(folder / "slice.jsonl", _upto(pool, sizes.part))
    _scored(folder / "long", _again(folder / "pool.jsonl"), sizes.long)
    _scored(folder / "short", _short(), sizes.short)
    with (folder / "short.jsonl").open("rb") as short:
        _write(folder / "tiny.jsonl", islice(short, 4))
    stamp.write_text(wanted)


def _unpack(packed: Path, plain: Path) -> None:
    import zstandard

    unpacker = zstandard.ZstdDecompressor()
    with packed.open("rb") as file, plain.open("wb") as out:
        unpacker.copy_stream(file, out)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as out:
        out.writelines(lines)


def _again(path: Path) -> Iterator[bytes]:
    """The lines of a file, over and over."""
    for _ in cycle([0]):
        with path.open("rb") as file:
            yield from file


def _short() -> Iterator[bytes]:
    for number, words in enumerate(cycle(WORDS)):
        yield b'{"id":%d,"text":"%s"}\n' % (number, words.encode())


def _upto(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Lines up to a size."""
    for line in lines:
        yield line
        size -= len(line)
        if size <= 0:
            return


def _scored(stem: Path, lines: Iterable[bytes], size: int) -> None:
    """Write lines with a random score, plain and with the score in front."""
    random = Random(7).random
    with (
        stem.with_suffix(".jsonl").open("wb", 1 << 20) as plain,
        stem.with_suffix(".tsv").open("wb", 1 << 20) as decorated,
    ):
        for line in lines:
            score = b"%.12f" % random()
            scored = b'%s,"score":%s}\n' % (line[:-2], score)
            plain.write(scored)
            decorated.write(b"%s\t%s" % (score, scored))
            size -= len(scored)
            if size <= 0:
                return
