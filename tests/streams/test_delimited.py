"""CSV and TSV as lines of JSON."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random

import pytest

from sel.errors import DataError
from sel.streams import delimited


def read(data, name="t.csv", size=0):
    found = delimited.tables(io.BytesIO(data), name, size)
    return b"".join(map(lines, found))


def lines(one):
    if isinstance(one, bytes):
        return one
    return b"".join(one.lines(range(len(one))))


def records(data, **more):
    return [json.loads(line) for line in read(data, **more).splitlines()]


def test_columns_have_a_kind():
    data = b'id,text,n,ok\n1,"a ""q"" b",2.50,true\n2,"two\nlines",,FALSE\n\n3,x,1e3,\n'
    assert read(data).splitlines() == [
        b'{"id":1,"text":"a \\"q\\" b","n":2.50,"ok":true}',
        b'{"id":2,"text":"two\\nlines","n":null,"ok":false}',
        b'{"id":3,"text":"x","n":1e3,"ok":null}',
    ]


def test_what_stands_in_quotes_is_a_string():
    assert records(b'a,b\n1,"2"\n3,""\n') == [{"a": 1, "b": "2"}, {"a": 3, "b": ""}]


def test_quotes_around_everything_say_nothing():
    assert records(b'"a","b"\n"1","x"\n"2",""\n') == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": ""},
    ]


def test_numbers_that_json_has_not_are_strings():
    data = b"zip,inf\n01234,inf\n09876,nan\n"
    assert records(data)[0] == {"zip": "01234", "inf": "inf"}


@pytest.mark.parametrize(
    "data,name",
    [
        (b"a;b\n1;x,y\n", "t.csv"),
        (b"a\tb\n1\tx,y\n", "t.tsv"),
        (b"a\tb\r\n1\tx,y\r\n", "t.tsv.gz"),
        (b'\xef\xbb\xbfa,b\r\n1,"x,y"', "t.csv"),
    ],
)
def test_marks_line_ends_and_a_byte_order_mark(data, name):
    assert records(data, name=name) == [{"a": 1, "b": "x,y"}]


def test_a_row_that_does_not_fit_is_a_bad_line():
    bad = read(b'a,b\n1,2\n1,2,3\nx,2\n"open,2\n5,6\n')
    lines = bad.splitlines()
    assert lines[0] == b'{"a":"1","b":2}'
    assert lines[1].startswith(b"\x1e3 columns where there are 2 names")
    assert b"a quote is not closed" in lines[3]
    assert lines[4] == b'{"a":"5","b":6}'


def test_a_value_of_another_kind_after_the_first_rows_is_a_bad_line():
    data = b"a\n" + b"1\n" * delimited.SAMPLE + b"one\n2\n"
    *_, bad, last = read(data).splitlines()
    assert bad == b"\x1e'one' in column 'a' of numbers\x1fone"
    assert last == b'{"a":2}'


def test_bytes_that_are_not_utf8_make_a_line_that_is_none():
    assert read(b"a\n\xff\n") == b'{"a":"\xff"}\n'


@pytest.mark.parametrize(
    "data,why",
    [(b"\n", "no first row"), (b"a,a\n1,2\n", "called 'a'")],
)
def test_a_table_without_names_is_refused(data, why):
    with pytest.raises(DataError, match=why):
        read(data)


def test_the_same_however_it_is_cut_and_as_the_csv_module_reads_it():
    draw = random.Random(1)
    cells = ["", "a", 'q"q', "x,y", "l\nl", "l\r\nl", "é", " s ", "12", '""']
    rows = [[draw.choice(cells) for _ in range(3)] for _ in range(200)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    data = text.getvalue().encode()
    found = records(data)
    assert [[value or "" for value in row.values()] for row in found] == rows
    for size in (1, 2, 3, 7, 64, 1000):
        assert read(data, size=size) == read(data)


def test_names_without_quotes_make_those_of_values_say_something():
    assert records(b'a,b\n"1","2"\n') == [{"a": "1", "b": "2"}]
    assert records(b'" a;b;c",d\n1,2\n') == [{" a;b;c": 1, "d": 2}]


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lzma.compress])
def test_parts_of_packed_data_that_give_nothing_are_no_end(pack):
    rows = [f"{i},{random.Random(i).random()}" for i in range(40_000)]
    data = pack("\n".join(["a,b", *rows]).encode())
    assert len(read(data, name="t.csv.bz2").splitlines()) == 40_000


CELLS = [
    *(b"", b"1", b"2.5", b"-3e2", b"x", b" s ", b"null", b"true", b"a\\b", b"\0"),
    *(b'""', b'"q"', b'"1"', b'"a""b"', b'"l\nl"', b'"l\r\nl"', b'"a,b"', b'"\x01"'),
    *(b'5" x', b'"open', b'"x"y', b'"""', b'""""', b"a\rb", b"1\r", b"\xff", b"[1"),
    *("é".encode(), b"12345678901234567890123", b"1e400"),
]


def drawn(draw):
    """A small table; its rows are alike, but for some that are odd."""
    width, odd = draw.randint(1, 3), draw.choice([0, 0, 0.05, 0.3])
    pool = [[draw.choice(CELLS) for _ in range(draw.randint(1, 4))] for _ in range(3)]
    end = draw.choice([b"\n", b"\n", b"\r\n"])
    rows = [b",".join([b"a", b"b", b"c"][:width]) + end]
    for _ in range(draw.randint(0, 40)):
        cells = [draw.choice(some) for some in pool[:width]]
        if draw.random() < odd:
            cells = [draw.choice(CELLS) for _ in range(draw.randint(0, 4))]
        strange = draw.random() < odd / 3
        rows.append(b",".join(cells) + (b"\r\n" if strange else end))
    data = b"".join(rows)
    return data.rstrip() if draw.random() < 0.3 else data


def test_rows_cut_at_once_are_those_cut_one_by_one(monkeypatch):
    monkeypatch.setattr(delimited, "SAMPLE", 3)
    draw = random.Random(1)
    at_once = 0
    for _ in range(1500):
        data, size = drawn(draw), draw.choice([1, 20, 64, 500, 4000])
        found = list(delimited.tables(io.BytesIO(data), "t.csv", size))
        with monkeypatch.context() as slow:
            slow.setattr(delimited._Splitter, "cells", lambda *_: None)
            assert b"".join(map(lines, found)) == read(data, size=size), data
        for rows in found:
            if not isinstance(rows, bytes):
                at_once += 1
                check(rows)
    assert at_once > 500


def check(rows):
    """What a block of rows says is what its lines say."""
    whole = rows.lines(range(len(rows)))
    assert rows.most >= max(map(len, whole))
    assert rows.lines([len(rows) - 1]) == whole[-1:]
    records = list(map(json.loads, whole))
    for name in rows.names:
        if rows.column(name) is None:
            continue
        wanted = [record[name] for record in records]
        assert list(map(repr, rows.column(name))) == list(map(repr, wanted))
        floats = rows.numbers(name)
        assert floats is None or floats == [
            x if x is None else float(x) for x in wanted
        ]


def test_a_row_that_is_too_long(sel, tmp_path):
    rows = [f"{i},text,{i % 7}" for i in range(3000)]
    rows[2000] = f'2000,"{"long " * 100}",3'
    (tmp_path / "t.csv").write_text("\n".join(["id,text,s", *rows]))
    run = sel("pick top -k 5 --by s --max-line 400 t.csv", code=3)
    assert "t.csv:2001" in run.err and "400 bytes" in run.err
    run = sel("pick top -k 3000 --by s --max-line 400 --on-error skip t.csv")
    assert len(run.records) == 2999


def test_an_empty_file_has_no_rows():
    assert read(b"") == b""
