"""What is set aside and what passes are together what was read, byte for byte."""

import base64
import gzip
import random
import tracemalloc

import numpy as np
import orjson
import pytest
import zstandard

from sel.records import fields
from sel.records.projection import Projection
from sel.streams.blocks import Block

GOOD = [
    b'{"text":"a","s":1}',
    b'{"text":"b","s":2,"u":"\xc3\xa9"}\r',
    b' {"s": 3, "text": "c"} ',
]
NASTY = [
    b'{"text":"\xff\xfe","s":1}',
    b'{"text":"\xed\xa0\x80","s":1}',
    b'{"text":"a\0b","s":1}',
    b"\0",
    b"not json\r",
    b"\r\r not json \r\r",
    b'"\\ud800"',
    b'{"text":"\\ud800","s":1}',
    b'{"text":5,"s":"x"}\r',
    b"[1,2]",
    b'{"text":"a","s":1}{}',
    b'{"text":"a","s":1e999}',
    "\u2028\x85 not json".encode(),
    b'{"text":' + b"[" * 2000,
    b'{"text":"' + b"x" * 100_000,
    b'{"text":"' + b"\xff" * 70_000 + b'"}',
]


def input_of(seed):
    rng = random.Random(seed)
    picked = rng.choices(GOOD, k=3000) + rng.choices(NASTY, k=60) + NASTY + [b" "] * 9
    rng.shuffle(picked)
    return [GOOD[0], *picked]


def set_aside(path):
    entries = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    raw = [
        base64.b64decode(one["raw_base64"])
        if "raw_base64" in one
        else one["raw"].encode()
        for one in entries
    ]
    return {one["line"]: line for one, line in zip(entries, raw, strict=True)}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize(
    "command",
    [
        "pick top --by s -k 99999",
        "pick random -k 99999",
        "pick where s>0",
        "score random --key text -j 1",
        "score random --key text -j 2",
    ],
)
def test_what_is_set_aside_and_what_passes_is_what_was_read(
    sel, tmp_path, command, pack
):
    every = input_of(len(command))
    (tmp_path / "in").write_bytes(pack(b"\n".join(every) + b"\n"))
    how = "--on-error quarantine=bad.jsonl --max-errors 100%"
    run = sel([*command.split(), *how.split(), "in", "-o", "out"])
    bad = set_aside(tmp_path / "bad.jsonl")
    assert f"{len(bad):,} rejected, 9 blank" in run.err
    good = iter((tmp_path / "out").read_bytes().split(b"\n")[:-1])
    for number, line in enumerate(every, 1):
        if number in bad:
            assert bad[number] == line
        elif line.strip():
            passed = next(good)
            assert passed == line or passed.startswith(line.rstrip(b"} \r"))
    assert next(good, None) is None


def test_what_is_too_long_is_cut_there_only(sel, tmp_path):
    long = [b'{"text":"' + b"x" * size + b'"}' for size in (50, 990_000, 2_000_000)]
    (tmp_path / "in").write_bytes(b"\n".join([*long, b"{", *long, b""]))
    how = "--on-error quarantine=bad.jsonl --max-errors 100% --max-line 1000000"
    run = sel(["pick", "where", "text == 'x'", *how.split(), "in"])
    assert "7 read, 0 kept, 4 dropped, 3 rejected" in run.err
    bad = set_aside(tmp_path / "bad.jsonl")
    assert list(bad) == [3, 4, 7]
    assert bad[4] == b"{"
    assert bad[3] == bad[7] == long[2][: 64 << 10]


ROWS = [b"-1", b"1.0", b'"1"', b"null", b"true", b"[1]", b"99999999999999999999"]


@pytest.mark.parametrize(
    "command",
    [
        "diversify kcenter -k 9 --vectors v.npy",
        "score random --thin -j 2",
        "pick top --by s -k 9 --join thin.jsonl",
        "pick rows --from thin.jsonl",
    ],
)
def test_a_row_that_is_none_is_a_bad_line_like_others(sel, tmp_path, command):
    np.save(tmp_path / "v.npy", np.eye(9, dtype=np.float32))
    (tmp_path / "thin.jsonl").write_bytes(b'{"_row":0,"t":1}\n{"_row":8,"t":2}\n')
    bad = [b'{"_row":%b,"text":"x","s":1}' % row for row in ROWS]
    ends = [b'{"_row":%d,"text":"x","s":2}' % row for row in (0, 8)]
    (tmp_path / "in").write_bytes(b"\n".join([ends[0], *bad, ends[1]]))
    run = sel(f"{command} --on-error quarantine=bad.jsonl in -o out")
    assert "9 read, 2 kept, 0 dropped, 7 rejected" in run.err
    assert list(set_aside(tmp_path / "bad.jsonl").values()) == bad


FIRST = [
    ("score length --text per", 1, "field 'per' is missing; did you mean"),
    ("pick top -k 1 --by s", 2, "field 's' is missing"),
    ("pick where a>0", 3, "not JSON"),
    ("pick random -k 1", 3, "not JSON"),
    ("diversify exact --text b", 1, "field 'b' is missing"),
    ("diversify minhash --text b -j 2", 1, "field 'b' is missing"),
    ("eval profile --text b", 1, "field 'b' is missing"),
    ("score random --key s -j 2", 2, "field 's' is missing"),
]


@pytest.mark.parametrize(("command", "line", "why"), FIRST)
def test_the_first_bad_line_is_the_one_that_is_named(sel, tmp_path, command, line, why):
    some = [b'{"a":1,"s":1,"pear":1}', b'{"b":"x","a":1}', b"{bad", b"[]", b"\xff"]
    (tmp_path / "in").write_bytes(b"\n".join(some))
    run = sel(f"{command} in", code=3)
    assert f" in:{line}:" in run.err and why in run.err


GOOD_ONES = b'{"text":"a"}\n' * 9
ADVICE = [
    (GOOD_ONES + b"{bad\n", "Try: --on-error skip, or quarantine=FILE"),
    (b"{bad\n" + GOOD_ONES, "Try: --on-error skip, or quarantine=FILE"),
    (GOOD_ONES + b'{"text"', "Try: fetch the file again, or cut the line off"),
    (b"{bad\n" * 9 + b'{"text":"a"}\n', ""),
    (b'{"txt":"a"}\n' * 9, "Try: --text FIELD"),
    (b'{"text":5}\n' * 9, ""),
]


@pytest.mark.parametrize(("data", "advice"), ADVICE)
def test_to_skip_is_advised_only_where_most_lines_are_good(sel, data, advice):
    err = sel("score length", data, code=3).err
    assert advice in err
    assert ("--on-error" in err) == ("--on-error" in advice)
    assert (
        "--on-error"
        not in sel("score length --max-errors 0 --on-error skip", data, code=3).err
    )


def test_bad_lines_do_not_add_up_in_memory(tmp_path):
    block = Block("f", 1, 0, b"not json\n" * 40_000)
    want = Projection({"text": fields.text("text")})
    tracemalloc.start()
    for _ in range(3):
        want.read(block, 1 << 20)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10 << 20
