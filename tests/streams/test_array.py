"""One JSON array as lines of JSON."""

import io
import json

import pytest

from sel.errors import DataError
from sel.streams import array

VALUES = [{"a": 1, "b": [1, {"x": "é\n"}]}, {"a": 2.5, "c": "]},{["}, {}, "x", []]


def read(data, size=0):
    return b"".join(array.chunks(io.BytesIO(data), "t.json", size))


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
        (b'{"a":1}', "no JSON array"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_wrong_is_named_by_its_element(data, why):
    for size in (2, 0):
        with pytest.raises(DataError, match=why):
            read(data, size)


def test_a_mistake_does_not_make_it_read_on():
    taken = []

    class File(io.BytesIO):
        def read(self, size=-1):
            taken.append(size)
            return super().read(size)

    data = b'[{"a":x}' + b',{"a":1}' * 100_000
    with pytest.raises(DataError):
        list(array.chunks(File(data), "t.json", 1000))
    assert sum(taken) < 100_000


def test_bytes_that_are_not_utf8_are_passed_on():
    assert read(b'[{"a":"\xff"}]') == b'{"a":"\xff"}\n'
