"""The closed list of bad lines: what each kind is called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sel.records.faults import REASONS, BadRecord, parse_line
from sel.streams.lines import MAX_LINE

BAD = {
    b"NaN": "non-finite",
    b'{"a":NaN}': "non-finite",
    b'{"a":Infinity}': "non-finite",
    b'{"a":-Infinity}': "non-finite",
    b'{"a":1e400}': "number-range",
    b'{"a":' + b"9" * 400 + b"}": "number-range",
    b'{"a":01}': "syntax",
    b'{"a":+1}': "syntax",
    b'{"a":.5}': "syntax",
    b'{"a":1.}': "syntax",
    b'{"a":0x10}': "syntax",
    b"{a:1}": "syntax",
    b'{"a":1,}': "syntax",
    b"{'a':1}": "syntax",
    b'{"a":tru}': "syntax",
    b'{"a":"\\ud800"}': "lone-surrogate",
    b'{"a":"\\udc00"}': "lone-surrogate",
    b'{"a":"\xff"}': "utf8",
    b'{"a":"\xc0\x80"}': "utf8",
    b'{"a":"\xed\xa0\x80"}': "utf8",
    b'{"a":"\xe4"}': "utf8",
    b"\xef\xbb\xbf{}": "syntax",
    b'{"a":1}{"b":2}': "trailing",
    b'{"a":1} x': "trailing",
    b'{"a":1}\0': "trailing",
    b'{"a":"\x01"}': "control-char",
    b'{"a":"\0"}': "control-char",
    b'{"a":"\t"}': "control-char",
    b"[1]": "not-object",
    b"1": "not-object",
    b'"a"': "not-object",
    b"null": "not-object",
    b"true": "not-object",
    b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}": "depth",
    b"[" * 100_000: "depth",
}
GOOD = [
    b'{"a":9007199254740993}',
    b'{"a":18446744073709551615}',
    b'{"a":18446744073709551616}',
    b'{"a":1e-400}',
    b'{"a":-0.0}',
    b'{"a":1,"a":2}',
    b'{"a":"\\u0000\\u2028\\u001b"}',
    b'{"a":1}\r',
    b' { "a" : 1 } ',
    b'{"a":\r1}',
    b"{}",
    b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}",
    b'{"a":' + b"[" * 1000 + b"9" * 30 + b"]" * 1000 + b"}",
    b'{"a":' * 1000 + b"9" * 30 + b"}" * 1000,
    '{"é":"\u2028"}'.encode(),
]


@pytest.mark.parametrize("line", BAD, ids=lambda line: repr(line[:20]))
def test_bad_lines_have_a_reason(line):
    with pytest.raises(BadRecord) as error:
        parse_line(line + b"\n", MAX_LINE)
    assert error.value.reason == BAD[line]
    assert BAD[line] in REASONS


@pytest.mark.parametrize("line", GOOD, ids=lambda line: repr(line[:20]))
def test_good_lines_are_taken(line):
    assert isinstance(parse_line(line + b"\n", MAX_LINE), dict)


def test_a_cut_last_line_is_told_from_bad_syntax():
    for line, reason in (
        (b'{"a":"b', "truncated"),
        (b'{"a":"b\n', "control-char"),
        (b'{"a":1\n', "syntax"),
    ):
        with pytest.raises(BadRecord) as error:
            parse_line(line, MAX_LINE)
        assert error.value.reason == reason


def test_the_byte_is_counted_in_bytes():
    with pytest.raises(BadRecord) as error:
        parse_line('{"é":"é", x}\n'.encode(), MAX_LINE)
    assert error.value.byte == 13


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60))
def test_nothing_but_bad_record_ever_comes_out(line):
    try:
        parse_line(line + b"\n", MAX_LINE)
    except BadRecord as why:
        assert why.reason in REASONS
