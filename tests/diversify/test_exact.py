import random
import unicodedata

import numpy as np
import orjson
import pytest

from sel.diversify import exact
from sel.diversify._seen import Bloom, Seen
from sel.errors import OptionError
from tests.conftest import lines


def records(*texts):
    return [{"id": i, "text": text} for i, text in enumerate(texts)]


def ids(run):
    return [record["id"] for record in run.records]


WORDS = [f"{random.Random(i).randrange(400)} words" for i in range(3000)]


@pytest.mark.parametrize(
    "options,expected",
    [("", [0, 2]), ("--raw", [0, 1, 2, 4]), ("--text id", None)],
)
def test_hand_worked(sel, options, expected):
    rows = records("One  fish", "one fish\n", "two", "One  fish", "TWO")
    if expected is None:
        assert "not a string" in sel(f"diversify exact {options}", rows, code=3).err
    else:
        assert ids(sel(f"diversify exact {options}", rows)) == expected


def test_composed_and_decomposed_letters_are_one():
    both = ["Café", unicodedata.normalize("NFD", "CAFÉ")]
    one, other = exact.collect(both)
    assert (one == other).all()
    one, other = exact.collect(both, raw=True)
    assert (one != other).any()


def test_agrees_with_a_set_and_says_the_twin(sel, tmp_path):
    first = {}
    for i, text in enumerate(WORDS):
        first.setdefault(text, i)
    run = sel("diversify exact --report r", records(*WORDS))
    assert ids(run) == list(first.values())
    told = [orjson.loads(line) for line in (tmp_path / "r").open()]
    assert [(t["id"], t["twin"]) for t in told] == [
        (i, first[text]) for i, text in enumerate(WORDS) if first[text] != i
    ]


@pytest.mark.parametrize("batch", [1, 7, 3000])
@pytest.mark.parametrize(("many", "places"), [(3000, 63 << 4), (800, 7)])
def test_numbers_do_not_depend_on_batches(batch, many, places):
    hashes = exact.collect(WORDS[:many])
    hashes[:, 0] &= np.uint64(places)  # many share a place of the table
    whole, seen = Seen().add(hashes), Seen()
    parts = [seen.add(hashes[i : i + batch]) for i in range(0, many, batch)]
    for i in (0, 1):
        assert (np.concatenate([part[i] for part in parts]) == whole[i]).all()
    known = {}
    expected = [known.setdefault(tuple(h), len(known)) for h in hashes.tolist()]
    assert whole[0].tolist() == expected
    assert (seen.hashes == Seen(seen.hashes).hashes).all()


def test_a_bloom_filter_keeps_its_rate_and_its_order():
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 1 << 63, (20_000, 2), np.uint64)
    bloom, one_by_one = Bloom(0.01, 20_000), Bloom(0.01, 20_000)
    new = bloom.add(hashes)
    assert 0 < (~new).sum() < 0.01 * 20_000
    assert bloom.full < 0.012
    each = np.concatenate([one_by_one.add(hashes[i : i + 1]) for i in range(3000)])
    assert (each == new[:3000]).all()
    assert not bloom.add(hashes).any()


def test_bloom_on_the_command_line(sel, tmp_path):
    run = sel(
        "diversify exact --bloom 1e-6 --capacity 1k --report r", records("a", "b", "a")
    )
    assert ids(run) == [0, 1]
    assert orjson.loads((tmp_path / "r").read_bytes())["twin"] is None
    assert "a share of the new" in run.err


def test_lines_that_stood_before_go(sel):
    rows = records("head\nA\n\nfoot\n", "head\r\nB\nfoot", "Head\nfoot", "", "new")
    out = sel("diversify exact --level line", rows).records
    assert out == [
        {"id": 0, "text": "head\nA\n\nfoot\n"},
        {"id": 1, "text": "B\n"},
        {"id": 3, "text": ""},
        {"id": 4, "text": "new"},
    ]


def test_a_state_goes_on_and_names_older_twins(sel, tmp_path):
    whole = sel("diversify exact", records(*WORDS)).out
    both = b""
    for part in (records(*WORDS)[:1000], records(*WORDS)[1000:]):
        load = "--load s" if (tmp_path / "s").exists() else ""
        both += sel(f"diversify exact {load} --save s --report r", part).out
    assert both == whole
    twins = [orjson.loads(line)["twin"] for line in (tmp_path / "r").open()]
    assert min(twins) < 1000


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_lines_pass_unchanged_whatever_the_jobs(sel, jobs, tmp_path):
    data = lines([{"text": f"{i % 997} " + "x" * 900} for i in range(4000)])
    data = data.replace(b'"text":"5 ', b'"text" :  "5 ') + b"\n \nbad\n"
    (tmp_path / "in").write_bytes(data)
    run = sel(f"diversify exact --jobs {jobs} --on-error skip --summary s in")
    assert run.out == b"".join(data.splitlines(True)[:997])
    counts = orjson.loads((tmp_path / "s").read_bytes())
    law = [counts[name] for name in ("read", "kept", "dropped", "rejected", "blank")]
    assert law == [4003, 997, 3003, 1, 2]


@pytest.mark.parametrize("data", [b"", b"\n", b'{"text":""}\n', b'{"text":"x"}'])
def test_next_to_nothing(sel, data):
    assert sel("diversify exact", data).out == (data.strip() and data.strip() + b"\n")


@pytest.mark.parametrize(
    "words,said,code",
    [
        ("--bloom 2", "between", 2),
        ("--bloom 0.1 --capacity 0", "at least 1", 2),
        ("--bloom 0.1 --save s", "without --bloom", 2),
        ("--load no", "no: No such file", 4),
        ("--load bad", "not a saved state", 3),
        ("--load other", "was saved by", 3),
        ("--load seen --raw", "another --raw", 3),
        ("--level line --text {text}{id}", "one plain field", 2),
    ],
)
def test_what_cannot_be_is_said_in_a_line(sel, tmp_path, words, said, code):
    rows = records("a b\nc", "d", "a b\ne")
    (tmp_path / "bad").write_bytes(b"PK\x03\x04 this is none")
    sel("diversify exact --save seen", rows)
    sel("diversify against --save other", rows)
    run = sel(f"diversify exact -o out {words}", rows, code=code)
    assert said in run.err
    assert len(run.err.splitlines()[-1]) < 200
    assert not (tmp_path / "out").exists()


def test_options_are_checked():
    with pytest.raises(OptionError):
        exact.begin(bloom=float("nan"))


def test_letters_that_differ_only_in_looks_are_one_when_folded(sel, tmp_path):
    rows = records("ABC ﬁne Straße", "\uff21\uff22\uff23 fine STRASSE", "abd")
    assert ids(sel("diversify exact", rows)) == [0, 1, 2]
    assert ids(sel("diversify exact --fold --save s.npz", rows)) == [0, 2]
    assert ids(sel("diversify exact --fold --load s.npz", rows)) == []
    said = sel("diversify exact --load s.npz", rows, code=3).err
    assert "was made with another --raw, --fold or --level" in said
    assert "do not go together" in sel("diversify exact --raw --fold", rows, code=2).err
