"""One JSON array as lines of JSON."""

import json

import pytest

from sel.errors import DataError
from sel.streams import array

VALUES = [{"a": 1, "b": [1, {"x": "é\n"}]}, {"a": 2.5, "c": "]},{["}, {}, "x", []]


def read(data, size=1000):
    parts = (data[i : i + size] for i in range(0, len(data), size))
    return b"".join(array.lines(parts, "t.json", size))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 17, 1000])
def test_each_element_is_a_line(indent, size):
    data = json.dumps(VALUES, indent=indent, ensure_ascii=False).encode()
    lines = read(data, size).splitlines()
    assert [json.loads(line) for line in lines] == VALUES


def test_numbers_keep_their_digits():
    assert read(b'[{"a":1.50,"b":12345678901234567890123}]') == (
        b'{"a":1.50,"b":12345678901234567890123}\n'
    )


@pytest.mark.parametrize("data", [b"[]", b" [ ]\n", b"\xef\xbb\xbf[]"])
def test_an_empty_array_has_no_lines(data):
    assert read(data) == b""


@pytest.mark.parametrize(
    "data,why",
    [
        (b"[", "is cut"),
        (b'[{"a":1}', "ends early, at element 1"),
        (b'[{"a":1},', "at element 2"),
        (b'[{"a":1},{"a":"x', "is cut .* at element 2"),
        (b'[{"a":1} {"a":2}]', "a comma is missing, at element 1"),
        (b'[{"a":1}] x', "something follows"),
        (b'[{"a":1,}]', "not JSON"),
        (b'{"a":1}', "not a JSON array"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_wrong_is_named_by_its_element(data, why):
    for size in (2, 1000):
        with pytest.raises(DataError, match=why):
            read(data, size)


def test_a_mistake_does_not_make_it_read_on():
    data = b'[{"a":x}' + b',{"a":1}' * 100_000
    taken = []

    def parts():
        for i in range(0, len(data), 1000):
            taken.append(i)
            yield data[i : i + 1000]

    with pytest.raises(DataError):
        list(array.lines(parts(), "t.json", 1000))
    assert len(taken) < 10


def test_bytes_that_are_not_utf8_are_passed_on():
    assert read(b'[{"a":"\xff"}]') == b'{"a":"\xff"}\n'
