"""Deeply nested records, which are read to 1,024 levels."""

import json

import pytest

from sel.streams.json import deep
from tests.conftest import lines

GOOD = [{"id": i, "text": f"word {i} of some", "s": i, "meta": "x"} for i in range(5)]
COMMANDS = [
    "pick top -k 6 --by s --per meta",
    "pick random -k 6 --per meta",
    "pick random -k 6 --key meta",
    "pick sample -k 6 --by s --key meta",
    "pick where has(meta)",
    "pick where s==9",
    "score random --thin --carry meta",
    "score random --thin --carry id,meta -j 2",
    "score random --as id --overwrite",
    "score random --as text --overwrite",
    "score length",
    "diversify exact --on meta",
    "diversify minhash --on id",
    "diversify random -k 6 --ranked",
    "embed ngrams -o v.npy --records",
    "eval profile",
    "eval profile --by meta",
]


def nested(levels, kind):
    left, right = ('{"a":', "}") if kind == "objects" else ("[", "]")
    meta = left * levels + "12345678901234567890" + right * levels
    return f'{{"id":9,"text":"hi there you","s":9,"meta":{meta}}}\n'.encode()


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_deep_record_is_one_like_the_others(sel, command, kind):
    """254 levels is where one library ends, and 1,000 where Python does."""
    deep_ones = b"".join(nested(levels, kind) for levels in (250, 300, 1000, 1023))
    run = sel(command, lines(GOOD) + deep_ones)
    assert "9 read" in run.err and " 0 rejected" in run.err


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_deeper_one_is_a_bad_line(sel, command, kind):
    stdin = lines(GOOD) + b"".join(nested(n, kind) for n in (1024, 5_000, 100_000))
    assert "nested deeper than 1,024 levels" in sel(command, stdin, code=3).err
    run = sel(f"{command} --on-error skip", stdin)
    assert "8 read" in run.err and " 3 rejected" in run.err


@pytest.mark.parametrize("kind", ["lists", "objects"])
@pytest.mark.parametrize("command", ["score length", "diversify exact"])
def test_deep_arguments_of_a_tool(sel, command, kind):
    deep_one = nested(900, kind).split(b'"meta":')[1][:-2]
    line = b'{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":'
    line += (
        b'null,"tool_calls":[{"function":{"name":"f","arguments":%b}}]}]}\n' % deep_one
    )
    assert "2 read" in sel(command, line * 2).err


def test_what_is_carried_is_what_was_read(sel):
    line = nested(1000, "lists")
    run = sel("score random --thin --carry meta,id", line)
    with deep():
        assert json.loads(run.out)["meta"] == json.loads(line)["meta"]


def test_carried_integers_are_exact(sel):
    numbers = [2**63, 2**64, 2**200, -(2**64), 1]
    stdin = b"".join(b'{"n":%d}\n' % n for n in numbers)
    run = sel("score random --thin --carry n", stdin)
    assert [json.loads(line)["n"] for line in run.out.splitlines()] == numbers
