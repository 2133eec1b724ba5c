"""Counts of hashed word n-grams, each with a sign, as a short vector.

No model and nothing to download: each n-gram adds 1 or -1 to one of --dim columns, both
told by its hash, so that inner products are those of the n-gram counts on average.
Likeness of words, not of meaning; the baseline for every other embedding.

Source: Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning,
arXiv:0902.2206; the words are those of `sel score dsir`.
"""

from sel import check
from sel.maths.text import ngrams as grams
from sel.types import Texts, Vectors


def embed(texts: Texts, *, dim: int = 512, ngrams: int = 2) -> Vectors:
    """One row for each text, shape (n, dim); a text without words gives zeros.

    Args:
        texts: n strings.
        dim: number of columns.
        ngrams: longest n-gram, in words.
    """
    check.between("--dim", dim, 2, 4096)
    check.between("--ngrams", ngrams, 1, 16)
    return grams.signed(texts, ngrams, dim)
