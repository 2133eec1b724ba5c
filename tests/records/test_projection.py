"""A block decoded at once says the same as each of its lines for itself."""

import io
import json
import random

import orjson
import pytest

from sel.records import fields, shapes
from sel.records.faults import BadRecord, parse_line
from sel.records.projection import Projection
from sel.streams.blocks import Block
from sel.streams.lines import MAX_LINE

WANTED = {
    "s": fields.number("s"),
    "deep": fields.value("meta.q"),
    "item": fields.value("list.0"),
    "name": fields.name("lang"),
    "text": shapes.text(None),
    "both": fields.template("{lang}-{meta.q}"),
}
RECORDS = [
    {"s": 1.5, "meta": {"q": 1}, "list": [7], "lang": "de", "text": "Grüße"},
    {"s": 2, "meta": {"q": "x"}, "list": [None, 2], "lang": "en", "text": ""},
    {"s": None, "meta": {"q": 2.5, "z": [{}]}, "list": ["a"], "lang": 3, "text": "t"},
    {"text": "a\nb", "lang": 'e"}\n{', "list": [1], "meta": {"q": 0}, "s": -1e300},
    {"s": 2**70, "meta": {"q": 2**70}, "list": [2**64], "lang": "", "text": "n"},
    {"_row": 5, "s": 0, "meta": {"q": 1}, "list": [0], "lang": "x", "text": "r"},
]
ODD = [
    b"",
    b"  ",
    b"{}",
    b"[1]",
    b'{"s":"1","meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"s":"x","meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"s":"x","s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"meta":3,"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":1},"list":[],"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":1},"list":{"0":4},"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":null}',
    b'{"\\u0073":4,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":true},"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"\xff"}',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}  ',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}\r',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}{"s":1}',
    b'{"s":1,"meta":{"q":1},\n"list":[1],"lang":"a","text":"b"}',
    b'{"s":1e400,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"_row":-1,"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"_row":true,"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"}',
    b'{"s":1,"meta":{"q":1},"list":[1],"lang":"a","text":"b"',
]


def split(data):
    return io.BytesIO(data).readlines()


def literally(data):
    """What the lines say, by the finders of single records."""
    rows, bad, shape = [], [], None
    place = -1
    for number, line in enumerate(split(data), 1):
        if line.isspace():
            continue
        place += 1
        try:
            record = parse_line(line, MAX_LINE)
            if shape is None:
                shape = shapes.text(None).of(record)[1]
            if "_row" in record and (
                type(record["_row"]) is not int or record["_row"] < 0
            ):
                raise BadRecord("field-type")
            values = {
                name: (shape if name == "text" else one).find(record)
                for name, one in WANTED.items()
            }
        except BadRecord as why:
            bad.append((number, why.reason))
        else:
            rows.append((place, record.get("_row", place), line, values))
    return rows, bad


def assert_same(data):
    block, want = Block("f", 1, 0, data), Projection(WANTED, row=True)
    part = want.read(block, MAX_LINE)
    rows, bad = literally(data)
    assert [(r.line, r.reason) for r in want.rejects(block, MAX_LINE)] == bad
    assert [1 + place for place in part.rejects] == [line for line, _ in bad]
    assert list(part.places) == [row[0] for row in rows]
    assert list(part.rows) == [row[1] for row in rows]
    assert part.lines == [row[2] for row in rows]
    for name in WANTED:
        there = [row[3][name] for row in rows]
        assert list(part[name]) == there
        assert list(map(type, part[name])) == list(map(type, there))
    assert part.blank == sum(map(bytes.isspace, split(data)))


@pytest.mark.parametrize("seed", range(60))
def test_fuzzed_blocks(seed):
    rng = random.Random(seed)
    lines = []
    for _ in range(rng.randrange(1, 9)):
        if rng.random() < 0.25:
            lines.append(rng.choice(ODD))
        else:
            lines.append(json.dumps(rng.choice(RECORDS), ensure_ascii=False).encode())
    assert_same(b"\n".join(lines) + rng.choice([b"", b"\n"]))


@pytest.mark.parametrize("seed", range(60))
def test_mutated_bytes(seed):
    rng = random.Random(seed)
    data = bytearray(
        b"".join(orjson.dumps(r) + b"\n" for r in RECORDS if r["s"] != 2**70)
    )
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] = rng.choice(b'{}[]",:\n\\ 0a\xff\r')
    assert_same(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1\n"b":2}\n{},{}\n',  # cut in two, and two in one
        b'{"a":[1\n2]}\n{},{}\n',
        b'{"a":[{}\n{}]}\n{},{}\n',
        b'{"a":[[1\n2]]}\n{"a":1},{"b":2}\n{}\n',
        b"[\n{}\n]\n",
        b"{}]\n[{}\n",
        b"{},\n{}\n",
        b'{"a":\n{}}\n{}{}\n',
        b"\n{}{}\n",
    ],
)
def test_lines_are_never_joined_or_cut_by_decoding_them_together(data):
    part = Projection().read(Block("f", 1, 0, data), MAX_LINE)
    bad = {1 + place for place in part.rejects}
    for i, line in enumerate(split(data), 1):
        assert (i in bad) == (bool(line.strip()) and not _is_object(line))
    assert all(_is_object(line) for line in part.lines)


def _is_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def test_a_number_that_nobody_asked_for_may_be_too_large():
    block = Block("f", 1, 0, b'{"a":1e999,"s":1}\n')
    assert Projection({"s": fields.number("s")}).read(block, MAX_LINE)["s"] == [1.0]


def test_names_for_new_fields_are_free_or_told_of():
    block = Block("f", 1, 0, b'{"a":1}\n{"b":1}\n')
    want = Projection(free=["a"])
    assert [r.reason for r in want.rejects(block, MAX_LINE)] == ["field-exists"]
    assert list(want.read(block, MAX_LINE).rejects) == [0]
    part = Projection(free=["a"], overwrite=True).read(block, MAX_LINE)
    assert (len(part), part.taken) == (2, {"a"})


def test_a_line_that_is_too_long_is_refused():
    block = Block("f", 1, 0, b'{"a":"' + b"x" * 90 + b'"}\n{}\n')
    assert [r.reason for r in Projection().rejects(block, 50)] == ["line-too-long"]
    part = Projection().read(block, 50)
    assert len(part) == 1


def test_records_are_those_of_the_lines():
    block = Block("f", 1, 3, b'{"a":1}\nx\n\n{"a":3}\n')
    part = Projection({"a": fields.value("a")}).read(block, MAX_LINE)
    assert part.records == [{"a": 1}, {"a": 3}]
    assert list(part.places) == [3, 5]
    assert [part.line_number(i) for i in range(2)] == [1, 4]
