import json
import random

import numpy as np
import pytest

from sel.errors import MachineError
from sel.models import fasttext
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "fasttext"
EXPECTED = np.load(FOLDER / "expected.npz")
NAMES = [name for name in EXPECTED.files if "labels" not in name]
TEXTS = json.loads((FOLDER / "texts.json").read_text())


def model(name):
    return fasttext.load(str(FOLDER / name))


@pytest.mark.parametrize("name", NAMES)
def test_every_probability_is_that_of_fasttext(name):
    known = model(name)
    assert known.labels == EXPECTED[f"{name} labels"].tolist()
    found, theirs = known.predict(TEXTS), np.minimum(EXPECTED[name], 1)
    there = ~np.isnan(theirs)
    assert there.sum() > 400
    np.testing.assert_allclose(found[there], theirs[there], rtol=0, atol=1e-5)
    assert (found[~there] < 2e-5).all()  # where fastText leaves a label out


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_told_the_same_whatever_stands_beside_it(name, monkeypatch):
    together = model(name).predict(TEXTS)
    known = model(name)
    monkeypatch.setattr(fasttext, "KNOWN", 3)  # words are forgotten
    monkeypatch.setattr(fasttext, "TOGETHER", 2)
    monkeypatch.setattr(fasttext, "STARTS", 5)
    monkeypatch.setattr(fasttext, "ROWS", 7)
    apart = np.concatenate([known.predict([text]) for text in TEXTS])
    np.testing.assert_allclose(together, apart, rtol=0, atol=1e-6)
    assert known.predict([]).shape == (0, len(known.labels))


def test_long_words_and_long_texts():
    known = model("softmax_words.bin")
    long = "the " * 100_000 + "x" * 1_000_000
    found = known.predict([long, "a" * 200, "\ud800 half"])
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_refused_or_read_but_never_more(name, tmp_path):
    data = (FOLDER / name).read_bytes()
    chance = random.Random(name)
    for number in range(60):
        some = bytearray(data)
        if number % 3:
            for _ in range(2):
                at = chance.choice([chance.randrange(90), chance.randrange(len(some))])
                some[at : at + 4] = bytes(
                    chance.choice([0, 1, 127, 255]) for _ in "1234"
                )
        else:
            some = some[: chance.randrange(len(some))]
        path = tmp_path / "m.bin"
        path.write_bytes(some)
        try:
            assert fasttext.load(str(path)).predict(["the cat", ""]).ndim == 2
        except MachineError as error:
            assert "not a supervised model of fastText" in str(error)


def test_other_files_are_no_models(tmp_path):
    for data in (b"", b"x", b'{"text":"a"}\n' * 100):
        path = tmp_path / "m.bin"
        path.write_bytes(data)
        with pytest.raises(MachineError, match="it begins otherwise"):
            fasttext.load(str(path))
