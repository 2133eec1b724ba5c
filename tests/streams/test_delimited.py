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
    return b"".join(delimited.chunks(io.BytesIO(data), name, size))


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


def test_an_empty_file_has_no_rows():
    assert read(b"") == b""
