"""Values as JSON, whatever stands in them."""

import json
import math
import os

import numpy as np
import orjson
import pytest

from sel.errors import printable, valid
from sel.streams.json import INDENTED, SORTED, deep, read, written

STRAY = os.fsdecode(b"a\xff")  # a file name that is not UTF-8


def nested(levels, inner=1):
    for level in range(levels):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


@pytest.mark.parametrize("levels", [1, 253, 254, 255, 300, 1023])
def test_as_deep_as_a_record_can_be(levels):
    data = written(nested(levels))
    assert data.count(b"[") + data.count(b"{") == levels
    with deep():
        assert json.loads(data) == nested(levels)


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**64), 10**300])
@pytest.mark.parametrize("levels", [0, 500])
def test_integers_of_any_size(number, levels):
    data = written(nested(levels, number))
    assert str(number).encode() in data
    with deep():
        assert read(data) == nested(levels, number)


def test_a_stray_byte_of_a_name_is_seen():
    assert written({STRAY: [STRAY, 2**70]}) == (
        b'{"a\\\\xff":["a\\\\xff",1180591620717411303424]}'
    )
    assert written("\ud800\udc00") == b'"\\\\ud800\\\\udc00"'  # two halves, each alone


def test_numbers_that_json_has_not_are_null_in_either_way():
    for more in (1, 2**70):
        data = written([math.nan, math.inf, np.array([1.5, np.nan]), more])
        assert data == b"[null,null,[1.5,null],%d]" % more


def test_json_within_json_stays():
    for more in (1, 2**70):
        data = written({"id": orjson.Fragment(b'{"b": 1.50}'), "n": more})
        assert data == b'{"id":{"b": 1.50},"n":%d}' % more


def test_for_people():
    for name in ("a", STRAY):
        assert written({name: 1}, INDENTED).count(b"\n") == 2


def test_names_are_sorted_where_that_is_asked_for():
    for number in (1, 2**70):
        data = written({"b": {"d": 1, "c": number}, "a": 2}, SORTED)
        assert data == b'{"a":2,"b":{"c":%d,"d":1}}' % number


def test_what_is_no_json_is_an_error():
    with pytest.raises(TypeError):
        written({"a": object()})


def test_words_on_one_line():
    assert printable("a\n\t\x1b[2J\u202e\u2028é 😀") == (
        "a\\u000a\\u0009\\u001b[2J\\u202e\\u2028é 😀"
    )
    assert printable(STRAY) == valid(STRAY) == r"a\xff"
    assert valid("a\n\x1b") == "a\n\x1b"
