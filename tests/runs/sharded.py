"""Runs a command as so many shards do, each in its turn, until all have their part."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path

import orjson
import zstandard

from sel.cli.app import _ended
from tests.harness import programs

programs.remember()
MOST = 9
"""Times that the same command may have to be repeated."""


def call(command, code=0):
    """A command in this process."""
    assert _ended(shlex.split(command)) == code, command


def one_run(command, files):
    """What comes out of one run."""
    out = Path("whole.jsonl")
    call(f"{command} -q -o {out} {' '.join(files)}")
    return out.read_bytes()


def in_shards(command, files, shards, folder="states"):
    """What comes out of the shards, one after the other; and the times it took."""
    parts = [Path(f"{folder}-part-{i}.jsonl") for i in range(shards)]
    times = 0
    while not all(part.exists() for part in parts):
        times += 1
        assert times < MOST, "there is no end"
        for i, part in enumerate(parts):
            if not part.exists():
                meeting = f"--shard {i + 1}/{shards} --rounds {folder}"
                call(f"{command} -q {meeting} -o {part} {' '.join(files)}")
    data = b"".join(part.read_bytes() for part in parts)
    whole = f"{folder}-whole.jsonl"
    call(f"{command} --merge -q -o {whole} {' '.join(map(str, parts))}")
    assert Path(whole).read_bytes() == data
    return data, times


def pieces(records, cuts, *, packed=()):
    """Files with the records between the cuts; those of some numbers are compressed."""
    ends = [0, *cuts, len(records)]
    names = []
    for i, (first, last) in enumerate(pairwise(ends)):
        data = b"".join(
            one if isinstance(one, bytes) else orjson.dumps(one) + b"\n"
            for one in records[first:last]
        )
        name = f"in-{i}.jsonl{'.zst' if i in packed else ''}"
        if i in packed:
            data = zstandard.ZstdCompressor().compress(data)
        Path(name).write_bytes(data)
        names.append(name)
    return names
