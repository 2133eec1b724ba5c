"""Signatures and bands: against minima taken one by one, and the formulas."""

from itertools import combinations

import numpy as np
import pytest

from sel.errors import OptionError
from sel.maths.text import minhash
from sel.maths.text.shingles import Shingling, jaccard, sets, shingles

WORDS = Shingling(2, "words")
TEXTS = ["a b c d", "a b c e", "", "b", "a b c d a b"]


@pytest.fixture(params=["numpy", "compiled"])
def form(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setattr(minhash, "_kernel", lambda: None)
    else:
        pytest.importorskip("numba")


def test_signatures_are_minima_over_the_shingles(form):
    made = minhash.signatures(TEXTS, WORDS, 16)
    multiply, flip = (numbers.tolist() for numbers in minhash.family(16))
    hashes, sizes = shingles(TEXTS, WORDS)
    parts = np.split((hashes >> np.uint64(32)).tolist(), np.cumsum(sizes)[:-1])
    for line, part in zip(made.tolist(), parts, strict=True):
        for i in range(16):
            each = [(int(h) ^ flip[i]) * multiply[i] & 0xFFFFFFFF for h in part]
            assert line[i] == min(each, default=int(minhash.NONE))


def test_the_family_is_of_permutations():
    multiply, flip = minhash.family(500)
    assert (multiply % 2 == 1).all()  # odd numbers have an inverse
    assert len(set(multiply.tolist())) == len(set(flip.tolist())) == 500
    more, _ = minhash.family(10)
    assert len(more) == 10


def test_agreement_estimates_the_similarity_of_the_sets(form):
    rng = np.random.default_rng(0)
    pool = [f"w{i}" for i in range(12)]
    texts = [" ".join(rng.choice(pool, 30)) for _ in range(12)]
    how = Shingling(1, "words")
    made, true = minhash.signatures(texts, how, 2000), sets(texts, how)
    pairs = np.array(list(combinations(range(12), 2)))
    said = minhash.agreement(made[pairs[:, 0]], made[pairs[:, 1]])
    real = np.array([jaccard(true[a], true[b]) for a, b in pairs])
    assert said == pytest.approx(real, abs=0.06)


def test_bands_are_equal_where_their_places_are():
    rng = np.random.default_rng(0)
    made = rng.integers(0, 3, (60, 7)).astype(np.uint32)
    made[5] = minhash.NONE
    keys = minhash.band_keys(made, 3, 2)
    assert keys.shape == (60, 3)
    assert not keys[5].any()
    others = np.delete(np.arange(60), 5)
    assert keys[others].all()
    for band in range(3):
        places = made[:, 2 * band : 2 * band + 2]
        same = (places[others, None] == places[others]).all(axis=2)
        assert ((keys[others, None, band] == keys[others, band]) == same).all()
    # The same places in another band are another key.
    even = np.full((1, 6), 9, np.uint32)
    assert len(set(minhash.band_keys(even, 3, 2)[0].tolist())) == 3


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("permutations", [1, 16, 128])
def test_the_most_rows_that_still_find_a_pair(threshold, permutations):
    bands, rows = minhash.solved(threshold, permutations)

    def found(rows):
        return 1 - (1 - threshold**rows) ** (permutations // rows)

    assert bands == permutations // rows
    good = [r for r in range(1, permutations + 1) if found(r) >= minhash.FOUND]
    assert rows == max(good, default=1)


def test_plans():
    made = minhash.plan("fineweb", None, None, None, None)
    assert (made.threshold, made.bands, made.rows, made.permutations) == (
        0.75,
        14,
        8,
        112,
    )
    assert made.found(0.75) == pytest.approx(1 - (1 - 0.75**8) ** 14)
    own = minhash.plan("fineweb", 0.6, 3, "chars", None)
    assert (own.bands, own.rows) == minhash.solved(0.6, 112)
    assert own.shingling == Shingling(3, "chars", "literal")
    assert "0.6: " in own.curve()
    with pytest.raises(OptionError, match="--preset"):
        minhash.plan("none", None, None, None, None)
