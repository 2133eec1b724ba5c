import random
import unicodedata

import orjson
import pytest

from sel.diversify import substring
from tests.conftest import lines


def brute(texts, length, unit):
    """Which characters stand in a repeated window, by looking at every window."""
    first, marked, position = {}, [], 0
    for text in texts:
        data = text.encode() if unit == "bytes" else text.split()
        hit = [False] * len(data)
        for i in range(len(data) - length + 1):
            window = tuple(data[i : i + length])
            at = first.setdefault(window, position + i)
            if position + i >= at + length:
                hit[i : i + length] = [True] * length
        marked.append(hit)
        position += len(data)
    return marked


@pytest.mark.parametrize("unit", ["tokens", "bytes"])
@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
def test_agrees_with_looking_at_every_window(unit, length):
    rng = random.Random(length)
    glue = " " if unit == "tokens" else ""
    for _ in range(40):
        texts = [
            glue.join(rng.choice("abc") for _ in range(rng.randrange(30)))
            for _ in range(rng.randrange(1, 6))
        ]
        text, start, end, *_ = substring.diversify(texts, length=length, unit=unit)
        size = 1 if unit == "bytes" else 2
        found = [[False] * ((len(t) + size - 1) // size) for t in texts]
        for one, a, b in zip(text.tolist(), start.tolist(), end.tolist(), strict=True):
            for i in range(a // size, (b + size - 1) // size):
                found[one][i] = True
        assert found == brute(texts, length, unit)


def test_reports_where_the_span_came_from(sel, tmp_path):
    rows = [
        {"id": "x", "text": "zero one two three"},
        {"id": "y", "text": "é one two three"},
    ]
    run = sel("diversify substring --length 3 --report r", rows)
    assert [r["repeats"] for r in run.records] == [[], [[2, 15]]]
    assert orjson.loads((tmp_path / "r").read_bytes()) == {
        "id": "y",
        "twin": "x",
        "similarity": 1.0,
        "reason": "substring",
        "start": 2,
        "end": 15,
        "twin_start": 5,
    }


def test_cut_takes_the_later_one_and_drops_what_is_left_empty(sel, tmp_path):
    rows = [
        {"text": "a b c d", "i": 0},
        {"text": "x a b c d y", "i": 1},
        {"text": "a b c d", "i": 2},
    ]
    data = lines(rows) + b"\n"
    run = sel("diversify substring --length 4 --cut --summary s", data)
    assert run.records == [rows[0], {"i": 1, "text": "x  y"}]
    counts = orjson.loads((tmp_path / "s").read_bytes())
    law = [counts[name] for name in ("read", "kept", "dropped", "rejected", "blank")]
    assert law == [4, 2, 1, 0, 1]


@pytest.mark.parametrize("length", [1, 2, 3, 4, 6])
def test_a_character_is_in_a_span_if_all_of_its_bytes_are(length):
    texts = ["xé€y" * 3, "qé€y" * 3]
    text, start, end, *_ = substring.diversify(texts, length=length, unit="bytes")
    found = {
        (one, i)
        for one, a, b in zip(text.tolist(), start.tolist(), end.tolist(), strict=True)
        for i in range(a, b)
    }
    marked = brute(texts, length, "bytes")
    for one, whole in enumerate(texts):
        for i, char in enumerate(whole):
            at = len(whole[:i].encode())
            inside = all(marked[one][at : at + len(char.encode())])
            assert ((one, i) in found) <= inside
            assert ((one, i) in found) == inside or length < 4


@pytest.mark.parametrize("data", [b"", b'{"text":""}\n', b'{"text":"one"}\n'])
@pytest.mark.parametrize("unit", ["tokens", "bytes"])
def test_next_to_nothing(sel, data, unit):
    run = sel(f"diversify substring --unit {unit}", data)
    assert [r["repeats"] for r in run.records] == [[]] * data.count(b"\n")


@pytest.mark.parametrize(
    "words,said,code",
    [
        ("--length 0", "--length must be", 2),
        ("--as text", "there already", 3),
        ("--length 1 --cut --text {text}", "one plain field", 2),
    ],
)
def test_what_cannot_be_is_said_in_a_line(sel, tmp_path, words, said, code):
    rows = [{"text": "a"}, {"text": "a"}]
    assert said in sel(f"diversify substring -o out {words}", rows, code=code).err
    assert not (tmp_path / "out").exists()


def test_a_decomposed_copy_is_cut_where_it_stands(sel):
    words = " ".join(f"mo\u0302t{i}" for i in range(60))
    rows = [
        {"text": unicodedata.normalize("NFC", words)},
        {"text": f"e\u0301 {words} x"},
    ]
    first, second = sel("diversify substring --cut", rows).records
    assert first == rows[0]
    assert second["text"].split() == ["e\u0301", "x"]
