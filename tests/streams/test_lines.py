"""Blocks of lines: what is in them does not depend on how their bytes arrive."""

import gzip
import io
import pickle
import random
import re
import subprocess
import tracemalloc

import pytest
import zstandard

from sel.streams import compression, lines
from sel.streams.lines import Stream
from tests.conftest import SEL

SIZE = 64
LIMIT = 200
PARTS = [b'{"a":1}', b"{}", b"", b" ", b"\t", b"\r", b"x" * 50, b"y" * 150, b"\n"]


def content(seed):
    rng = random.Random(seed)
    parts = rng.choices(PARTS, k=rng.randrange(1, 60))
    return b"\n".join(parts) + rng.choice([b"", b"\n"])


def blocks(path, data, monkeypatch, chunks):
    """The blocks of a file whose bytes arrive in chunks of these sizes."""
    path.write_bytes(data)

    def arriving(source, label, size):
        data = io.BytesIO(source.read(1 << 20))
        return iter(lambda: data.read(chunks()), b"")

    monkeypatch.setattr(compression, "chunks", arriving)
    return list(Stream([str(path)], max_line=LIMIT, block=SIZE).blocks())


@pytest.mark.parametrize("seed", range(40))
def test_blocks_are_the_same_however_bytes_arrive(seed, tmp_path, monkeypatch):
    data = content(seed)
    rng = random.Random(seed)
    sizes = [lambda: SIZE, lambda: 1, lambda: 1000, lambda: rng.randrange(1, 150)]
    found = [blocks(tmp_path / "f", data, monkeypatch, size) for size in sizes]
    cut = [[(b.line, b.row, b.lines) for b in some] for some in found]
    assert cut[0] == cut[1] == cut[2] == cut[3]
    expected = re.findall(rb"[^\n]*\n|[^\n]+", data)
    assert [line for b in found[0] for line in b.lines] == expected
    for block in found[0]:
        before = expected[: block.line - 1]
        assert block.row == len([line for line in before if not line.isspace()])
        assert block.data == b"".join(block.lines)


@pytest.mark.parametrize("seed", range(40))
def test_counting_without_taking_apart(seed, tmp_path, monkeypatch):
    data = content(seed)
    for block in blocks(tmp_path / "f", data, monkeypatch, lambda: SIZE):
        fresh = lines.Block("f", 1, 0, block.data)
        counted = fresh.count, fresh.blank
        assert counted == (len(block.lines), sum(map(bytes.isspace, block.lines)))


def test_a_block_travels_without_its_rest(tmp_path, monkeypatch):
    data = content(3)
    for block in blocks(tmp_path / "f", data, monkeypatch, lambda: SIZE):
        buffers = []
        head = pickle.dumps(block, 5, buffer_callback=buffers.append)
        raw = [bytes(buffer) for buffer in buffers]
        there = pickle.loads(head, buffers=raw)
        assert there.lines == block.lines
        assert (there.file, there.line, there.row) == (
            block.file,
            block.line,
            block.row,
        )


@pytest.mark.parametrize("chunk", [1, 7, SIZE, 5000])
def test_of_a_line_that_is_too_long_only_the_beginning_is_held(
    chunk, tmp_path, monkeypatch
):
    data = b"a\n" + b"x" * 5000 + b"\nb\n" + b"y" * 5000
    found = blocks(tmp_path / "f", data, monkeypatch, lambda: chunk)
    a, x, b, y = (line for block in found for line in block.lines)
    assert (a, b) == (b"a\n", b"b\n")
    assert x.strip(b"x") == b"\n"
    assert y.strip(b"y") == b""
    assert SIZE <= len(x) <= 3 * SIZE
    assert SIZE <= len(y) <= 3 * SIZE
    assert [(block.cut, block.lines[0][:1]) for block in found if block.cut] == [
        (True, b"x"),
        (True, b"y"),
    ]
    assert all(block.longest(LIMIT) > LIMIT for block in found if block.cut)


@pytest.mark.parametrize("length", range(LIMIT - 3, LIMIT + 1))
def test_a_line_up_to_the_limit_is_whole(length, tmp_path, monkeypatch):
    data = b"a\n" + b"x" * (length - 1) + b"\n" + b"b\n" + b"y" * length
    found = blocks(tmp_path / "f", data, monkeypatch, lambda: 7)
    assert not any(block.cut for block in found)
    assert b"".join(block.data for block in found) == data


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_long_line_takes_no_memory(tmp_path, pack):
    limit = 4 << 20
    path = tmp_path / "in"
    path.write_bytes(pack(b'{"a":"' + b"x" * (24 << 20) + b'"}\n{}\n'))
    tracemalloc.start()
    found = list(Stream([str(path)], max_line=limit).blocks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * limit
    assert [block.cut for block in found] == [True]
    assert found[0].lines[1] == b"{}\n"


@pytest.mark.parametrize("skipped", [0, 1])
def test_a_file_as_standard_input_is_read_twice(tmp_path, skipped):
    """From where it stood when it was handed over."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(b'{"s":%d}\n' % i for i in range(9)))
    words = ["pick", "top", "--fraction", "0.3", "--by", "s", "--lowest", "-q"]
    with path.open("rb", buffering=0) as file:
        file.seek(skipped * 8)
        done = subprocess.run(
            [*SEL, *words], stdin=file, capture_output=True, check=True
        )
    wanted = range(skipped, skipped + 3)
    assert done.stdout == b"".join(b'{"s":%d}\n' % i for i in wanted)
