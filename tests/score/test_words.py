import re
import unicodedata
from functools import cache

import numpy as np
import orjson
import pytest
import zstandard

from sel.score import words
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "filters"
NAUGHTY = (FOLDER / "naughty_en.txt").read_text().splitlines()
COMMON = ["the", "of the", "in", "a-b", "it's", "$", "fox and the dog", "\u00e9t\u00e9"]
LISTS = pytest.mark.parametrize("listed", [NAUGHTY, COMMON], ids=["naughty", "common"])


@cache
def read(name):
    data = zstandard.ZstdDecompressor().decompressobj()
    packed = (FOLDER / f"{name}.jsonl.zst").read_bytes()
    return [orjson.loads(line) for line in data.decompress(packed).splitlines()]


TEXTS = [one["text"] for one in read("docs")]


def counts(listed, **more):
    return words.score(TEXTS, listed, **more)[""].tolist()


def test_dolma_finds_such_a_word_in_the_same_texts():
    found = counts(NAUGHTY, rule="dolma")
    theirs = [
        any(kind == "has_naughty_word" for _, _, kind, _ in one["c4_v1"])
        for one in read("expected_dolma")
    ]
    assert [number > 0 for number in found] == theirs
    assert sum(theirs) > 5


@LISTS
@pytest.mark.parametrize("anywhere", [False, True])
def test_c4_finds_entries_where_its_pattern_does(listed, anywhere):
    some = "|".join(map(re.escape, listed))
    pattern = re.compile(some if anywhere else rf"(?:\W|^)({some})(?:\W|$)")
    found = counts(listed, rule="c4", anywhere=anywhere)
    theirs = [bool(pattern.search(text.lower())) for text in TEXTS]
    assert [number > 0 for number in found] == theirs
    assert 5 < sum(theirs) < 396


@LISTS
def test_redpajama_counts_runs_of_words(listed):
    def normal(text):
        bare = re.sub(r"[!-/:-@\[-`{-~]", "", text).lower()
        return unicodedata.normalize("NFD", " ".join(bare.split()))

    entries = {normal(entry) for entry in listed} - {""}
    found = counts(listed, rule="redpajama")
    for text, number in zip(TEXTS, found, strict=True):
        some = normal(text).split()
        grams = [
            " ".join(some[i : i + n])
            for n in {1 + entry.count(" ") for entry in entries}
            for i in range(len(some) - n + 1)
        ]
        assert number == sum(gram in entries for gram in grams)
    assert max(found) > 0


def test_shares_by_hand():
    found = words.score(
        ["Damn, hell no! No hell-no.", "!? ...", "", "no", "(DAMN) hell no damn"],
        ["damn", "hell no", "no hell"],
    )
    assert found[""][[0, 3, 4]].tolist() == [3 / 5, 0, 1]
    assert np.isnan(found[""][1:3]).all()
    assert found["found"][0] == ["damn", "hell no"]


def test_which_entries_there_are_and_how_often():
    text = "Ass-class ass, a badass; big  deal big deal"
    for rule, number, found in (
        ("c4", 3, ["ass", "big deal"]),
        ("dolma", 1, ["big deal"]),
        ("redpajama", 3, ["ass", "big deal"]),
        ("share", 5 / 8, ["ass", "big deal"]),
    ):
        columns = words.score([text], ["ass", "big deal"], rule=rule)
        assert columns[""][0] == number, rule
        assert columns["found"] == [found], rule
    inside = words.score([text], ["ass"], rule="c4", anywhere=True)
    assert inside[""] == [4]


@pytest.mark.parametrize("rule", ["share", "c4", "dolma", "redpajama"])
def test_odd_texts_and_lists(rule):
    odd = ["", "\0", "\ud800 x", "x" * 100_000, "a " * 50_000, "\u202e\u05d0 x"]
    found = words.score(odd, ["a", "a a", "x", "!", " ", ""], rule=rule)
    assert not np.isinf(found[""]).any()
    none = words.score(odd, [], rule=rule)
    assert np.nansum(none[""]) == 0 and none["found"] == [[]] * len(odd)


def test_by_the_command_line(sel, tmp_path):
    rows = [{"text": "Damn it"}, {"text": ""}]
    (tmp_path / "list.txt").write_text("damn\n\n  \nhell no\r\n")
    run = sel("score words --list list.txt", rows)
    assert run.records == [
        {"text": "Damn it", "words": 0.5, "words_found": ["damn"]},
        {"text": "", "words": None, "words_found": []},
    ]
    packed = zstandard.compress((tmp_path / "list.txt").read_bytes())
    (tmp_path / "list.zst").write_bytes(packed)
    named = sel("score words --list list.zst --rule c4 --as rude", rows).records
    assert named[0] == {"text": "Damn it", "rude": 1, "rude_found": ["damn"]}
    (tmp_path / "bad.txt").write_bytes(b"ok\n\xff\n")
    assert "bad.txt:2" in sel("score words --list bad.txt", rows, code=3).err
    assert "none.txt" in sel("score words --list none.txt", rows, code=4).err
    assert "--list" in sel("score words", rows, code=2).err
