"""Nasty lines through many commands; what is checked is said in fuzz.py."""

import random

import pytest

from sel.records.faults import BadRecord, parse_line
from tests.harness import fuzz, nasty


def test_thousands_of_nasty_lines(tmp_path, monkeypatch):
    monkeypatch.setattr("sel.streams.lines.BLOCK", fuzz.BLOCK)  # and put back
    totals = fuzz.fuzz(6_000, 11, keep=tmp_path / "wrong.jsonl", say=lambda _: None)
    assert totals["read"] == 6_000 * len(fuzz.COMMANDS)
    assert totals["rejected"] > 20_000 and totals["kept"] > 20_000


@pytest.mark.parametrize("seed", range(3))
def test_a_line_is_taken_by_the_letter(seed):
    for line in nasty.lines(random.Random(seed), 3_000):
        try:
            parse_line(line, 1 << 20)
        except BadRecord:
            taken = False
        else:
            taken = True
        assert taken == nasty.literal(line), line[:200]


def test_the_reading_by_the_letter():
    good = [
        b'{"a":1}\r',
        b' {"a":[1e308,-0]}',
        b'{"a":"\\ud83d\\ude00","a":"[{"}',
        b"{}",
    ]
    good.append(b'{"a":' + b"[" * 1023 + b"]" * 1023 + b"}")
    bad = [b"[]", b"1", b'{"a":1e309}', b'{"a":NaN}', b'{"a":"\\ud800"}', b'{"a":1}x']
    bad += [
        b'{"\\udc00":1,"\\udc00":2}',
        b'{"a":"\xff"}',
        b'{"a":"\t"}',
        b"\xef\xbb\xbf{}",
    ]
    bad.append(b'{"a":' + b"[" * 1024 + b"]" * 1024 + b"}")
    assert all(map(nasty.literal, good))
    assert not any(map(nasty.literal, bad))


def test_what_is_wrong_is_found(tmp_path, monkeypatch):
    """A command that takes a bad line for a good one, in one round of one."""
    monkeypatch.setattr("sel.streams.lines.BLOCK", fuzz.BLOCK)
    monkeypatch.setattr(fuzz, "COMMANDS", {"pick where": ({"condition": "true"}, "")})
    monkeypatch.setattr(nasty, "literal", lambda line: b"NaN" in line)
    keep = tmp_path / "wrong.jsonl"
    with pytest.raises(fuzz.Found, match=r"pick where, seed 3, round 0: .* 1 lines"):
        fuzz.fuzz(100, 3, keep=keep, say=lambda _: None)
    assert keep.read_bytes().count(b"\n") == 1
